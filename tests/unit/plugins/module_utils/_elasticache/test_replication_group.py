# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A replication group: the exact calls for each difference, the waits after them, and what is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from botocore.stub import ANY

from ansible_collections.accessweaver.elasticache.plugins.module_utils._aws import waiting
from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import (
    replication_group,
    replication_group_calls,
)
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_replication_group import ARGUMENTS

NAME = "demo-staging-redis"
ARN = f"arn:aws:elasticache:eu-west-1:123456789012:replicationgroup:{NAME}"
OPTIONS = {name: spec.get("default") for name, spec in ARGUMENTS.items()}
DECLARED = {
    **OPTIONS,
    "replication_group_id": NAME,
    "replication_group_description": "Staging cache",
    "engine": "redis",
    "engine_version": "7.1",
    "cache_node_type": "cache.t3.small",
    "num_cache_clusters": 2,
    "automatic_failover_enabled": True,
    "multi_az_enabled": True,
    "cache_parameter_group_name": "demo-redis7",
    "cache_subnet_group_name": "demo",
    "security_group_ids": ["sg-1", "sg-2"],
    "port": 6379,
    "preferred_maintenance_window": "sun:05:00-sun:06:00",
    "snapshot_retention_limit": 5,
    "snapshot_window": "03:00-05:00",
    "transit_encryption_enabled": True,
    "transit_encryption_mode": "required",
    "at_rest_encryption_enabled": True,
    "auth_token": "a-token-of-sixteen-characters",
    "tags": {"Project": "demo"},
}
LOG = {
    "log_type": "slow-log",
    "destination_type": "cloudwatch-logs",
    "destination_details": {"cloud_watch_logs_details": {"log_group": "/slow"}},
    "log_format": "json",
    "enabled": True,
}


def member(number: int) -> dict[str, Any]:
    return {
        "CacheClusterId": f"{NAME}-00{number}",
        "CacheClusterStatus": "available",
        "EngineVersion": "7.1.0",
        "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
        "CacheParameterGroup": {"CacheParameterGroupName": "demo-redis7", "ParameterApplyStatus": "in-sync"},
        "CacheSubnetGroupName": "demo",
        "SecurityGroups": [{"SecurityGroupId": "sg-2"}, {"SecurityGroupId": "sg-1"}],
        "CacheNodes": [{"Endpoint": {"Address": f"node{number}.example", "Port": 6379}}],
    }


MEMBERS = [member(1), member(2)]
GROUP = {
    "ReplicationGroupId": NAME,
    "Description": "Staging cache",
    "Status": "available",
    "ARN": ARN,
    "MemberClusters": [cluster["CacheClusterId"] for cluster in MEMBERS],
    "NodeGroups": [
        {
            "NodeGroupId": "0001",
            "PrimaryEndpoint": {"Address": "primary.example", "Port": 6379},
            "ReaderEndpoint": {"Address": "reader.example", "Port": 6379},
            "NodeGroupMembers": [{"CacheClusterId": cluster["CacheClusterId"]} for cluster in MEMBERS],
        }
    ],
    "AutomaticFailover": "enabled",
    "MultiAZ": "enabled",
    "SnapshotRetentionLimit": 5,
    "SnapshotWindow": "03:00-05:00",
    "ClusterEnabled": False,
    "CacheNodeType": "cache.t3.small",
    "AuthTokenEnabled": True,
    "TransitEncryptionEnabled": True,
    "TransitEncryptionMode": "required",
    "AtRestEncryptionEnabled": True,
    "AutoMinorVersionUpgrade": True,
    "Engine": "redis",
}


@pytest.fixture
def client(stubbed):
    return stubbed("elasticache")


@pytest.fixture
def cloudwatch(stubbed):
    return stubbed("cloudwatch")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(waiting, "FIRST_PAUSE", 0)


