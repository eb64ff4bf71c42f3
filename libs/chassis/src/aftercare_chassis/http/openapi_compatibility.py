"""What changed between two OpenAPI documents of a service that would break a client of the older one.

A request that was valid must stay valid, and a response must hold what it held. Additions are allowed: operations,
optional parameters and request fields, response fields, response statuses, and values of an enumeration in a response
(clients must accept values that they do not know). A change of a schema keyword that this module does not know counts
as breaking.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Node = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "patch")
_ANNOTATIONS = {"title", "description", "examples", "example", "deprecated", "default"}
_LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems"}
_UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems"}


def breaking_changes(released: Node, current: Node) -> Iterator[str]:
    """One line per change in `current` that a client written against `released` would notice as an error."""
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
        yield from request.compare(where, parameter["schema"], after[key]["schema"])
    for key in after.keys() - before.keys():
        if after[key].get("required"):
            yield f"{place} parameter {key[1]}: new and required"


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
        if not status.startswith("2"):
            continue  # refusals share one schema, and any of them may become possible
        where = f"{place} {status}"
        if status not in new:
            yield f"{where}: removed"
            continue
        for header in response.get("headers", {}).keys() - new[status].get("headers", {}).keys():
            yield f"{where} header {header}: removed"
        yield from _contents(
            where, response.get("content", {}), new[status].get("content", {}), _Comparison(*documents, False)
        )


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
        for word in sorted((old.keys() | new.keys()) - _ANNOTATIONS - {"properties", "required"}):
            before, after = old.get(word), new.get(word)
            if isinstance(before, dict) and isinstance(after, dict):
                yield from self.compare(f"{where}[]", before, after, seen)
            elif before != after and not self._allowed(word, before, after):
                yield f"{where}: {word} was {_shown(before)}, is {_shown(after)}"

    def _fields(self, where: str, old: Node, new: Node, seen: frozenset[tuple[str, str]]) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed, needs = set(old.get("required", ())), set(new.get("required", ()))
        for name in before.keys() - after.keys():
            yield f"{where} .{name}: removed"
        for name in sorted(needs - needed if self.is_request else (needed - needs) & after.keys()):
            yield f"{where} .{name}: is {'required' if self.is_request else 'no longer always there'}"
        for name in before.keys() & after.keys():
            yield from self.compare(f"{where} .{name}", before[name], after[name], seen)

    def _allowed(self, word: str, before: Any, after: Any) -> bool:
        if word == "enum":
            return before is not None and after is not None and (not self.is_request or set(before) <= set(after))
        if word in _LOWER | _UPPER:
            wider = after is None or (before is not None and (after < before) == (word in _LOWER))
            return wider or not self.is_request
        if word == "pattern":
            return after is None or not self.is_request
        return word == "additionalProperties" and after is not False


def _resolved(node: Node, document: Node) -> Node:
    if "$ref" not in node:
        return node
    target: Any = document
    for part in node["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return {**target, **{word: value for word, value in node.items() if word != "$ref"}}


def _shown(value: Any) -> str:
    return "absent" if value is None else "|".join(map(str, value)) if isinstance(value, list) else str(value)
