"""What changed in an event's data that a reader of another build would stumble over.

Builds are rolled out one by one and the log is kept, so both directions count: today's reader meets data of every
released build, and a released reader meets today's. Only texts for people and new optional fields pass both ways;
everything else is an offence, what this module has never heard of included.
"""

from collections.abc import Iterator
from typing import Any

from aftercare_events.vocabulary import KEYWORD

Node = dict[str, Any]

_FOR_PEOPLE = {"description", "title", "examples", "deprecated", "$schema", "$id", "$defs", KEYWORD}
_LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
_UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
_HERE = {"x-topic": "topic", "x-key": "key"}


def between(released: Node, today: Node) -> Iterator[str]:
    """Each offence in a few words, without the event's name; nothing when only optional fields were added."""
    yield from _compared("", released, today, (released.get("$defs", {}), today.get("$defs", {})))


def _compared(where: str, old: Node, new: Node, parts: tuple[Node, Node]) -> Iterator[str]:
    # What a part is called is not on the wire, so references are followed, not compared.
    old, new = _resolved(old, parts[0]), _resolved(new, parts[1])
    for word in sorted((old.keys() | new.keys()) - _FOR_PEOPLE):
        before, after = old.get(word), new.get(word)
        if word == "properties":
            yield from _fields(where, old, new, parts)
        elif word == "required":
            continue  # told with the fields
        elif isinstance(before, dict) and isinstance(after, dict):
            yield from _compared(f"{where}[]", before, after, parts)
        elif (pairs := _branches(before, after)) is not None:
            for one, other in pairs:
                yield from _compared(where, one, other, parts)
        elif before != after:
            yield f"{where or 'the event'}: {_told(word, before, after)}"


def _fields(where: str, old: Node, new: Node, parts: tuple[Node, Node]) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    needed, needs = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(before.keys() | after.keys()):
        place = f"{where}.{name}" if where else name
        if name not in after:
            yield f"{place}: field removed"
        elif name not in before:
            if name in needs:
                yield f"{place}: new field is required"
        else:
            if (name in needed) != (name in needs):
                yield f"{place}: " + ("was required, is optional" if name in needed else "was optional, is required")
            yield from _compared(place, before[name], after[name], parts)


def _resolved(node: Node, parts: Node) -> Node:
    if "$ref" not in node:
        return node
    beside = {word: value for word, value in node.items() if word != "$ref"}
    return {**parts[node["$ref"].rpartition("/")[2]], **beside}


def _branches(before: Any, after: Any) -> list[tuple[Node, Node]] | None:
    """The alternatives of an `anyOf` or its like, side by side; None where these are no such lists of one length."""
    if not (isinstance(before, list) and isinstance(after, list) and len(before) == len(after)):
        return None
    return list(zip(before, after, strict=True)) if all(isinstance(each, dict) for each in before + after) else None


def _told(word: str, before: Any, after: Any) -> str:
    was = f"was {_shown(before)}, is {_shown(after)}"
    if word in _LOWER | _UPPER:
        stricter = before is None or (after is not None and (after > before) == (word in _LOWER))
        return f"{'narrowed' if stricter else 'widened'} {word}, {was}"
    if word == "enum":
        lost = before is None or (after is not None and not set(before) <= set(after))
        return f"{'narrowed' if lost else 'widened'} enum, {was}"
    return f"{_HERE.get(word, word)} {was}"


def _shown(value: Any) -> str:
    if value is None:
        return "absent"
    return "|".join(map(str, value)) if isinstance(value, list) and value else str(value)