def answer_read(stubber, *described: Any) -> None:
    """One look at the group takes three calls: the group, the clusters, and when it is available, the tags. C(None) is
    a group that is not there."""
    defaults: tuple[Any, ...] = (GROUP, MEMBERS)
    group, members = (*described, *defaults[len(described) :])
    if group is None:
        stubber.add_client_error("describe_replication_groups", "ReplicationGroupNotFoundFault")
        return
    stubber.add_response("describe_replication_groups", {"ReplicationGroups": [group]}, {"ReplicationGroupId": NAME})
    stubber.add_response("describe_cache_clusters", {"CacheClusters": members}, {"ShowCacheNodeInfo": True})
    if group["Status"] == "available":
        tags = {"TagList": [{"Key": "Project", "Value": "demo"}]}
        stubber.add_response("list_tags_for_resource", tags, {"ResourceName": ARN})


def run(client, check_mode: bool = False, cloudwatch=None, **options: Any) -> dict[str, Any]:
    clients = {"elasticache": client[0], "cloudwatch": cloudwatch and cloudwatch[0]}
    return replication_group.ensure(clients.__getitem__, {**DECLARED, **options}, check_mode)


def answer_connections(cloudwatch, *values: float) -> None:
    results = [{"Id": f"node{number}", "Values": [value, 1.0]} for number, value in enumerate(values)]
    request = {"MetricDataQueries": ANY, "StartTime": ANY, "EndTime": ANY}
    cloudwatch[1].add_response("get_metric_data", {"MetricDataResults": results}, request)


def answer_node_types(stubber, *allowed: str) -> None:
    answer = {"ScaleUpModifications": list(allowed), "ScaleDownModifications": []}
    stubber.add_response("list_allowed_node_type_modifications", answer, {"ReplicationGroupId": NAME})


def answer_family(stubber, version: str) -> None:
    """Engine and parameter group are asked for their families."""
    offered = {"Engine": "redis", "EngineVersion": version, "CacheParameterGroupFamily": "redis7"}
    group = {"CacheParameterGroupName": "any", "CacheParameterGroupFamily": "redis7"}
    stubber.add_response("describe_cache_engine_versions", {"CacheEngineVersions": [offered]}, {})
    stubber.add_response(
        "describe_cache_parameter_groups", {"CacheParameterGroups": [group]}, {"CacheParameterGroupName": ANY}
    )


def test_creation_is_one_call_with_every_option_and_the_tags(client):
    stubber = client[1]
    answer_read(stubber, None)
    stubber.add_response(
        "create_replication_group",
        {},
        {
            "ReplicationGroupId": NAME,
            "ReplicationGroupDescription": "Staging cache",
            "Engine": "redis",
            "EngineVersion": "7.1",
            "CacheNodeType": "cache.t3.small",
            "NumCacheClusters": 2,
            "AutomaticFailoverEnabled": True,
            "MultiAZEnabled": True,
            "CacheParameterGroupName": "demo-redis7",
            "CacheSubnetGroupName": "demo",
            "SecurityGroupIds": ["sg-1", "sg-2"],
            "Port": 6379,
            "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
            "SnapshotRetentionLimit": 5,
            "SnapshotWindow": "03:00-05:00",
            "TransitEncryptionEnabled": True,
            "TransitEncryptionMode": "required",
            "AtRestEncryptionEnabled": True,
            "AuthToken": "a-token-of-sixteen-characters",
            "Tags": [{"Key": "Project", "Value": "demo"}],
        },
    )
    answer_read(stubber, {**GROUP, "Status": "creating"}, [])
    answer_read(stubber)
    answer_read(stubber)
    result = run(client)
    assert result["operations"] == ["create_replication_group"]
    assert result["replication_group"]["status"] == "available"
    assert "a-token-of-sixteen-characters" not in str(result)


def test_creation_in_check_mode_reads_once_and_hides_the_token(client):
    answer_read(client[1], None)
    result = run(client, check_mode=True)
    assert result["changed"]
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"]["auth_token_enabled"] is True
    assert "a-token-of-sixteen-characters" not in str(result)


SAME = {
    "everything as it is": {},
    "an upper-case name and window": {
        "replication_group_id": NAME.upper(),
        "preferred_maintenance_window": "SUN:05:00-SUN:06:00",
    },
    "a version with a patch level": {"engine_version": "7.1.0"},
    "security groups in another order": {"security_group_ids": ["sg-2", "sg-1"]},
    "the same nodes counted as one shard": {
        "num_cache_clusters": None,
        "num_node_groups": 1,
        "replicas_per_node_group": 1,
    },
    "another token, which cannot be compared": {"auth_token": "another-token-of-enough-length"},
    "a log that is not delivered, switched off": {
        "log_delivery_configurations": [{"log_type": "engine-log", "enabled": False}]
    },
    "nothing but the name": {**OPTIONS, "replication_group_id": NAME},
}


