# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A snapshot: the exact calls for each difference and state, none where there is none, and the words of a failure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.accessweaver.elasticache.plugins.module_utils._aws import waiting
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import snapshot
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache.snapshot_state import inform
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_snapshot import ARGUMENTS

ARN = "arn:aws:elasticache:eu-west-1:123456789012:snapshot:nightly"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SNAPSHOT = {
    "ARN": ARN,
    "SnapshotName": "nightly",
    "SnapshotStatus": "available",
    "SnapshotSource": "manual",
    "ReplicationGroupId": "demo",
    "KmsKeyId": KEY,
    "NodeSnapshots": [
        {"NodeGroupId": "0001", "SnapshotCreateTime": datetime(2026, 11, 23, 3, 0, tzinfo=UTC)},
        {"NodeGroupId": "0002", "SnapshotCreateTime": datetime(2026, 11, 23, 3, 4, tzinfo=UTC)},
    ],
}
TAGS = {"Project": "demo"}
NAMED = {"SnapshotName": "nightly"}


def declare(**options: Any) -> dict[str, Any]:
    defaults = {name: spec.get("default") for name, spec in ARGUMENTS.items()}
    return {**defaults, "snapshot_name": "Nightly", "replication_group_id": "Demo", "tags": TAGS, **options}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(waiting, "FIRST_PAUSE", 0.0)


class Script:
    """What ElastiCache is asked, in order, and what it answers."""

    def __init__(self, client: Any, stubber: Any) -> None:
        self.stubber = stubber
        self.clients = {"elasticache": client}.__getitem__

    def ensure(self, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        return snapshot.ensure(self.clients, declare(wait_timeout=60, **options), check_mode)

    def read(self, status: str | None = "available", **change: Any) -> None:
        """The look at the snapshot that a plan starts from, or that a result is made of."""
        self.look(status, {**NAMED, "ShowNodeGroupConfig": True}, **change)
        if status not in (None, "deleting"):
            tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
            self.stubber.add_response("list_tags_for_resource", {"TagList": tags}, {"ResourceName": ARN})

    def look(self, status: str | None, request: dict[str, Any] | None = None, **change: Any) -> None:
        request = request or NAMED
        if status is None:
            self.stubber.add_client_error("describe_snapshots", "SnapshotNotFoundFault", expected_params=request)
        else:
            found = {**SNAPSHOT, "SnapshotStatus": status, **change}
            self.stubber.add_response("describe_snapshots", {"Snapshots": [found]}, request)

    def group(self, status: str) -> None:
        group = {"ReplicationGroupId": "demo", "Status": status}
        answer = {"ReplicationGroups": [group]}
        self.stubber.add_response("describe_replication_groups", answer, {"ReplicationGroupId": "demo"})

    def events(self, *messages: str) -> None:
        request = {"SourceType": "replication-group", "SourceIdentifier": "demo", "Duration": 20160}
        events = [{"Message": message} for message in messages]
        self.stubber.add_response("describe_events", {"Events": events}, request)

    def calls(self, *calls: tuple[str, dict[str, Any]]) -> None:
        for operation, request in calls:
            self.stubber.add_response(operation, {}, request)


@pytest.fixture
def script(stubbed):
    return Script(*stubbed("elasticache"))


CREATION = {
    "SnapshotName": "nightly",
    "ReplicationGroupId": "demo",
    "KmsKeyId": KEY,
    "Tags": [{"Key": "Project", "Value": "demo"}],
}


def test_a_snapshot_waits_for_a_busy_group_and_for_itself(script):
    script.read(None)
    script.group("modifying")
    script.group("snapshotting")
    script.group("available")
    script.calls(("create_snapshot", CREATION))
    script.look("creating")
    script.look("available")
    script.read()
    result = script.ensure(kms_key_id=KEY)
    assert (result["changed"], result["operations"]) == (True, ["create_snapshot"])
    assert result["snapshot"]["snapshot_create_time"] == "2026-11-23T03:04:00+00:00"
    assert result["snapshot"]["tags"] == TAGS


def test_check_mode_looks_for_the_source_and_does_not_wait_for_it(script):
    script.read(None)
    script.group("modifying")
    result = script.ensure(check_mode=True)
    assert (result["changed"], result["operations"]) == (True, ["create_snapshot"])
    assert result["diff"] == {
        "before": {},
        "after": {"snapshot_name": "nightly", "replication_group_id": "demo", "tags": TAGS},
    }


def test_without_waiting_a_busy_group_is_an_error(script):
    script.read(None)
    script.group("modifying")
    with pytest.raises(AnsibleAWSError, match=r"Replication group demo is modifying\. Set wait to true"):
        script.ensure(wait=False)


def test_without_waiting_the_result_is_the_snapshot_as_it_begins(script):
    script.read(None)
    script.group("available")
    script.calls(("create_snapshot", {**CREATION, "KmsKeyId": KEY}))
    script.read("creating", NodeSnapshots=[])
    result = script.ensure(wait=False, kms_key_id=KEY)
    assert (result["snapshot"]["snapshot_status"], result["snapshot"]["snapshot_create_time"]) == ("creating", None)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("option", "operation", "message"),
    [
        ("replication_group_id", "describe_replication_groups", "no replication group demo"),
        ("cache_cluster_id", "describe_cache_clusters", "no cache cluster demo"),
        ("source_snapshot_name", "describe_snapshots", "no snapshot demo"),
    ],
)
def test_a_source_that_is_not_there(script, option, operation, message, check_mode):
    codes = {
        "describe_replication_groups": "ReplicationGroupNotFoundFault",
        "describe_cache_clusters": "CacheClusterNotFound",
        "describe_snapshots": "SnapshotNotFoundFault",
    }
    script.read(None)
    script.stubber.add_client_error(operation, codes[operation])
    with pytest.raises(AnsibleAWSError, match=rf"There is {message}\. Correct {option}\."):
        script.ensure(check_mode, **{"replication_group_id": None, option: "demo"})


