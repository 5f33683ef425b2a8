# Copyright (c) 2026, AccessWeaver maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
The ``ec2`` protocol: forms in, XML out.

The form is like the query protocol's with two rules of its own: a member is named by its query name, else by its wire
name with a capital first letter; and lists are always flat.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree

from botocore.model import ListShape, Shape, StructureShape

from sandbox.aws.constraints import violations
from sandbox.protocol import ApiError, Parameters, Request, Response, _Form, operation_model, service_model
from sandbox.wire import Handler, HttpRequest

_NAMESPACE = re.compile(rb' xmlns="[^"]*"')


class _Ec2Form(_Form):
    def _structure(self, shape: StructureShape, prefix: str) -> Parameters:
        keys = {name: prefix + _key(name, member) for name, member in shape.members.items()}
        return {name: self.read(shape.members[name], key) for name, key in keys.items() if self.has(key)}

    def _list(self, shape: ListShape, prefix: str) -> list[Any]:
        items: list[Any] = []
        while self.has(key := f"{prefix}.{len(items) + 1}"):
            items.append(self.read(shape.member, key))
        return items


def _key(name: str, member: Shape) -> str:
    wire = str(member.serialization.get("queryName") or member.serialization.get("name", name))
    return wire[0].upper() + wire[1:]


def decode(body: bytes) -> Request:
    """
    The operation and parameters of an EC2 request, by the names that boto3 gives them.

    Raises:
        ApiError: An operation or a value that the service model does not know.
    """
    form = _Ec2Form(body)
    operation = operation_model(service_model("ec2"), form.take("Action"))
    shape = operation.input_shape
    parameters = form.structure(shape) if shape else {}
    for violation in violations(shape, parameters) if shape else ():
        raise ApiError("InvalidParameterValue", violation)
    return Request(operation.name, parameters)


def without(request: HttpRequest, *prefixes: str) -> HttpRequest:
    """The request without the fields that begin so."""
    fields = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    return replace(request, body=urlencode({k: v for k, v in fields.items() if not k.startswith(prefixes)}).encode())


def with_fields(request: HttpRequest, fields: dict[str, str]) -> HttpRequest:
    """The request with these fields added or replaced."""
    return replace(request, body=urlencode({**dict(parse_qsl(request.body.decode())), **fields}).encode())


async def ask(request: HttpRequest, forward: Handler, operation: str, fields: dict[str, str]) -> ElementTree.Element:
    """
    Call another operation in the name of the same caller.

    Raises:
        ApiError: As the operation refuses.
    """
    body = urlencode({"Action": operation, "Version": service_model("ec2").api_version, **fields}).encode()
    response = await forward(replace(request, body=body))
    root = parse(response)
    if response.status >= 400:
        raise ApiError(root.findtext(".//Code", ""), root.findtext(".//Message", ""), response.status)
    return root


def parse(response: Response) -> ElementTree.Element:
    """The XML of an answer, its elements without a namespace."""
    return ElementTree.fromstring(_NAMESPACE.sub(b"", response.body))


def answer(root: ElementTree.Element) -> Response:
    """A successful answer."""
    root.set("xmlns", "http://ec2.amazonaws.com/doc/2016-11-15/")
    return Response(200, {"content-type": "text/xml;charset=UTF-8"}, ElementTree.tostring(root, encoding="utf-8"))


def succeeded(operation: str) -> Response:
    """The answer of an operation that returns nothing but its success."""
    root = ElementTree.Element(f"{operation}Response")
    ElementTree.SubElement(root, "return").text = "true"
    return answer(root)


def refusal(error: ApiError) -> Response:
    """An error answer."""
    root = ElementTree.Element("Response")
    details = ElementTree.SubElement(ElementTree.SubElement(root, "Errors"), "Error")
    ElementTree.SubElement(details, "Code").text = error.code
    ElementTree.SubElement(details, "Message").text = error.message
    return Response(error.status or 400, {"content-type": "text/xml;charset=UTF-8"}, ElementTree.tostring(root))