@pytest.mark.parametrize("options", SAME.values(), ids=SAME)
def test_no_difference_no_call(client, options):
    answer_read(client[1])
    result = run(client, **options)
    assert not result["changed"]
    assert result["diff"] == {"before": {}, "after": {}}


# option, declared value, what the service reports afterwards: of the group, of its members
IN_PLACE = {
    "description": ("replication_group_description", "New", {"Description": "New"}, {}),
    "node type": ("cache_node_type", "cache.t3.medium", {"CacheNodeType": "cache.t3.medium"}, {}),
    "retention": ("snapshot_retention_limit", 7, {"SnapshotRetentionLimit": 7}, {}),
    "retention off": ("snapshot_retention_limit", 0, {"SnapshotRetentionLimit": 0}, {}),
    "snapshot window": ("snapshot_window", "01:00-02:00", {"SnapshotWindow": "01:00-02:00"}, {}),
    "multi-AZ off": ("multi_az_enabled", False, {"MultiAZ": "disabled"}, {}),
    "minor upgrades": ("auto_minor_version_upgrade", False, {"AutoMinorVersionUpgrade": False}, {}),
    "topic off": (
        "notification_topic_status",
        "inactive",
        {},
        {"NotificationConfiguration": {"TopicStatus": "inactive"}},
    ),
    "maintenance window": (
        "preferred_maintenance_window",
        "mon:01:00-mon:02:00",
        {},
        {"PreferredMaintenanceWindow": "mon:01:00-mon:02:00"},
    ),
    "security groups": ("security_group_ids", ["sg-3"], {}, {"SecurityGroups": [{"SecurityGroupId": "sg-3"}]}),
    "topic": (
        "notification_topic_arn",
        "arn:aws:sns:eu-west-1:1:t",
        {},
        {"NotificationConfiguration": {"TopicArn": "arn:aws:sns:eu-west-1:1:t"}},
    ),
    "version up": ("engine_version", "7.2", {}, {"EngineVersion": "7.2.4"}),
    "parameter group": (
        "cache_parameter_group_name",
        "other",
        {},
        {"CacheParameterGroup": {"CacheParameterGroupName": "other"}},
    ),
}


@pytest.mark.parametrize(("option", "value", "group", "cluster"), IN_PLACE.values(), ids=IN_PLACE)
def test_a_change_in_place_is_one_call_waited_for_until_it_is_read_back(client, option, value, group, cluster):
    stubber = client[1]
    answer_read(stubber)
    if option == "cache_node_type":
        answer_node_types(stubber, value)
    if option in ("engine_version", "cache_parameter_group_name"):
        answer_family(stubber, "7.2" if option == "engine_version" else "7.1")
    request = {"ReplicationGroupId": NAME, "ApplyImmediately": True, _member(client[0], option): value}
    stubber.add_response("modify_replication_group", {}, request)
    answer_read(stubber)  # available already, but not changed yet
    changed = {**GROUP, **group}, [{**found, **cluster} for found in MEMBERS]
    answer_read(stubber, *changed)
    answer_read(stubber, *changed)
    result = run(client, **{option: value})
    assert result["operations"] == ["modify_replication_group"]
    assert list(result["diff"]["after"]) == [option]
    assert result["diff"]["after"][option] == value


def _member(client, option: str) -> str:
    from botocore import xform_name

    shape = client.meta.service_model.operation_model("ModifyReplicationGroup").input_shape
    return next(name for name in shape.members if xform_name(name) == option)