def test_nothing_to_take_it_of(script):
    script.read(None)
    message = "To take the snapshot nightly, set one of replication_group_id, cache_cluster_id, source_snapshot_name"
    with pytest.raises(AnsibleAWSError, match=message):
        script.ensure(replication_group_id=None)


def test_a_copy(script):
    script.read(None)
    script.look("copying", {"SnapshotName": "automatic.demo"})
    script.look("available", {"SnapshotName": "automatic.demo"})
    request = {
        "SourceSnapshotName": "automatic.demo",
        "TargetSnapshotName": "nightly",
        "KmsKeyId": KEY,
        "Tags": CREATION["Tags"],
    }
    script.calls(("copy_snapshot", request))
    script.look("available")
    script.read()
    result = script.ensure(replication_group_id=None, source_snapshot_name="automatic.Demo", kms_key_id=KEY)
    assert result["operations"] == ["copy_snapshot"]


EXISTING: dict[str, tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]] = {
    "nothing": ({}, []),
    "the same key by its id": ({"kms_key_id": KEY.rpartition("/")[2]}, []),
    "no source said": ({"replication_group_id": None}, []),
    "a source that a copy does not tell": ({"replication_group_id": None, "source_snapshot_name": "other"}, []),
    "a cluster where the group is told": ({"replication_group_id": None, "cache_cluster_id": "demo-002"}, []),
    "tags left out": ({"tags": None}, []),
    "a tag more": (
        {"tags": {**TAGS, "Release": "42"}},
        [("add_tags_to_resource", {"ResourceName": ARN, "Tags": [{"Key": "Release", "Value": "42"}]})],
    ),
    "no tags": ({"tags": {}}, [("remove_tags_from_resource", {"ResourceName": ARN, "TagKeys": ["Project"]})]),
}


@pytest.mark.parametrize(("change", "calls"), EXISTING.values(), ids=EXISTING)
def test_a_snapshot_that_exists_is_only_tagged(script, change, calls):
    script.read()
    script.calls(*calls)
    if calls:
        script.look("available")
        script.read()
    result = script.ensure(**change)
    assert result["operations"] == [operation for operation, _ignored in calls]
    assert result["changed"] == bool(calls)


ANOTHER = {
    "of another group": ({"replication_group_id": "other"}, r"replication_group_id = other: .* exists has demo"),
    "with another key": ({"kms_key_id": "ffff"}, r"kms_key_id = ffff: the snapshot that exists has arn:aws:kms"),
}


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(("change", "message"), ANOTHER.values(), ids=ANOTHER)
def test_another_snapshot_of_the_name_is_refused(script, change, message, check_mode):
    script.read()
    with pytest.raises(AnsibleAWSError, match=message) as error:
        script.ensure(check_mode, **change)
    assert "Take or copy a snapshot of another name" in str(error.value)


def test_what_an_interrupted_run_began_is_waited_for(script):
    script.read("creating")
    script.look("creating")
    script.look("available")
    script.read()
    assert not script.ensure()["changed"]


def test_a_snapshot_that_is_being_deleted_is_taken_again(script):
    script.read("deleting")
    script.look("deleting")
    script.look(None)
    script.read(None)
    script.group("available")
    script.calls(("create_snapshot", {**CREATION, "KmsKeyId": KEY}))
    script.look("available")
    script.read()
    assert script.ensure(kms_key_id=KEY)["operations"] == ["create_snapshot"]


FAILURE = "Snapshot failed for snapshot with ID 'nightly': not enough free memory"


@pytest.mark.parametrize("status", ["failed", None], ids=["failed", "gone"])
def test_a_snapshot_that_fails_tells_the_events_that_name_it(script, status):
    script.read(None)
    script.group("available")
    script.calls(("create_snapshot", {**CREATION, "KmsKeyId": KEY}))
    script.look("creating")
    script.look(status)
    script.events("Failover complete", FAILURE)
    with pytest.raises(AnsibleAWSError, match="Gave up waiting for snapshot nightly") as error:
        script.ensure(kms_key_id=KEY)
    assert FAILURE in str(error.value)
    assert "Failover" not in str(error.value)


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_snapshot_that_has_failed_is_in_the_way(script, check_mode):
    script.read("failed")
    script.events(FAILURE)
    with pytest.raises(AnsibleAWSError, match=rf"Snapshot nightly has failed\. Events: {FAILURE}.*Delete it"):
        script.ensure(check_mode)


