# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags, which ElastiCache sets and removes by operations of their own on every kind of resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list, compare_aws_tags

from .._aws.plan import Step


def plan_tags(arn: str, current: Mapping[str, str], parameters: Mapping[str, Any]) -> tuple[dict[str, str], list[Step]]:
    """Return the tags that will be there and the calls that make them so.

    C(tags) left out leaves them alone; C(purge_tags) removes those that are not declared, never C(aws:) ones.
    """
    if parameters.get("tags") is None:
        return dict(current), []
    to_set, to_unset = compare_aws_tags(dict(current), parameters["tags"], parameters.get("purge_tags", True))
    steps = []
    if to_unset:
        steps.append(Step("remove_tags_from_resource", {"ResourceName": arn, "TagKeys": sorted(to_unset)}))
    if to_set:
        steps.append(
            Step("add_tags_to_resource", {"ResourceName": arn, "Tags": ansible_dict_to_boto3_tag_list(to_set)})
        )
    kept = {key: value for key, value in current.items() if key not in to_unset}
    return {**kept, **to_set}, steps