def test_several_changes_travel_in_one_call_and_tags_in_their_own(client):
    stubber = client[1]
    answer_read(stubber)
    request = {
        "ReplicationGroupId": NAME,
        "ApplyImmediately": True,
        "SnapshotRetentionLimit": 7,
        "SnapshotWindow": "01:00-02:00",
    }
    stubber.add_response("modify_replication_group", {}, request)
    answer_read(stubber, {**GROUP, "SnapshotRetentionLimit": 7, "SnapshotWindow": "01:00-02:00"})
    stubber.add_response("add_tags_to_resource", {}, {"ResourceName": ARN, "Tags": [{"Key": "Owner", "Value": "x"}]})
    answer_read(stubber)
    result = run(
        client,
        snapshot_retention_limit=7,
        snapshot_window="01:00-02:00",
        tags={"Project": "demo", "Owner": "x"},
        apply="window",
        wait=False,
    )
    assert result["operations"] == ["modify_replication_group", "add_tags_to_resource"]


def test_a_call_that_is_refused_while_the_group_is_busy_is_made_again(client):
    stubber = client[1]
    answer_read(stubber)
    for _time in range(2):
        stubber.add_client_error("modify_replication_group", "InvalidReplicationGroupState", "is not available")
    request = {"ReplicationGroupId": NAME, "ApplyImmediately": True, "SnapshotRetentionLimit": 7}
    stubber.add_response("modify_replication_group", {}, request)
    answer_read(stubber, {**GROUP, "SnapshotRetentionLimit": 7})
    answer_read(stubber, {**GROUP, "SnapshotRetentionLimit": 7})
    assert run(client, snapshot_retention_limit=7)["changed"]


def test_a_call_that_is_refused_for_good_ends_before_the_deadline(client, monkeypatch):
    answer_read(client[1])
    monkeypatch.setattr(replication_group_calls, "PATIENCE", -1)
    client[1].add_client_error("modify_replication_group", "InvalidReplicationGroupState", "is in a global datastore")
    answer_group(client[1], "available")
    with pytest.raises(AnsibleAWSError, match=r"Gave up .* to accept modify_replication_group.*in a global datastore"):
        run(client, snapshot_retention_limit=7)


def test_what_was_done_already_when_the_call_is_made_again_is_done(client):
    stubber, more = client[1], [*MEMBERS, member(3)]
    grown: dict[str, Any] = {**GROUP, "MemberClusters": [cluster["CacheClusterId"] for cluster in more]}
    grown["NodeGroups"] = [{**grown["NodeGroups"][0], "NodeGroupMembers": [{"CacheClusterId": "x"}] * 3}]
    answer_read(stubber)
    stubber.add_client_error("increase_replica_count", "NoOperationFault", "no changes were required")
    answer_read(stubber, grown, more)
    answer_read(stubber, grown, more)
    assert run(client, num_cache_clusters=3)["operations"] == ["increase_replica_count"]


def test_a_step_waits_for_the_effect_of_the_one_before_it(client):
    """AWS goes on saying available for a while after it has accepted a change."""
    stubber = client[1]
    answer_read(stubber)
    answer_node_types(stubber, "cache.t3.medium")
    stubber.add_response(
        "modify_replication_group",
        {},
        dict.fromkeys(("ReplicationGroupId", "ApplyImmediately", "SnapshotRetentionLimit"), ANY),
    )
    answer_read(stubber)
    answer_read(stubber, {**GROUP, "SnapshotRetentionLimit": 7})
    stubber.add_response(
        "modify_replication_group", {}, dict.fromkeys(("ReplicationGroupId", "ApplyImmediately", "CacheNodeType"), ANY)
    )
    changed = {**GROUP, "SnapshotRetentionLimit": 7, "CacheNodeType": "cache.t3.medium"}
    answer_read(stubber, changed)
    answer_read(stubber, changed)
    run(client, snapshot_retention_limit=7, cache_node_type="cache.t3.medium")


def test_log_delivery_is_added(client):
    stubber = client[1]
    answer_read(stubber)
    wanted = {
        "LogType": "slow-log",
        "DestinationType": "cloudwatch-logs",
        "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "/slow"}},
        "LogFormat": "json",
    }
    request = {
        "ReplicationGroupId": NAME,
        "ApplyImmediately": True,
        "LogDeliveryConfigurations": [{**wanted, "Enabled": True}],
    }
    stubber.add_response("modify_replication_group", {}, request)
    delivered = {**GROUP, "LogDeliveryConfigurations": [{**wanted, "Status": "active"}]}
    answer_read(stubber, delivered)
    answer_read(stubber, delivered)
    assert run(client, log_delivery_configurations=[LOG])["changed"]