def test_a_group_that_cannot_be_snapshotted_any_more_tells_its_events(script):
    script.read(None)
    script.group("creating")
    script.group("create-failed")
    script.events("No capacity")
    with pytest.raises(AnsibleAWSError, match=r"it is create-failed\. Events: No capacity"):
        script.ensure()


DELETIONS = {"available": ["available"], "failed": ["failed"], "creating": ["creating", "available"]}


@pytest.mark.parametrize("statuses", DELETIONS.values(), ids=DELETIONS)
def test_deletion(script, statuses):
    script.read(statuses[0])
    for status in statuses[1:]:
        script.look(status)
        script.read(status)
    script.calls(("delete_snapshot", NAMED))
    script.look("deleting")
    script.look(None)
    script.read(None)
    result = script.ensure(state="absent", replication_group_id=None)
    assert (result["operations"], result["snapshot"]) == (["delete_snapshot"], {})


@pytest.mark.parametrize("check_mode", [True, False])
def test_deleted_already(script, check_mode):
    script.read(None)
    assert not script.ensure(check_mode, state="absent")["changed"]


EXPORT = {
    "replication_group_id": None,
    "source_snapshot_name": "nightly",
    "target_bucket": "exports",
    "snapshot_name": "Export",
    "tags": None,
}


@pytest.fixture
def bucket(stubbed, script):
    """``bucket(*keys)``: the keys that the bucket has the next time it is asked."""
    client, stubber = stubbed("s3")
    script.clients = {"elasticache": script.clients("elasticache"), "s3": client}.__getitem__

    def answer(*keys: str) -> None:
        request = {"Bucket": "exports", "Prefix": "export"}
        stubber.add_response("list_objects_v2", {"Contents": [{"Key": key} for key in keys]}, request)

    return answer


SHARDS = ("export-0001.rdb", "export-0002.rdb")


def test_an_export_waits_for_the_object_of_each_shard(script, bucket):
    script.look("available")
    script.read()
    bucket("export-of-something-else.rdb")
    request = {"SourceSnapshotName": "nightly", "TargetSnapshotName": "export", "TargetBucket": "exports"}
    script.calls(("copy_snapshot", request))
    bucket(SHARDS[0])
    bucket(*SHARDS)
    bucket(*SHARDS)
    result = script.ensure(**EXPORT)
    assert result["operations"] == ["copy_snapshot"]
    assert result["snapshot_arns"] == [f"arn:aws:s3:::exports/{key}" for key in SHARDS]


UNDER_WAY = {
    "done": ("available", SHARDS),
    "of one file": ("available", ("export.rdb",)),
    "begun": ("exporting", SHARDS[:1]),
}


@pytest.mark.parametrize(("status", "keys"), UNDER_WAY.values(), ids=UNDER_WAY)
def test_an_export_that_is_there_or_under_way_is_not_made_again(script, bucket, status, keys):
    nodes = SNAPSHOT["NodeSnapshots"][: 1 if keys == ("export.rdb",) else 2]
    script.look(status)
    script.read(status, NodeSnapshots=nodes)
    bucket(*keys)
    bucket(*keys)
    assert not script.ensure(check_mode=True, **EXPORT)["changed"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_leftovers_of_an_export_are_in_the_way(script, bucket, check_mode):
    script.look("available")
    script.read()
    bucket(SHARDS[0])
    with pytest.raises(
        AnsibleAWSError, match="the bucket exports has 1 objects of this name, and the snapshot 2 shards"
    ):
        script.ensure(check_mode, **EXPORT)


def test_objects_are_not_removed(script):
    with pytest.raises(AnsibleAWSError, match=r"Remove them with amazon\.aws\.s3_object"):
        script.ensure(state="absent", **EXPORT)


def test_the_newest_comes_first_and_filters_are_told_in_the_words_of_the_api(script):
    request = {"ReplicationGroupId": "demo", "SnapshotSource": "user", "ShowNodeGroupConfig": True}
    times = {"old": datetime(2026, 1, 1, tzinfo=UTC), "new": datetime(2026, 2, 1, tzinfo=UTC)}
    nodes = {name: [{"SnapshotCreateTime": time}] for name, time in times.items()}
    found = [{**SNAPSHOT, "SnapshotName": name, "NodeSnapshots": nodes.get(name, [])} for name in ("old", "now", "new")]
    script.stubber.add_response("describe_snapshots", {"Snapshots": found}, request)
    for _ignored in found:
        script.stubber.add_response("list_tags_for_resource", {"TagList": []}, {"ResourceName": ARN})
    asked = {
        "snapshot_name": None,
        "replication_group_id": "Demo",
        "cache_cluster_id": None,
        "snapshot_source": "manual",
    }
    result = inform(script.clients("elasticache"), asked, False)
    assert [snapshot["snapshot_name"] for snapshot in result["snapshots"]] == ["now", "new", "old"]
