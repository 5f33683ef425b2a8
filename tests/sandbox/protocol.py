# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
The server's side of AWS's wire protocols, driven by botocore's service models.

botocore holds the client's half (serialise a request, parse an answer); this is its mirror image for the ``query``
protocol (form in, XML out) and the ``json`` protocol. Nothing here knows a service: shapes, names, wrappers and error
statuses are all read from the model, so an answer can never have a shape that the client would not recognise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import botocore.session
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.utils import parse_timestamp

Parameters = dict[str, Any]
Headers = Mapping[str, str]

# What XML 1.0 cannot carry, not even escaped.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass
class ApiError(Exception):
    """
    A refusal, as the client will see it: ``ClientError.response["Error"]``.

    Attributes:
        code: The code on the wire, for example ``ReplicationGroupNotFoundFault`` (not the exception's shape name).
        message: The text for a person.
        status: HTTP status; None takes it from the service model, 400 for a code that the model does not list.
    """

    code: str
    message: str
    status: int | None = None

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass(frozen=True)
class Request:
    """One decoded API call; every member has the Python type of its shape."""

    operation: str
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes


class WireProtocol(Protocol):
    """What a service needs of its protocol."""

    def decode(self, headers: Headers, body: bytes) -> Request:
        """Raise ``ApiError`` (``InvalidAction``, ``InvalidParameterValue``, ...) for what the model does not know."""

    def encode(self, operation: str, result: Parameters, request_id: str) -> Response: ...

    def encode_error(self, error: ApiError, request_id: str) -> Response: ...


@cache
def service_model(service: str) -> ServiceModel:
    """botocore's model of a service, by client name (``elasticache``, ``cloudwatch``)."""
    return botocore.session.get_session().get_service_model(service)


def operation_model(model: ServiceModel, name: str) -> OperationModel:
    if name not in model.operation_names:
        raise ApiError("InvalidAction", f"Could not find operation {name} for version {model.api_version}")
    return model.operation_model(name)


def error_status(model: ServiceModel, error: ApiError) -> int:
    return error.status or _statuses(model.service_name).get(error.code, 400)


@cache
def _statuses(service: str) -> dict[str, int]:
    """HTTP status by error code. A shape without an ``error`` trait is its own code."""
    shapes = service_model(service).error_shapes
    traits = [(shape.metadata.get("error", {}), shape.name) for shape in shapes]
    return {trait.get("code", name): trait.get("httpStatusCode", 400) for trait, name in traits}


# -- scalars ----------------------------------------------------------------------------------------------------------


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _string(text: str) -> str:
    if _UNPRINTABLE.search(text):
        raise ValueError(text)
    return text


_SCALARS: dict[str, Callable[[str], Any]] = {
    "boolean": _boolean,
    "double": float,
    "float": float,
    "integer": int,
    "long": int,
    "string": _string,
    "timestamp": parse_timestamp,
}


def _scalar(shape: Shape, text: str, name: str) -> Any:
    try:
        value = _SCALARS[shape.type_name](text)
    except ValueError as error:
        message = f"Invalid value for the parameter {name}: expected {shape.type_name}, got {text!r}"
        raise ApiError("InvalidParameterValue", message) from error
    if enum := getattr(shape, "enum", None):
        _check_enum(name, value, enum)
    return value


def _check_enum(name: str, value: str, allowed: list[str]) -> None:
    if value not in allowed:
        message = f"Invalid value {value!r} for the parameter {name}. Valid values are: {', '.join(allowed)}"
        raise ApiError("InvalidParameterValue", message)


def iso_timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# -- query: form in ---------------------------------------------------------------------------------------------------


