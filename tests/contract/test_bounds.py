"""What is sent to a service is bounded: each list has a length, each text a length, a pattern or its values, each map a size."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from aftercare_chassis.http.openapi_docs import document, installed

Node = dict[str, Any]
BOUNDS = {"array": {"maxItems"}, "string": {"maxLength", "enum", "const", "format"}}
OPEN_ENDED = ("*", "+", ",}")
"""What lets a pattern match texts of any length."""


def unbounded(spec: Node, node: Node, where: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The places in a schema whose values may be of any size."""
    if (name := node.get("$ref")) is not None:
        if name in seen:
            return
        node, where, seen = (
            spec["components"]["schemas"][name.rpartition("/")[2]],
            name.rpartition("/")[2],
            seen | {name},
        )
    for each in (*node.get("anyOf", ()), *node.get("allOf", ()), *node.get("oneOf", ())):
        yield from unbounded(spec, each, where, seen)
    kind = str(node.get("type"))
    fixed = kind == "string" and "pattern" in node and not any(part in node["pattern"] for part in OPEN_ENDED)
    if kind in BOUNDS and not fixed and not BOUNDS[kind] & node.keys():
        yield where
    if isinstance(node.get("additionalProperties"), dict):
        if not {"maxProperties", "propertyNames"} & node.keys():
            yield where
        yield from unbounded(spec, node["additionalProperties"], f"{where}.*", seen)
    for field, each in node.get("properties", {}).items():
        yield from unbounded(spec, each, f"{where}.{field}", seen)
    if "items" in node:
        yield from unbounded(spec, node["items"], f"{where}[]", seen)


def sent(spec: Node) -> Iterator[tuple[str, Node]]:
    """The schema of each body and of each parameter of a query, with what it belongs to."""
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield f"{method} {path}", content["schema"]
            for each in operation.get("parameters", ()):
                if each.get("in") == "query":
                    yield f"{method} {path}?{each['name']}", each["schema"]


@pytest.mark.parametrize("package", installed())
def test_everything_that_is_sent_is_bounded(package: str) -> None:
    spec: Node = json.loads(document(package))
    schemas = list(sent(spec))
    assert len(schemas) > 3
    assert {found for where, node in schemas for found in unbounded(spec, node, where)} == set()


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ({"type": "array", "items": {"type": "string", "maxLength": 3}}, ["x"]),
        ({"type": "array", "maxItems": 2, "items": {"type": "string"}}, ["x[]"]),
        ({"type": "string", "pattern": "^[a-z]+$"}, ["x"]),
        ({"type": "string", "pattern": "^[a-z]{3}$"}, []),
        ({"anyOf": [{"type": "null"}, {"type": "object", "properties": {"a": {"type": "string"}}}]}, ["x.a"]),
        ({"type": "object", "additionalProperties": {"type": "string", "enum": ["a"]}}, ["x"]),
    ],
)
def test_what_has_no_bound_is_found(schema: Node, found: list[str]) -> None:
    assert list(unbounded({}, schema, "x")) == found
