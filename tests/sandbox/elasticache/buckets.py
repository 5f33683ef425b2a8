# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RDB files to and from S3: through boto3 and the endpoint itself, as S3 needs the whole of its protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from sandbox.aws.host import ROOT_KEY
from sandbox.elasticache.errors import invalid_value
from sandbox.elasticache.region import Region
from sandbox.elasticache.resources import Snapshot


async def export(region: Region, snapshot: Snapshot, bucket: str) -> None:
    """One object per node group: ``name.rdb``, with cluster mode enabled ``name-0001.rdb``, ..."""
    files = {_key(snapshot, shard): file for shard, file in snapshot.files.items()}
    await asyncio.to_thread(_export, _client(region), bucket, files)


async def fetch(region: Region, arns: list[str], directory: Path) -> dict[str, Path]:
    """The objects that ARNs name, as files of a directory, numbered in their order."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = {f"{number:04d}": directory / f"{number:04d}.rdb" for number in range(1, len(arns) + 1)}
    await asyncio.to_thread(_fetch, _client(region), dict(zip(arns, files.values(), strict=True)))
    return files


def _client(region: Region) -> Any:
    session = boto3.Session(ROOT_KEY, ROOT_KEY, region_name=region.name)
    return session.client("s3", endpoint_url=region.settings.endpoint_url)


def _key(snapshot: Snapshot, shard: str) -> str:
    return f"{snapshot.name}-{shard}.rdb" if snapshot.group.cluster_enabled else f"{snapshot.name}.rdb"


def _export(client: Any, bucket: str, files: Mapping[str, Path]) -> None:
    try:
        present = {item["Key"] for item in client.list_objects_v2(Bucket=bucket).get("Contents", [])}
    except ClientError as error:
        raise invalid_value(f"The S3 bucket {bucket} does not exist.") from error
    for key in sorted(present & set(files)):
        raise invalid_value(f"The S3 bucket {bucket} already contains an object with key {key}.")
    for key, file in files.items():
        client.put_object(Bucket=bucket, Key=key, Body=file.read_bytes())


def _fetch(client: Any, files: Mapping[str, Path]) -> None:
    for arn, file in files.items():
        bucket, _, key = arn.removeprefix("arn:aws:s3:::").partition("/")
        try:
            answer = client.get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            raise invalid_value(f"The S3 object {arn} does not exist or cannot be read.") from error
        file.write_bytes(answer["Body"].read())