REFUSED = {
    "encryption at rest": {"at_rest_encryption_enabled": False},
    "KMS key": {"kms_key_id": "11112222-3333-4444-5555-666677778888"},
    "subnet group": {"cache_subnet_group_name": "other"},
    "port": {"port": 6380},
    "network type": {"network_type": "ipv6"},
    "an older version": {"engine_version": "7.0", "auto_minor_version_upgrade": False},
}


@pytest.mark.parametrize("check_mode", [True, False], ids=["check mode", "for real"])
@pytest.mark.parametrize("options", REFUSED.values(), ids=REFUSED)
def test_what_cannot_change_in_place_is_refused_with_both_values_and_the_way_out(client, options, check_mode):
    answer_read(client[1], {**GROUP, "NetworkType": "ipv4", "AutoMinorVersionUpgrade": False})
    option, value = next(iter(options.items()))
    if option == "engine_version":
        answer_family(client[1], value)
    with pytest.raises(AnsibleAWSError) as refusal:
        run(client, check_mode, **options)
    assert f"1. {option} = {value}: " in refusal.value.message
    assert f"{NAME} has " in refusal.value.message
    assert "Create a new replication group" in refusal.value.message


def test_every_refused_field_is_named_at_once(client):
    answer_read(client[1])
    with pytest.raises(AnsibleAWSError, match="2 problems") as refusal:
        run(client, port=6380, cache_subnet_group_name="other")
    assert {problem["option"] for problem in refusal.value.kwargs["problems"]} == {"port", "cache_subnet_group_name"}


def test_an_interrupted_creation_is_waited_for_and_not_repeated(client):
    answer_read(client[1], {**GROUP, "Status": "creating"}, [])
    answer_read(client[1], {**GROUP, "Status": "creating"}, [])
    answer_read(client[1])
    assert not run(client)["changed"]


def test_a_group_on_its_way_out_is_waited_for_and_created_again(client):
    stubber = client[1]
    answer_read(stubber, {**GROUP, "Status": "deleting"}, [])
    answer_read(stubber, None)
    stubber.add_response("create_replication_group", {}, {**dict.fromkeys(_create_members(), ANY)})
    answer_read(stubber)
    answer_read(stubber)
    assert run(client)["operations"] == ["create_replication_group"]


def _create_members() -> list[str]:
    return [
        *(
            "ReplicationGroupId",
            "ReplicationGroupDescription",
            "Engine",
            "EngineVersion",
            "CacheNodeType",
            "NumCacheClusters",
        ),
        *(
            "AutomaticFailoverEnabled",
            "MultiAZEnabled",
            "CacheParameterGroupName",
            "CacheSubnetGroupName",
            "SecurityGroupIds",
        ),
        *("Port", "PreferredMaintenanceWindow", "SnapshotRetentionLimit", "SnapshotWindow", "TransitEncryptionEnabled"),
        *("TransitEncryptionMode", "AtRestEncryptionEnabled", "AuthToken", "Tags"),
    ]


def test_a_prediction_waits_for_what_is_under_way_too(client):
    answer_read(client[1], {**GROUP, "Status": "creating"}, [])
    answer_read(client[1], {**GROUP, "Status": "creating"}, [])
    answer_read(client[1])
    assert not run(client, check_mode=True)["changed"]


def test_available_is_not_settled_while_a_token_is_being_set(client):
    answer_read(client[1], {**GROUP, "Status": "modifying"})
    answer_read(client[1], {**GROUP, "PendingModifiedValues": {"AuthTokenStatus": "SETTING"}})
    answer_read(client[1])
    assert not run(client)["changed"]


# state, wait, check mode; what is planned for a group on its way out without waiting for its end
LEAVING = {
    "prediction of a creation": ("present", True, True, ["create_replication_group"]),
    "prediction of a deletion": ("absent", True, True, []),
    "deletion without wait": ("absent", False, False, []),
}


@pytest.mark.parametrize(("state", "wait", "check_mode", "operations"), LEAVING.values(), ids=LEAVING)
def test_a_group_on_its_way_out_is_as_good_as_gone(client, state, wait, check_mode, operations):
    answer_read(client[1], {**GROUP, "Status": "deleting"})
    if state == "absent":
        answer_saved(client[1])
    assert run(client, check_mode, state=state, wait=wait)["operations"] == operations