class _Form:
    """The flat ``A.B.member.1=x`` pairs of a query request; what nobody has taken at the end was not in the model."""

    def __init__(self, body: bytes) -> None:
        self.values = dict(parse_qsl(body.decode(), keep_blank_values=True))
        self.left = set(self.values)

    def has(self, prefix: str) -> bool:
        return prefix in self.values or any(key.startswith(f"{prefix}.") for key in self.values)

    def take(self, key: str) -> str:
        self.left.discard(key)
        return self.values[key]

    def read(self, shape: Shape, prefix: str) -> Any:
        if isinstance(shape, StructureShape):
            return self._structure(shape, f"{prefix}.")
        if isinstance(shape, ListShape):
            return self._list(shape, prefix)
        if isinstance(shape, MapShape):
            return self._map(shape, prefix)
        if prefix not in self.values:
            raise ApiError("InvalidParameterValue", f"The parameter {prefix} must be a single {shape.type_name}")
        return _scalar(shape, self.take(prefix), prefix)

    def structure(self, shape: StructureShape) -> Parameters:
        return self._structure(shape, "")

    def _structure(self, shape: StructureShape, prefix: str) -> Parameters:
        keys = {name: prefix + member.serialization.get("name", name) for name, member in shape.members.items()}
        found: Parameters = {name: self.read(shape.members[name], key) for name, key in keys.items() if self.has(key)}
        for name in shape.required_members:
            if found.get(name) in (None, ""):
                message = f"The parameter {prefix}{name} must be provided and must not be blank."
                raise ApiError("InvalidParameterValue", message)
        return found

    def _list(self, shape: ListShape, prefix: str) -> list[Any]:
        if self.values.get(prefix) == "":  # how botocore writes an empty list
            self.take(prefix)
            return []
        base = prefix if shape.serialization.get("flattened") else f"{prefix}.{_member_name(shape)}"
        items, index = [], 1
        while self.has(f"{base}.{index}"):
            items.append(self.read(shape.member, f"{base}.{index}"))
            index += 1
        return items

    def _map(self, shape: MapShape, prefix: str) -> Parameters:
        base = prefix if shape.serialization.get("flattened") else f"{prefix}.entry"
        key_name, value_name = (part.serialization.get("name", kind) for part, kind in _map_parts(shape))
        items: Parameters = {}
        while self.has(entry := f"{base}.{len(items) + 1}"):
            items[self.read(shape.key, f"{entry}.{key_name}")] = self.read(shape.value, f"{entry}.{value_name}")
        return items


def _member_name(shape: ListShape) -> str:
    return str(shape.member.serialization.get("name", "member"))


def _map_parts(shape: MapShape) -> tuple[tuple[Shape, str], tuple[Shape, str]]:
    return (shape.key, "key"), (shape.value, "value")


# -- query: XML out ---------------------------------------------------------------------------------------------------


def _append(parent: ElementTree.Element, name: str, shape: Shape, value: Any) -> None:
    """Add ``value`` under ``parent``. ``None`` is an absent member; an empty list is an empty element."""
    if value is None:
        return
    if isinstance(shape, StructureShape):
        _append_members(ElementTree.SubElement(parent, name), shape, value)
    elif isinstance(shape, ListShape):
        flat = shape.serialization.get("flattened")
        holder = parent if flat else ElementTree.SubElement(parent, name)
        for item in value:
            _append(holder, name if flat else _member_name(shape), shape.member, item)
    elif isinstance(shape, MapShape):
        _append_map(ElementTree.SubElement(parent, name), shape, value)
    else:
        ElementTree.SubElement(parent, name).text = _text(shape, value)


def _append_members(element: ElementTree.Element, shape: StructureShape, value: Parameters) -> None:
    if unknown := set(value) - set(shape.members):
        raise TypeError(f"{shape.name} has no member {', '.join(sorted(unknown))}")
    for member, member_shape in shape.members.items():
        _append(element, member_shape.serialization.get("name", member), member_shape, value.get(member))


def _append_map(element: ElementTree.Element, shape: MapShape, value: Parameters) -> None:
    for key, item in value.items():
        entry = ElementTree.SubElement(element, "entry")
        for (part, kind), content in zip(_map_parts(shape), (key, item), strict=True):
            _append(entry, part.serialization.get("name", kind), part, content)


def _text(shape: Shape, value: Any) -> str:
    if shape.type_name == "boolean":
        return "true" if value else "false"
    if shape.type_name == "timestamp":
        return iso_timestamp(value)
    return str(value)


