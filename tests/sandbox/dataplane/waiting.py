# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for conditions, and for several things at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds after which something that takes less than one is taken to have failed."""


async def until(what: str, condition: Callable[[], Awaitable[bool]], seconds: float = PATIENCE) -> None:
    """
    Wait for a condition; a node that cannot be reached yet does not meet it.

    Raises:
        TimeoutError: It is not met in time; names ``what``.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    while not await _holds(condition):
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        await asyncio.sleep(0.03)


async def together(work: Iterable[Awaitable[T]]) -> list[T]:
    """The results of concurrent work. An error is raised only when all of it has ended: nothing goes on behind it."""
    results = await asyncio.gather(*work, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]


async def _holds(condition: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await condition()
    except (RedisConnectionError, RedisTimeoutError):
        return False
