# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever botocore can send is read back as it was meant; whatever is answered, botocore reads as it was meant."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from integration.sandbox.elasticache.shapes import values

from sandbox.protocol import ApiError, JsonProtocol, QueryProtocol, service_model

PROTOCOLS: dict[str, tuple[str, Any]] = {"elasticache": ("query", QueryProtocol), "budgets": ("json", JsonProtocol)}
OPERATIONS = [
    ("elasticache", "CreateReplicationGroup"),
    ("elasticache", "ModifyReplicationGroup"),
    ("elasticache", "ModifyCacheParameterGroup"),
    ("elasticache", "DescribeEvents"),
    ("elasticache", "DescribeReplicationGroups"),
    ("elasticache", "DescribeCacheParameters"),
    ("elasticache", "DescribeUpdateActions"),
    ("budgets", "CreateBudget"),
    ("budgets", "DescribeBudgets"),
]


def without_empty(value: Any) -> Any:
    """A form cannot tell an empty structure from an absent one."""
    if isinstance(value, dict):
        pruned = {name: without_empty(item) for name, item in value.items()}
        return {name: item for name, item in pruned.items() if item != {}}
    return [without_empty(item) for item in value if without_empty(item) != {}] if isinstance(value, list) else value


@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_requests_survive_the_wire(service: str, operation: str, data: st.DataObject) -> None:
    model = service_model(service)
    kind, protocol = PROTOCOLS[service]
    operation_model = model.operation_model(operation)
    sent = without_empty(data.draw(values(operation_model.input_shape)))
    wire = create_serializer(kind, include_validation=False).serialize_to_request(sent, operation_model)
    body = form(wire["body"]) if kind == "query" else wire["body"]
    received = protocol(model).decode(wire["headers"], body)
    assert (received.operation, received.parameters) == (operation, sent)


@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_answers_survive_the_wire(service: str, operation: str, data: st.DataObject) -> None:
    model = service_model(service)
    kind, protocol = PROTOCOLS[service]
    shape = model.operation_model(operation).output_shape
    sent = data.draw(values(shape)) if shape else {}
    response = protocol(model).encode(operation, sent, "id-1")
    parsed = create_parser(kind).parse(
        {"status_code": response.status, "headers": dict(response.headers), "body": response.body}, shape
    )
    assert {name: value for name, value in parsed.items() if name != "ResponseMetadata"} == sent


def form(pairs: dict[str, str]) -> bytes:
    """As botocore's HTTP layer writes a form."""
    return urlencode(pairs).encode()


@pytest.mark.parametrize(
    ("pairs", "code", "names"),
    [
        pytest.param({}, "MissingAction", "Action", id="no operation"),
        pytest.param({"Action": "MakeTea"}, "InvalidAction", "MakeTea", id="an operation that is not in the model"),
        pytest.param(
            {"Action": "DescribeEvents", "Colour": "red"}, "InvalidParameterValue", "Colour", id="an unknown member"
        ),
        pytest.param(
            {"Action": "DescribeEvents", "Duration": "ten"}, "InvalidParameterValue", "Duration", id="not a number"
        ),
        pytest.param(
            {"Action": "DescribeEvents", "SourceType": "tea-pot"},
            "InvalidParameterValue",
            "replication-group",
            id="a value outside its enumeration",
        ),
        pytest.param(
            {"Action": "DeleteReplicationGroup"}, "InvalidParameterValue", "ReplicationGroupId", id="a missing member"
        ),
    ],
)
def test_what_the_model_does_not_know_is_refused(pairs: dict[str, str], code: str, names: str) -> None:
    with pytest.raises(ApiError, match=names) as refused:
        QueryProtocol(service_model("elasticache")).decode({}, form(pairs))
    assert refused.value.code == code


def test_errors_have_the_status_of_the_model() -> None:
    protocol = QueryProtocol(service_model("elasticache"))
    response = protocol.encode_error(ApiError("ReplicationGroupNotFoundFault", "a <b> & c"), "id-1")
    parsed = create_parser("query").parse({"status_code": response.status, "headers": {}, "body": response.body}, None)
    assert response.status == 404
    assert parsed["Error"] == {"Type": "Sender", "Code": "ReplicationGroupNotFoundFault", "Message": "a <b> & c"}


def test_an_answer_with_a_member_that_is_not_in_the_model_is_a_bug() -> None:
    with pytest.raises(TypeError, match="Colour"):
        QueryProtocol(service_model("elasticache")).encode("DescribeEvents", {"Colour": "red"}, "id-1")
