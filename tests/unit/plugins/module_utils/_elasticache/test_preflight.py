# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preflight: the exact questions to each service, and every problem of a run in one message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.accessweaver.elasticache.plugins.module_utils._elasticache import preflight
from ansible_collections.accessweaver.elasticache.plugins.module_utils._problems import Problem
from ansible_collections.accessweaver.elasticache.plugins.modules.elasticache_preflight import ARGUMENTS, DOCUMENTATION

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"
NOTHING = {name: spec.get("default") for name, spec in ARGUMENTS.items()}
DECLARED = {
    **NOTHING,
    "vpc_id": "vpc-1",
    "subnet_ids": ["subnet-a", "subnet-b"],
    "security_group_ids": ["sg-1"],
    "engine": "redis",
    "engine_version": "7.1",
    "cache_node_type": "cache.t3.small",
    "node_count": 2,
    "multi_az_enabled": True,
    "parameters": {"timeout": 300},
    "notification_topic_arn": TOPIC,
    "kms_key_id": "alias/caches",
    "replication_group_id": "demo",
}
SUBNETS = [
    {
        "SubnetId": f"subnet-{letter}",
        "VpcId": "vpc-1",
        "AvailabilityZone": f"eu-west-1{letter}",
        "AvailableIpAddressCount": 250,
        "MapPublicIpOnLaunch": False,
    }
    for letter in "ab"
]
MAIN = {"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": True}], "Routes": []}
INTERNET = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}
VERSIONS = [{"Engine": "redis", "EngineVersion": "7.1.0", "CacheParameterGroupFamily": "redis7"}]
TIMEOUT = {"ParameterName": "timeout", "DataType": "integer", "AllowedValues": "0,20-", "ParameterValue": "0"}
KEY_ARN = "arn:aws:kms:eu-west-1:123456789012:key/k"
KEY = {"KeyId": "k", "Arn": KEY_ARN, "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT"}
GROUP_ARN = "arn:aws:elasticache:eu-west-1:123456789012:replicationgroup:demo"
GROUP = {
    "ReplicationGroupId": "demo",
    "ARN": GROUP_ARN,
    "Status": "available",
    "CacheNodeType": "cache.t3.small",
    "MemberClusters": ["demo-001", "demo-002"],
}

Clients = Callable[[str], Any]


class Script:
    """Answers for several services, each asked in the order in which it is queued here."""

    def __init__(self, stubbed: Callable[[str], tuple]) -> None:
        self.stubs = {name: stubbed(name) for name in ("ec2", "elasticache", "kms", "sns", "sts")}

    def clients(self, service: str) -> Any:
        return self.stubs[service][0]

    def answer(
        self, service: str, operation: str, answer: dict[str, Any], request: dict[str, Any] | None = None
    ) -> None:
        self.stubs[service][1].add_response(operation, answer, request)

    def refuse(self, service: str, operation: str, code: str) -> None:
        self.stubs[service][1].add_client_error(operation, code, "not for you")


@pytest.fixture
def script(stubbed):
    return Script(stubbed)


def answer_subnets(script, subnets=SUBNETS, routes=(), group=None):
    names = [subnet["SubnetId"] for subnet in SUBNETS]
    request = {"Filters": [{"Name": "subnet-id", "Values": names}]}
    script.answer("ec2", "describe_subnets", {"Subnets": subnets}, request)
    answer = {"RouteTables": [{**MAIN, "Routes": list(routes)}]}
    script.answer("ec2", "describe_route_tables", answer, {"Filters": [{"Name": "vpc-id", "Values": ["vpc-1"]}]})
    answer_group(script, group)


def answer_group(script, group):
    if group:
        answer = {"ReplicationGroups": [group]}
        script.answer("elasticache", "describe_replication_groups", answer, {"ReplicationGroupId": "demo"})
    else:
        script.refuse("elasticache", "describe_replication_groups", "ReplicationGroupNotFoundFault")


def answer_security_groups(script, groups=({"GroupId": "sg-1", "VpcId": "vpc-1"},)):
    request = {"Filters": [{"Name": "group-id", "Values": ["sg-1"]}]}
    script.answer("ec2", "describe_security_groups", {"SecurityGroups": list(groups)}, request)


def answer_engine(script):
    script.answer("elasticache", "describe_cache_engine_versions", {"CacheEngineVersions": VERSIONS}, {})
    answer = {"EngineDefaults": {"Parameters": [TIMEOUT]}}
    request = {"CacheParameterGroupFamily": "redis7"}
    script.answer("elasticache", "describe_engine_default_parameters", answer, request)


