"""The changes between two OpenAPI documents of a service that break a client of the older one.

A request that was valid must stay valid, and a response must contain what it contained. Additions are allowed: operations,
optional parameters and request fields, response fields, response statuses, codes of problems, and values of an
enumeration in a response (clients must accept values that they do not know). A code of a problem must not be removed,
since that may be a renaming. A change of a schema keyword that this module does not know counts as breaking.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Any: a node of a JSON document has any JSON type.

Node = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "patch")
_PROBLEM = "application/problem+json"
_ANNOTATIONS = {"title", "description", "examples", "example", "deprecated", "default"}
_LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems"}
_UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems"}


def breaking_changes(released: Node, current: Node) -> Iterator[str]:
    """One line per change in `current` that breaks a client written against `released`."""
    for path, operations in released["paths"].items():
        for method in METHODS:
            if method in operations:
                operation = current["paths"].get(path, {}).get(method)
                place = f"{method.upper()} {path}"
                if operation is None:
                    yield f"{place}: removed"
                else:
                    yield from _operation(place, operations[method], operation, (released, current))


def _operation(place: str, old: Node, new: Node, documents: tuple[Node, Node]) -> Iterator[str]:
    if old["operationId"] != new["operationId"]:  # generated clients name their functions after it
        yield f"{place}: operationId was {old['operationId']}, is {new['operationId']}"
    if not old.get("security") and new.get("security"):
        yield f"{place}: requires a token"
    yield from _parameters(place, old, new, documents)
    yield from _body(place, old.get("requestBody"), new.get("requestBody"), documents)
    yield from _responses(place, old["responses"], new["responses"], documents)


def _parameters(place: str, old: Node, new: Node, documents: tuple[Node, Node]) -> Iterator[str]:
    before, after = (
        {(each["in"], each["name"]): each for each in (_resolved(raw, root) for raw in operation.get("parameters", []))}
        for operation, root in zip((old, new), documents, strict=True)
    )
    request = _Comparison(*documents, is_request=True)
    for key, parameter in before.items():
        where = f"{place} parameter {key[1]}"
        if key not in after:
            yield f"{where}: removed"
            continue
        if after[key].get("required") and not parameter.get("required"):
            yield f"{where}: is required"
        yield from request.compare(where, parameter["schema"], _one_of_several(parameter, after[key]))
    for key in after.keys() - before.keys():
        if after[key].get("required"):
            yield f"{place} parameter {key[1]}: new and required"


def _one_of_several(before: Node, after: Node) -> Node:
    """The schema of one value, where a query parameter takes several now: `a=1&a=2` begins as `a=1` did."""
    schema: Node = after["schema"]
    several = after["in"] == "query" and schema.get("type") == "array" and before["schema"].get("type") != "array"
    items: Node = schema["items"] if several else schema
    return items


def _body(place: str, old: Node | None, new: Node | None, documents: tuple[Node, Node]) -> Iterator[str]:
    where = f"{place} body"
    if new is not None and new.get("required") and not (old or {}).get("required"):
        yield f"{where}: is required"
    if old is not None and new is None:
        yield f"{where}: removed"
    elif old is not None and new is not None:
        yield from _contents(where, old["content"], new["content"], _Comparison(*documents, is_request=True))


def _responses(place: str, old: Node, new: Node, documents: tuple[Node, Node]) -> Iterator[str]:
    for status, response in old.items():
        where = f"{place} {status}"
        if not status.startswith("2"):
            # Problems share one schema, and any may become possible: only their codes are compared.
            known = _codes(new.get(status, {}), documents[1])
            yield from (f"{where} code {code}: removed" for code in _codes(response, documents[0]) if code not in known)
            continue
        if status not in new:
            yield f"{where}: removed"
            continue
        for header in response.get("headers", {}).keys() - new[status].get("headers", {}).keys():
            yield f"{where} header {header}: removed"
        yield from _contents(
            where, response.get("content", {}), new[status].get("content", {}), _Comparison(*documents, False)
        )


def _codes(response: Node, document: Node) -> list[str]:
    """The codes that the response of a problem lists."""
    content = _resolved(response, document).get("content", {}).get(_PROBLEM, {})
    parts: list[Node] = content.get("schema", {}).get("allOf", [])
    return [code for part in parts for code in part.get("properties", {}).get("code", {}).get("enum", [])]


def _contents(where: str, old: Node, new: Node, comparison: "_Comparison") -> Iterator[str]:
    for media_type, content in old.items():
        if media_type not in new:
            yield f"{where} {media_type}: removed"
        else:
            yield from comparison.compare(where, content.get("schema", {}), new[media_type].get("schema", {}))


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Compares schemas of requests (which may only become wider) or of responses (which may only become narrower)."""

    released: Node
    current: Node
    is_request: bool

    def compare(
        self, where: str, old: Node, new: Node, seen: frozenset[tuple[str, str]] = frozenset()
    ) -> Iterator[str]:
        pair = (old.get("$ref", ""), new.get("$ref", ""))
        if any(pair):
            if pair in seen:
                return  # a schema that contains itself
            seen = seen | {pair}
        old, new = _resolved(old, self.released), _resolved(new, self.current)
        yield from self._fields(where, old, new, seen)
        for keyword in sorted((old.keys() | new.keys()) - _ANNOTATIONS - {"properties", "required"}):
            before, after = old.get(keyword), new.get(keyword)
            if isinstance(before, dict) and isinstance(after, dict):
                yield from self.compare(f"{where}[]", before, after, seen)
            elif before != after and not self._is_compatible(keyword, before, after):
                yield f"{where}: {keyword} was {_shown(before)}, is {_shown(after)}"

    def _fields(self, where: str, old: Node, new: Node, seen: frozenset[tuple[str, str]]) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        was_required, is_required = set(old.get("required", ())), set(new.get("required", ()))
        for name in before.keys() - after.keys():
            yield f"{where} .{name}: removed"
        if self.is_request:
            yield from (f"{where} .{name}: is required" for name in sorted(is_required - was_required))
        else:
            yield from (
                f"{where} .{name}: may be absent" for name in sorted((was_required - is_required) & after.keys())
            )
        for name in before.keys() & after.keys():
            yield from self.compare(f"{where} .{name}", before[name], after[name], seen)

    def _is_compatible(self, keyword: str, before: Any, after: Any) -> bool:
        if keyword == "enum":
            if self.is_request:
                return after is None or (before is not None and set(before) <= set(after))
            return after is not None  # any value of a response may be new, but not any text at all
        if keyword in _LOWER | _UPPER:
            wider = after is None or (before is not None and (after < before) == (keyword in _LOWER))
            return wider or not self.is_request
        if keyword == "pattern":
            return after is None or not self.is_request
        return keyword == "additionalProperties" and after is not False


def _resolved(node: Node, document: Node) -> Node:
    if "$ref" not in node:
        return node
    target: Any = document
    for part in node["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return {**target, **{name: value for name, value in node.items() if name != "$ref"}}


def _shown(value: Any) -> str:
    return "absent" if value is None else "|".join(map(str, value)) if isinstance(value, list) else str(value)