@dataclass(frozen=True)
class QueryProtocol:
    """The ``query`` protocol of one service."""

    model: ServiceModel

    def decode(self, headers: Headers, body: bytes) -> Request:
        form = _Form(body)
        if not form.has("Action"):
            raise ApiError("MissingAction", "The request must contain the parameter Action")
        operation = operation_model(self.model, form.take("Action"))
        shape = operation.input_shape
        parameters = form.structure(shape) if shape else {}
        if unknown := form.left - {"Version"}:
            message = f"{operation.name} does not know the parameter {', '.join(sorted(unknown))}"
            raise ApiError("InvalidParameterValue", message)
        return Request(operation.name, parameters)

    def encode(self, operation: str, result: Parameters, request_id: str) -> Response:
        root = self._root(f"{operation}Response")
        if shape := self.model.operation_model(operation).output_shape:
            wrapper = shape.serialization.get("resultWrapper")
            _append_members(ElementTree.SubElement(root, wrapper) if wrapper else root, shape, result)
        metadata = ElementTree.SubElement(root, "ResponseMetadata")
        ElementTree.SubElement(metadata, "RequestId").text = request_id
        return self._response(200, root)

    def encode_error(self, error: ApiError, request_id: str) -> Response:
        status = error_status(self.model, error)
        root = self._root("ErrorResponse")
        details = ElementTree.SubElement(root, "Error")
        texts = {"Type": "Sender" if status < 500 else "Receiver", "Code": error.code, "Message": error.message}
        for name, text in texts.items():
            ElementTree.SubElement(details, name).text = _UNPRINTABLE.sub("?", text)
        ElementTree.SubElement(root, "RequestId").text = request_id
        return self._response(status, root)

    def _root(self, name: str) -> ElementTree.Element:
        return ElementTree.Element(name, xmlns=self.model.metadata["xmlNamespace"])

    @staticmethod
    def _response(status: int, root: ElementTree.Element) -> Response:
        body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
        return Response(status, {"content-type": "text/xml"}, body)


# -- json -------------------------------------------------------------------------------------------------------------


def _from_json(shape: Shape, value: Any, name: str) -> Any:
    if value is None:
        return None
    if isinstance(shape, StructureShape):
        return _json_structure(shape, value, name)
    if isinstance(shape, ListShape):
        return [_from_json(shape.member, item, f"{name}[{index}]") for index, item in enumerate(value)]
    if isinstance(shape, MapShape):
        return {key: _from_json(shape.value, item, f"{name}.{key}") for key, item in value.items()}
    if shape.type_name == "timestamp":
        return parse_timestamp(value)
    if enum := getattr(shape, "enum", None):
        _check_enum(name, value, enum)
    return value


def _json_structure(shape: StructureShape, value: Parameters, name: str) -> Parameters:
    members = {member.serialization.get("name", key): key for key, member in shape.members.items()}
    if unknown := set(value) - set(members):
        raise ApiError("ValidationException", f"Unknown member {', '.join(sorted(unknown))} of {name or shape.name}")
    found = {
        members[key]: _from_json(shape.members[members[key]], item, f"{name}.{key}".lstrip("."))
        for key, item in value.items()
        if item is not None
    }
    if missing := [key for key in shape.required_members if key not in found]:
        raise ApiError("ValidationException", f"Missing member {', '.join(missing)} of {name or shape.name}")
    return found


def _to_json(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape):
        if unknown := set(value) - set(shape.members):
            raise TypeError(f"{shape.name} has no member {', '.join(sorted(unknown))}")
        return {
            shape.members[key].serialization.get("name", key): _to_json(shape.members[key], item)
            for key, item in value.items()
            if item is not None
        }
    if isinstance(shape, ListShape):
        return [_to_json(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: _to_json(shape.value, item) for key, item in value.items()}
    return value.timestamp() if shape.type_name == "timestamp" else value


@dataclass(frozen=True)
class JsonProtocol:
    """The ``json`` protocol (1.0 and 1.1) of one service; the operation travels in ``X-Amz-Target``."""

    model: ServiceModel

    def decode(self, headers: Headers, body: bytes) -> Request:
        target = {key.lower(): value for key, value in headers.items()}.get("x-amz-target", "")
        operation = operation_model(self.model, target.rpartition(".")[2])
        try:
            document = json.loads(body or b"{}")
        except ValueError as error:
            raise ApiError("SerializationException", f"The body is not JSON: {error}") from error
        shape = operation.input_shape
        return Request(operation.name, _json_structure(shape, document, "") if shape else {})

    def encode(self, operation: str, result: Parameters, request_id: str) -> Response:
        shape = self.model.operation_model(operation).output_shape
        return self._response(200, _to_json(shape, result) if shape else {}, request_id)

    def encode_error(self, error: ApiError, request_id: str) -> Response:
        document = {"__type": error.code, "message": error.message}
        return self._response(error_status(self.model, error), document, request_id)

    def _response(self, status: int, document: Parameters, request_id: str) -> Response:
        version = self.model.metadata.get("jsonVersion", "1.0")
        headers = {"content-type": f"application/x-amz-json-{version}", "x-amzn-requestid": request_id}
        return Response(status, headers, json.dumps(document).encode())
