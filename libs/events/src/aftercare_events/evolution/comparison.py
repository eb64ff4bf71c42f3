"""Comparison of an event's schema with the schema of a release: what breaks a reader of another build.

Builds are rolled out one by one and the log is kept, so both directions count: today's reader meets the data of every
released build, and a released reader meets today's. Only documentation, new optional fields and new codes of a vocabulary
pass. Everything else is a violation, including schema keywords that this module does not know.
"""

from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import JsonSchemaValue

from aftercare_events.vocabulary import KEYWORD

Node = JsonSchemaValue

_DOCUMENTATION = {"description", "title", "examples", "deprecated", "$schema", "$id", "$defs", KEYWORD}
_LOWER_BOUNDS = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
_UPPER_BOUNDS = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
_OWN_KEYWORDS = {"x-topic": "topic", "x-key": "key"}


def violations(released: Node, today: Node) -> Iterator[str]:
    """Yield each violation in a few words, without the event's name."""
    yield from _compared("", released, today, (released.get("$defs", {}), today.get("$defs", {})))


def _compared(where: str, old: Node, new: Node, parts: tuple[Node, Node]) -> Iterator[str]:
    # The name of a part is not on the wire, so references are followed and not compared.
    old, new = _resolved(old, parts[0]), _resolved(new, parts[1])
    yield from _vocabulary(where, old, new)
    for keyword in sorted((old.keys() | new.keys()) - _DOCUMENTATION):
        before, after = old.get(keyword), new.get(keyword)
        if keyword == "properties":
            yield from _fields(where, old, new, parts)
        elif keyword == "required":
            continue  # compared together with the fields
        elif isinstance(before, dict) and isinstance(after, dict):
            yield from _compared(f"{where}[]", before, after, parts)
        elif (pairs := _branches(before, after)) is not None:
            for one, other in pairs:
                yield from _compared(where, one, other, parts)
        elif before != after:
            yield f"{where or 'the event'}: {_difference(keyword, before, after)}"


def _vocabulary(where: str, old: Node, new: Node) -> Iterator[str]:
    # The log holds the codes of every release, so their meanings stay documented.
    if KEYWORD in old and (lost := [code for code in old["examples"] if code not in new.get("examples", ())]):
        yield f"{where}: removed from the vocabulary: {_shown(lost)}"


def _fields(where: str, old: Node, new: Node, parts: tuple[Node, Node]) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    was_required, is_required = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(before.keys() | after.keys()):
        place = f"{where}.{name}" if where else name
        if name not in after:
            yield f"{place}: field removed"
        elif name not in before:
            if name in is_required:
                yield f"{place}: new field is required"
        else:
            if (name in was_required) != (name in is_required):
                change = "was required, is optional" if name in was_required else "was optional, is required"
                yield f"{place}: {change}"
            yield from _compared(place, before[name], after[name], parts)


def _resolved(node: Node, parts: Node) -> Node:
    if "$ref" not in node:
        return node
    beside = {keyword: value for keyword, value in node.items() if keyword != "$ref"}
    return {**parts[node["$ref"].rpartition("/")[2]], **beside}


def _branches(before: object, after: object) -> list[tuple[Node, Node]] | None:
    """Return the schemas of two `anyOf` (or the like) in pairs; None where these are not two such lists of one length."""
    if not (isinstance(before, list) and isinstance(after, list) and len(before) == len(after)):
        return None
    return list(zip(before, after, strict=True)) if all(isinstance(each, dict) for each in before + after) else None


# The values of a keyword are Any: numbers for a bound, lists for `enum`.
def _difference(keyword: str, before: Any, after: Any) -> str:
    change = f"was {_shown(before)}, is {_shown(after)}"
    if keyword in _LOWER_BOUNDS | _UPPER_BOUNDS:
        narrowed = before is None or (after is not None and (after > before) == (keyword in _LOWER_BOUNDS))
        return f"{'narrowed' if narrowed else 'widened'} {keyword}, {change}"
    if keyword == "enum":
        narrowed = before is None or (after is not None and not set(before) <= set(after))
        return f"{'narrowed' if narrowed else 'widened'} enum, {change}"
    return f"{_OWN_KEYWORDS.get(keyword, keyword)} {change}"


def _shown(value: object) -> str:
    if value is None:
        return "absent"
    return "|".join(map(str, value)) if isinstance(value, list) and value else str(value)