def answer_saved(stubber, **names_and_times: datetime | None) -> None:
    """The manual snapshots of the group, by what follows its name, with the times when they were done."""
    found = [
        {
            "SnapshotName": f"{NAME}-{name.replace('_', '-')}",
            "NodeSnapshots": [{"SnapshotCreateTime": time}] if time else [],
        }
        for name, time in names_and_times.items()
    ]
    request = {"ReplicationGroupId": NAME, "SnapshotSource": "user"}
    stubber.add_response("describe_snapshots", {"Snapshots": found}, request)


EARLIER, BORN, LATER = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3))
BEGUN: dict[str, tuple[dict[str, Any], dict[str, datetime | None], str | None]] = {
    "being taken": ({}, {"final_20260301": None, "backup": LATER}, "final-20260301"),
    "taken": ({}, {"final_20260301": LATER}, "final-20260301"),
    "of an earlier group": ({}, {"final_20260101": EARLIER}, None),
    "named": ({"final_snapshot_identifier": f"{NAME}-last"}, {"last": LATER}, "last"),
    "none": ({"skip_final_snapshot": True}, {}, None),
}


@pytest.mark.parametrize(("options", "snapshots", "final"), BEGUN.values(), ids=BEGUN)
def test_a_deletion_that_was_interrupted_ends_when_its_snapshot_is_there(client, options, snapshots, final):
    stubber, name = client[1], final and f"{NAME}-{final}"
    answer_read(stubber, {**GROUP, "Status": "deleting", "ReplicationGroupCreateTime": BORN})
    answer_saved(stubber, **snapshots)
    for status in ("creating", "available") if final else ():
        answer = {"Snapshots": [{"SnapshotName": name, "SnapshotStatus": status}]}
        stubber.add_response("describe_snapshots", answer, {"SnapshotName": name})
    answer_group(stubber, "deleting")
    answer_read(stubber, None)
    result = run(client, state="absent", **options)
    assert (result["changed"], result["final_snapshot_identifier"]) == (False, name)


def test_a_creation_that_failed_is_repeated_by_deletion_and_creation(client):
    stubber = client[1]
    answer_read(stubber, {**GROUP, "Status": "create-failed", "MemberClusters": []}, [])
    stubber.add_response("delete_replication_group", {}, {"ReplicationGroupId": NAME})
    answer_group(stubber, "deleting")
    answer_read(stubber, None)
    stubber.add_response("create_replication_group", {}, {**dict.fromkeys(_create_members(), ANY)})
    answer_read(stubber)
    answer_read(stubber)
    done = run(client, on_create_failed="delete", final_snapshot_identifier="not-of-nothing")
    assert done["operations"] == ["delete_replication_group", "create_replication_group"]


@pytest.mark.parametrize("status", ["incompatible-network", "restore-failed"])
def test_a_group_that_may_have_data_is_never_deleted_to_be_created_again(client, status):
    for _look in range(2):
        answer_read(client[1], {**GROUP, "Status": status, "MemberClusters": []}, [])
    answer_events(client[1])
    with pytest.raises(AnsibleAWSError, match=f"it is {status}"):
        run(client, on_create_failed="delete", wait=False)


def test_the_zones_that_are_left_are_told_when_capacity_is_missing(client):
    stubber = client[1]
    failed = {**GROUP, "Status": "create-failed", "MemberClusters": [MEMBERS[0]["CacheClusterId"]]}
    for _look in range(2):
        answer_read(stubber, failed, [{**MEMBERS[0], "CacheClusterStatus": "incompatible-network"}])
    answer_events(stubber)
    answer_events(stubber, "Insufficient capacity in eu-west-1a.")
    zones = [{"SubnetAvailabilityZone": {"Name": f"eu-west-1{letter}"}} for letter in "cba"]
    subnets = {"CacheSubnetGroups": [{"CacheSubnetGroupName": "demo", "Subnets": zones}]}
    stubber.add_response("describe_cache_subnet_groups", subnets, {"CacheSubnetGroupName": "demo"})
    with pytest.raises(AnsibleAWSError, match=r"capacity in eu-west-1a\. Zones .* eu-west-1b, eu-west-1c\."):
        run(client)


