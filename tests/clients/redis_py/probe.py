# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uses a deployment with redis-py, as its settings say."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from redis import Redis, RedisCluster


def connect(file: Path, url: str = "url") -> Redis | RedisCluster:
    settings = json.loads(file.read_text())
    client = RedisCluster if settings["mode"] == "cluster" else Redis
    token = os.environ.get("REDIS_AUTH_TOKEN")  # for a file without it
    return client.from_url(settings[url], **({"password": token} if token else {}))


def main(file: Path) -> None:
    redis = connect(file)
    for number in range(30):
        redis.set(f"redis-py:{number}", str(number))
    if "reader_url" in json.loads(file.read_text()):
        reader = connect(file, "reader_url")
        reader.ping()
    print("done", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
