# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages to a replication group's SNS topic (ElastiCache guide, "Event notifications and Amazon SNS")."""

from __future__ import annotations

import json

from botocore.exceptions import ClientError

from sandbox.elasticache.region import Region
from sandbox.elasticache.resources import ReplicationGroup


async def notify(region: Region, rg: ReplicationGroup, event: str, resource: str) -> None:
    """
    Publish an event, if the group has an active topic.

    Args:
        region: Where the group is.
        rg: The group.
        event: Such as ``FailoverComplete``.
        resource: The id of what it happened to.
    """
    if not rg.topic_arn or rg.topic_status != "active":
        return
    message = json.dumps({f"ElastiCache:{event}": resource})
    try:
        await region.ask("sns", "publish", TopicArn=rg.topic_arn, Message=message)
    except ClientError as error:  # the topic was deleted: ElastiCache goes on without it
        region.event("replication-group", rg.id, f"Failed to publish to {rg.topic_arn}: {error}")