def test_a_group_under_way_without_wait_is_an_error_that_says_so(client):
    answer_read(client[1], {**GROUP, "Status": "modifying"})
    with pytest.raises(AnsibleAWSError, match=r"is modifying, 2 nodes available\. Set wait to true"):
        run(client, wait=False)


def test_a_failed_creation_ends_the_wait_at_once_with_the_words_of_the_events(client):
    stubber = client[1]
    failed = {**GROUP, "Status": "create-failed", "MemberClusters": []}
    answer_read(stubber, failed, [])
    answer_read(stubber, failed, [])
    event = {"SourceIdentifier": NAME, "Message": "Insufficient capacity for cache.t3.small in eu-west-1a"}
    stubber.add_response(
        "describe_events",
        {"Events": [event]},
        {"SourceType": "replication-group", "SourceIdentifier": NAME, "Duration": 20160},
    )
    with pytest.raises(AnsibleAWSError, match=r"create-failed.*Insufficient capacity for cache.t3.small in eu-west-1a"):
        run(client)


def test_one_deadline_for_the_whole_task_and_the_last_state_in_the_error(client, monkeypatch):
    answer_read(client[1], {**GROUP, "Status": "modifying"})
    answer_read(client[1], {**GROUP, "Status": "modifying"})
    monkeypatch.setattr(waiting, "FIRST_PAUSE", 5)
    with pytest.raises(
        AnsibleAWSError, match=r"Timed out .* modifying, 2 nodes available.*run the task again to resume"
    ):
        run(client, wait_timeout=1)


def test_a_change_that_aws_gave_up_is_told_with_the_words_of_the_events(client):
    stubber = client[1]
    answer_read(stubber)
    answer_node_types(stubber, "cache.t3.medium")
    stubber.add_response(
        "modify_replication_group", {}, dict.fromkeys(("ReplicationGroupId", "ApplyImmediately", "CacheNodeType"), ANY)
    )
    answer_read(stubber)  # available, as it was
    answer_events(stubber, "Failed to modify: no address is free.")
    for _member in MEMBERS:
        answer_events(stubber)
    words = r"not there yet: cache_node_type\. Events: Failed to modify: no address is free\. .*run the task again"
    with pytest.raises(AnsibleAWSError, match=words):
        run(client, cache_node_type="cache.t3.medium", wait_timeout=0)


def answer_snapshot(stubber, status: str | None) -> None:
    name = f"{NAME}-last"
    answer = {"Snapshots": [{"SnapshotName": name, "SnapshotStatus": status}] if status else []}
    stubber.add_response("describe_snapshots", answer, {"SnapshotName": name})


def answer_group(stubber, status: str) -> None:
    answer = {"ReplicationGroups": [{**GROUP, "Status": status}]}
    stubber.add_response("describe_replication_groups", answer, {"ReplicationGroupId": NAME})


def answer_events(stubber, *messages: str) -> None:
    request = dict.fromkeys(("SourceType", "SourceIdentifier", "Duration"), ANY)
    stubber.add_response("describe_events", {"Events": [{"Message": message} for message in messages]}, request)


LAST: dict[str, Any] = {"state": "absent", "final_snapshot_identifier": f"{NAME}-Last", "force_delete": NAME}
LAST_REQUEST = {"ReplicationGroupId": NAME, "FinalSnapshotIdentifier": f"{NAME}-last"}


def test_deletion_waits_for_the_snapshot_and_for_the_end_of_the_group(client):
    stubber = client[1]
    answer_read(stubber)
    answer_snapshot(stubber, None)
    stubber.add_response("delete_replication_group", {}, LAST_REQUEST)
    answer_snapshot(stubber, None)
    answer_group(stubber, "available")  # still, right after the call
    answer_snapshot(stubber, "creating")
    answer_snapshot(stubber, "available")
    answer_group(stubber, "deleting")
    answer_read(stubber, None)
    answer_read(stubber, None)
    result = run(client, **LAST)
    assert (result["changed"], result["replication_group"]) == (True, {})
    assert result["final_snapshot_identifier"] == f"{NAME}-last"