def answer_existing(script, group, clusters=()):
    answer_group(script, group)
    if group:
        answer = {"CacheClusters": list(clusters)}
        script.answer("elasticache", "describe_cache_clusters", answer, {"ShowCacheNodeInfo": True})
        if group["Status"] == "available":
            script.answer("elasticache", "list_tags_for_resource", {"TagList": []}, {"ResourceName": GROUP_ARN})


def answer_topic(script, attributes=None):
    script.answer("sts", "get_caller_identity", {"Account": "123456789012"}, {})
    attributes = {"TopicArn": TOPIC} if attributes is None else attributes
    script.answer("sns", "get_topic_attributes", {"Attributes": attributes}, {"TopicArn": TOPIC})


def answer_key(script, **change):
    script.answer("kms", "describe_key", {"KeyMetadata": {**KEY, **change}}, {"KeyId": "alias/caches"})


def test_a_deployment_that_can_be_has_no_problem_and_known_facts(script):
    answer_subnets(script)
    answer_security_groups(script)
    answer_engine(script)
    answer_existing(script, None)
    answer_topic(script)
    answer_key(script)
    result = preflight.check(script.clients, DECLARED, check_mode=False)
    assert result["problems"] == []
    assert not result["changed"]
    assert result["cache_parameter_group_family"] == "redis7"
    assert (result["kms_key_arn"], result["auth_token_enabled"]) == (KEY_ARN, False)
    assert result["availability_zones"] == ["eu-west-1a", "eu-west-1b"]
    assert [subnet["public"] for subnet in result["subnets"]] == [False, False]


def test_what_is_not_declared_is_not_asked(script):
    result = preflight.check(script.clients, NOTHING, check_mode=True)
    assert result == {
        "changed": False,
        "problems": [],
        "cache_parameter_group_family": None,
        "auth_token_enabled": False,
        "kms_key_arn": None,
        "former_cache_parameter_groups": [],
        "availability_zones": [],
        "subnets": [],
    }


GIVEN = {"option": "environment", "value": "prd", "problem": "there is no such preset", "remedy": "use prod"}


def answer_all_wrong(script):
    answer_subnets(script, SUBNETS[:1], [INTERNET])
    answer_security_groups(script, [{"GroupId": "sg-1", "VpcId": "vpc-2"}])
    answer_engine(script)
    answer_existing(script, None)
    answer_topic(script, {"KmsMasterKeyId": "alias/aws/sns"})
    answer_key(script, KeyState="PendingDeletion", KeySpec="RSA_2048")


ALL_WRONG = {**DECLARED, "parameters": {"timeout": 7, "timeoot": 1}, "node_count": 251, "problems": [GIVEN]}
MESSAGE = """\
Cannot begin (nothing was created or changed): 11 problems.
1. environment = prd: there is no such preset.
   Remedy: use prod.
2. subnet_ids = subnet-b: there is no such one in this region and account.
   Remedy: name one of vpc-1.
3. subnet_ids = subnet-a: it is public: its route table rtb-1 sends 0.0.0.0/0 to igw-1.
   Remedy: name a private subnet: one whose route table has no route to an internet gateway.
4. multi_az_enabled = True: all subnets are in eu-west-1a.
   Remedy: name subnets of 2 zones or more, or set multi_az_enabled to false.
5. subnet_ids = subnet-a, subnet-b: 250 addresses are free, and 251 nodes are to come.
   Remedy: name more or larger subnets.
6. security_group_ids = sg-1: it is in vpc-2, not in vpc-1.
   Remedy: name one of vpc-1.
7. parameters.timeout = 7: the parameter does not take this value.
   Remedy: use 0, 20 or more.
8. parameters.timeoot = 1: the family has no such parameter.
   Remedy: use one of timeout.
9. notification_topic_arn = arn:aws:sns:eu-west-1:123456789012:alerts: it is encrypted, and ElastiCache does not \
publish to encrypted topics.
   Remedy: use a topic without encryption.
10. kms_key_id = alias/caches: it is PendingDeletion.
   Remedy: enable it, or name another.
11. kms_key_id = alias/caches: it is a RSA_2048 key.
   Remedy: name a symmetric key for encryption."""


@pytest.mark.parametrize("check_mode", [False, True])
def test_every_problem_of_the_run_is_in_one_message(script, check_mode):
    answer_all_wrong(script)
    with pytest.raises(AnsibleAWSError) as error:
        preflight.check(script.clients, ALL_WRONG, check_mode)
    assert str(error.value) == MESSAGE
    assert error.value.kwargs["problems"][0] == GIVEN
    assert len(error.value.kwargs["problems"]) == 11


