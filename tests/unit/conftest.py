# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that answer from a script: botocore's Stubber checks requests and answers against the service model."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber
from hypothesis import settings

# A busy machine is no failure; and where nobody looks at new examples, all runs try the same.
settings.register_profile("here", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("here")


@pytest.fixture
def stubbed() -> Iterator[Callable[[str], tuple]]:
    """Return a factory: service name -> (client, stubber). Every queued answer must have been asked for at the end."""
    with ExitStack() as stack:
        stubbers: list[Stubber] = []

        def make(service: str) -> tuple:
            client = boto3.client(
                service,
                region_name="eu-west-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(retries={"total_max_attempts": 1}),
            )
            stubbers.append(stack.enter_context(Stubber(client)))
            return client, stubbers[-1]

        yield make
        for stubber in stubbers:
            stubber.assert_no_pending_responses()