def test_deletion_whose_snapshot_fails_says_why(client):
    stubber = client[1]
    answer_read(stubber)
    answer_snapshot(stubber, None)
    stubber.add_response("delete_replication_group", {}, LAST_REQUEST)
    answer_snapshot(stubber, "failed")
    answer_events(stubber, "out of memory")
    with pytest.raises(AnsibleAWSError, match=r"final snapshot .*-last to be available: it has failed.*out of memory"):
        run(client, **LAST)


def test_deletion_that_leaves_no_snapshot_is_an_error(client):
    stubber = client[1]
    answer_read(stubber)
    answer_snapshot(stubber, None)
    stubber.add_response("delete_replication_group", {}, LAST_REQUEST)
    answer_snapshot(stubber, None)
    answer_read(stubber, None)
    with pytest.raises(AnsibleAWSError, match="went without it"):
        run(client, **LAST)


def test_every_deletion_has_a_snapshot_of_another_name(client, cloudwatch):
    answer_read(client[1])
    answer_connections(cloudwatch, 3.0, 2.0)
    result = run(client, True, cloudwatch, state="absent")
    assert re.fullmatch(rf"{NAME}-final-\d{{8}}-\d{{6}}", result["final_snapshot_identifier"])


def test_a_group_with_clients_is_not_deleted_unless_it_is_named(client, cloudwatch):
    answer_read(client[1])
    answer_connections(cloudwatch, 3.0, 25.0)
    with pytest.raises(AnsibleAWSError, match=rf"had 25 connections to {NAME}-002 in the last 24 hours") as refusal:
        run(client, True, cloudwatch, state="absent")
    assert f"set force_delete to {NAME}" in refusal.value.message


def test_a_protected_group_is_not_deleted_even_when_it_is_named(client):
    stubber = client[1]
    stubber.add_response("describe_replication_groups", {"ReplicationGroups": [GROUP]}, {"ReplicationGroupId": NAME})
    stubber.add_response("describe_cache_clusters", {"CacheClusters": MEMBERS}, {"ShowCacheNodeInfo": True})
    tag = {"Key": "accessweaver:deletion-protection", "Value": "true"}
    stubber.add_response("list_tags_for_resource", {"TagList": [tag]}, {"ResourceName": ARN})
    with pytest.raises(AnsibleAWSError, match="deletion_protection = True: is set on"):
        run(client, state="absent", force_delete=NAME)


DELETIONS = {
    "named snapshot": (
        {"final_snapshot_identifier": f"{NAME}-last"},
        GROUP,
        {"FinalSnapshotIdentifier": f"{NAME}-last"},
    ),
    "no snapshot": ({"skip_final_snapshot": True}, GROUP, {}),
    "nothing to save": ({}, {**GROUP, "Status": "create-failed"}, {}),
}


@pytest.mark.parametrize(("options", "group", "request_"), DELETIONS.values(), ids=DELETIONS)
def test_deletion(client, options, group, request_):
    stubber = client[1]
    answer_read(stubber, group)
    if "FinalSnapshotIdentifier" in request_:
        answer_snapshot(stubber, None)
    stubber.add_response("delete_replication_group", {}, {"ReplicationGroupId": NAME, **request_})
    answer_read(stubber, None)
    done = run(client, state="absent", wait=False, force_delete=NAME, **options)
    assert done["operations"] == ["delete_replication_group"]


def test_absent_twice_is_no_change(client):
    answer_read(client[1], None)
    assert not run(client, state="absent")["changed"]


def test_a_value_of_the_wrong_type_is_told_before_the_call(client):
    answer_read(client[1], None)
    with pytest.raises(AnsibleAWSError, match="Cannot build the request create_replication_group"):
        run(client, node_group_configuration=[{"slots": 5}])


def test_progress_is_written_for_whoever_reads_it(client, tmp_path):
    answer_read(client[1], {**GROUP, "Status": "creating"}, [])
    answer_read(client[1], {**GROUP, "Status": "creating"}, [])
    answer_read(client[1])
    run(client, progress_path=str(tmp_path / "news"))
    first, last = (tmp_path / "news").read_text().splitlines()
    assert f"replication group {NAME} to be available: creating" in first
    assert "available, 2 nodes available" in last