def test_problems_can_be_returned_instead(script):
    answer_all_wrong(script)
    result = preflight.check(script.clients, {**ALL_WRONG, "fail": False}, check_mode=False)
    assert len(result["problems"]) == 11
    assert result["cache_parameter_group_family"] == "redis7"


def test_a_parameter_that_the_caller_found_faulty_is_told_once(script):
    answer_engine(script)
    given = {"option": "custom_parameters.timeout", "value": "7", "problem": "it is too short", "remedy": "use 20"}
    engine = {"engine": "redis", "engine_version": "7.1", "parameters": {"timeout": 7, "timeoot": 1}}
    result = preflight.check(
        script.clients, {**NOTHING, **engine, "problems": [given], "fail": False}, check_mode=False
    )
    options = [problem["option"] for problem in result["problems"]]
    assert options == ["custom_parameters.timeout", "parameters.timeoot"]


TOLD = {
    "another option": ("port", "kms_key_id", True),
    "the same option": ("port", "port", False),
    "of a preset": ("presets.qa.port", "port", False),
    "a parameter": ("custom_parameters.timeout", "parameters.timeout", False),
    "a tag of the same name": ("additional_tags.port", "port", True),
    "what the option follows from": ("node_type_override", "cache_node_type", False),
    "what the parameter group follows from": ("engine_version", "cache_parameter_group_name", False),
    "something that follows from the option": ("cache_parameter_group_name", "engine_version", True),
}


@pytest.mark.parametrize(("given", "found", "told"), TOLD.values(), ids=TOLD)
@pytest.mark.parametrize("sources", [2, 3])
def test_one_fault_is_told_once(given, found, told, sources):
    first, *others = (Problem(option, None, "it is wrong", "mend it") for option in (given, found, found))
    told_of = preflight.told_once([first], [], others) if sources == 3 else preflight.told_once([first], others)
    assert told_of == [first, *(others if told else [])]


def test_what_others_found_comes_last_and_once(script):
    more = [{**GIVEN, "option": name} for name in ("environment", "port", "port")]
    declared = {**NOTHING, "problems": [GIVEN], "more_problems": more, "fail": False}
    result = preflight.check(script.clients, declared, check_mode=False)
    assert [problem["option"] for problem in result["problems"]] == ["environment", "port", "port"]


@pytest.mark.parametrize("enabled", [True, False])
def test_an_existing_group_tells_whether_it_has_a_token(script, enabled):
    answer_existing(script, {**GROUP, "AuthTokenEnabled": enabled})
    result = preflight.check(script.clients, {**NOTHING, "replication_group_id": "demo"}, check_mode=False)
    assert result["auth_token_enabled"] is enabled


def test_nodes_that_are_there_have_their_addresses(script):
    short = [{**subnet, "AvailableIpAddressCount": 0} for subnet in SUBNETS]
    answer_subnets(script, short, group=GROUP)
    declared = {**NOTHING, **{name: DECLARED[name] for name in ("subnet_ids", "node_count")}}
    question = preflight.CHECKS[0]
    found = preflight.ask(question, script.clients, {**declared, "replication_group_id": "demo"})
    assert found.problems == []


TOPICS = {
    "of another region": (TOPIC.replace("eu-west-1", "eu-west-3"), "it is of region eu-west-3, and .* eu-west-1, only"),
    "of another account": (TOPIC.replace("3456", "0000"), "it is of account 120000789012, and .*its own, 123456789012"),
    "no ARN": ("alerts", "it is not the ARN of a topic"),
    "of another service": ("arn:aws:sqs:eu-west-1:123456789012:alerts", "it is not the ARN of a topic"),
}


@pytest.mark.parametrize(("arn", "message"), TOPICS.values(), ids=TOPICS)
def test_a_topic_elsewhere_is_refused_without_asking_for_it(script, arn, message):
    if ":sns:" in arn:
        script.answer("sts", "get_caller_identity", {"Account": "123456789012"}, {})
    with pytest.raises(AnsibleAWSError, match=f"notification_topic_arn = {arn}: {message}"):
        preflight.check(script.clients, {**NOTHING, "notification_topic_arn": arn}, check_mode=False)


def test_topic_and_key_that_do_not_exist(script):
    script.answer("sts", "get_caller_identity", {"Account": "123456789012"}, {})
    script.refuse("sns", "get_topic_attributes", "NotFound")
    script.refuse("kms", "describe_key", "NotFoundException")
    declared = {**NOTHING, "notification_topic_arn": TOPIC, "kms_key_id": "alias/caches", "fail": False}
    problems = preflight.check(script.clients, declared, check_mode=False)["problems"]
    assert [problem["problem"] for problem in problems] == [
        "there is no such topic",
        "there is no such key in this region",
    ]


