# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags, which each service sets and removes by two operations of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list, compare_aws_tags

from .plan import Step


@dataclass(frozen=True)
class TagCalls:
    """How a service names the two operations and the members of their requests, and in which form it takes tags."""

    set_tags: str = "tag_resource"
    unset_tags: str = "untag_resource"
    arn: str = "ResourceARN"
    tags: str = "Tags"
    keys: str = "TagKeys"
    form: Callable[[dict[str, str]], Any] = ansible_dict_to_boto3_tag_list

    def plan(
        self, arn: str, current: Mapping[str, str], parameters: Mapping[str, Any]
    ) -> tuple[dict[str, str], list[Step]]:
        """Return the tags that will be there and the calls that make them so.

        C(tags) left out leaves them alone; C(purge_tags) removes those that are not declared, never C(aws:) ones.
        """
        if parameters.get("tags") is None:
            return dict(current), []
        to_set, to_unset = compare_aws_tags(dict(current), parameters["tags"], parameters.get("purge_tags", True))
        steps = []
        if to_unset:
            steps.append(Step(self.unset_tags, {self.arn: arn, self.keys: sorted(to_unset)}))
        if to_set:
            steps.append(Step(self.set_tags, {self.arn: arn, self.tags: self.form(to_set)}))
        kept = {key: value for key, value in current.items() if key not in to_unset}
        return {**kept, **to_set}, steps