def test_a_version_that_does_not_exist_has_no_family(script):
    script.answer("elasticache", "describe_cache_engine_versions", {"CacheEngineVersions": VERSIONS}, {})
    declared = {**NOTHING, "engine": "redis", "engine_version": "7.11", "parameters": {"timeout": 7}, "fail": False}
    result = preflight.check(script.clients, declared, check_mode=False)
    assert result["cache_parameter_group_family"] is None
    assert [problem["remedy"] for problem in result["problems"]] == ["use one of 7.1.0"]


def test_the_parameter_groups_of_before_are_found_in_one_listing(script):
    listed = [{"CacheParameterGroupName": name} for name in ("default.redis7", "demo-redis6", "other-redis7")]
    script.answer("elasticache", "describe_cache_parameter_groups", {"CacheParameterGroups": listed}, {})
    declared = {**NOTHING, "former_cache_parameter_group_names": ["Demo-Redis6", "demo-redis7"]}
    result = preflight.check(script.clients, declared, check_mode=False)
    assert result["former_cache_parameter_groups"] == ["demo-redis6"]


ONLY_GROUP = {**NOTHING, "replication_group_id": "demo", "cache_node_type": "cache.t3.small"}


def test_a_group_that_failed_is_explained_by_its_events(script):
    answer_existing(script, {**GROUP, "Status": "create-failed", "MemberClusters": []})
    request = {"SourceType": "replication-group", "SourceIdentifier": "demo", "Duration": 20160}
    events = {"Events": [{"Message": "insufficient capacity in eu-west-1a."}]}
    script.answer("elasticache", "describe_events", events, request)
    message = (
        r"replication_group_id = demo: it is create-failed. Events: insufficient capacity in eu-west-1a.\n   Remedy"
    )
    with pytest.raises(AnsibleAWSError, match=message):
        preflight.check(script.clients, ONLY_GROUP, check_mode=False)


NODE_TYPES = {
    "the same": ({}, None, []),
    "one that it can change to": ({"CacheNodeType": "cache.t3.micro"}, ["cache.t3.small"], []),
    "one that it cannot change to": (
        {"CacheNodeType": "cache.r6gd.xlarge"},
        ["cache.r6gd.2xlarge"],
        ["keep cache.r6gd.xlarge, or use one of cache.r6gd.2xlarge"],
    ),
    "of a group that is being changed": ({"CacheNodeType": "cache.t3.micro", "Status": "modifying"}, None, []),
}


@pytest.mark.parametrize(("change", "allowed", "remedies"), NODE_TYPES.values(), ids=NODE_TYPES)
def test_the_node_type_that_an_existing_group_is_to_change_to(script, change, allowed, remedies):
    answer_existing(script, {**GROUP, **change})
    if allowed:
        answer = {"ScaleUpModifications": allowed, "ScaleDownModifications": []}
        script.answer("elasticache", "list_allowed_node_type_modifications", answer, {"ReplicationGroupId": "demo"})
    problems = preflight.check(script.clients, {**ONLY_GROUP, "fail": False}, check_mode=False)["problems"]
    assert [problem["remedy"] for problem in problems] == remedies


def test_a_question_that_the_caller_may_not_ask_is_a_problem_among_the_others(script):
    script.refuse("ec2", "describe_security_groups", "UnauthorizedOperation")
    script.refuse("kms", "describe_key", "AccessDeniedException")
    declared = {**NOTHING, "security_group_ids": ["sg-1"], "kms_key_id": "alias/caches", "fail": False}
    problems = preflight.check(script.clients, declared, check_mode=False)["problems"]
    assert [problem["option"] for problem in problems] == ["security_group_ids", "kms_key_id"]
    assert problems[1]["remedy"] == "allow the caller kms:DescribeKey"
    assert "not for you" in problems[1]["problem"]


def test_any_other_failure_of_a_question_is_not_a_problem_of_the_deployment(script):
    script.refuse("kms", "describe_key", "ValidationException")
    with pytest.raises(AnsibleAWSError, match=r"Failed to describe a key: .*ValidationException"):
        preflight.check(script.clients, {**NOTHING, "kms_key_id": "alias/caches", "fail": False}, check_mode=False)


@pytest.mark.parametrize("question", preflight.CHECKS, ids=lambda question: question.option)
def test_the_documentation_names_the_permissions_of_each_question(question):
    notes = [note for note in yaml.safe_load(DOCUMENTATION)["notes"] if note.startswith(f"O({question.option})")]
    assert all(f"C({action})" in notes[0] for action in question.actions)
