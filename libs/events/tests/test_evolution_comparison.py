"""The comparison of two schemas, keyword by keyword."""

from typing import Any

import pytest
from aftercare_events import EVENTS
from aftercare_events.evolution import comparison, releases
from aftercare_events.vocabulary import KEYWORD
from every_case import every_case

TEXT = {"type": "string"}
COLOURS = {"type": "string", "examples": ["red", "white"], KEYWORD: "Colour"}


def event(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    """The schema of an event with these fields."""
    return {"type": "object", "properties": properties, "required": list(required), "x-topic": "t", "x-key": "id"}


def violations(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return list(comparison.violations(old, new))


@every_case(EVENTS)
def test_an_event_is_compatible_with_itself(cls: Any) -> None:
    described = releases.described(cls)
    assert violations(described, described) == []


@pytest.mark.parametrize("keyword", ["description", "title", "examples", "deprecated", "$schema", "$id", "$defs"])
def test_documentation_may_come_change_and_go(keyword: str) -> None:
    old, new = event(a={**TEXT, keyword: "old"}), event(a={**TEXT, keyword: "new"})
    assert violations(event(a=TEXT), new) == violations(old, new) == violations(old, event(a=TEXT)) == []


@pytest.mark.parametrize(
    ("keyword", "lower", "higher", "change"),
    [
        ("minLength", 1, 2, "narrowed"),
        ("minimum", 0, 1, "narrowed"),
        ("exclusiveMinimum", 0, 1, "narrowed"),
        ("minItems", 0, 1, "narrowed"),
        ("minProperties", 0, 1, "narrowed"),
        ("maxLength", 200, 255, "widened"),
        ("maximum", 5, 6, "widened"),
        ("exclusiveMaximum", 5, 6, "widened"),
        ("maxItems", 5, 6, "widened"),
        ("maxProperties", 5, 6, "widened"),
    ],
)
def test_a_bound_is_narrowed_or_widened(keyword: str, lower: int, higher: int, change: str) -> None:
    opposite = {"narrowed": "widened", "widened": "narrowed"}[change]
    low, high, none = event(a={keyword: lower}), event(a={keyword: higher}), event(a={})
    assert violations(low, high) == [f"a: {change} {keyword}, was {lower}, is {higher}"]
    assert violations(high, low) == [f"a: {opposite} {keyword}, was {higher}, is {lower}"]
    assert violations(none, low) == [f"a: narrowed {keyword}, was absent, is {lower}"]
    assert violations(low, none) == [f"a: widened {keyword}, was {lower}, is absent"]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (["a"], ["a", "b"], "widened enum, was a, is a|b"),
        (["a", "b"], ["a"], "narrowed enum, was a|b, is a"),
        (["a", "b"], ["a", "c"], "narrowed enum, was a|b, is a|c"),
        (None, ["a"], "narrowed enum, was absent, is a"),
        (["a"], None, "widened enum, was a, is absent"),
    ],
)
def test_an_enumeration_is_narrowed_or_widened(before: Any, after: Any, change: str) -> None:
    old, new = ({"enum": each} if each is not None else {} for each in (before, after))
    assert violations(event(a=old), event(a=new)) == [f"a: {change}"]


@pytest.mark.parametrize("keyword", ["type", "format", "pattern", "const", "default", "multipleOf", "x-of-tomorrow"])
def test_any_other_keyword_is_a_violation_known_or_not(keyword: str) -> None:
    assert violations(event(a={keyword: "1"}), event(a={keyword: "2"})) == [f"a: {keyword} was 1, is 2"]
    assert violations(event(a={}), event(a={keyword: "2"})) == [f"a: {keyword} was absent, is 2"]


def test_topic_and_key_are_named_as_such() -> None:
    assert violations(event(), {**event(), "x-topic": "u", "x-key": "no"}) == [
        "the event: key was id, is no",
        "the event: topic was t, is u",
    ]


def test_a_field_that_comes_or_goes() -> None:
    assert violations(event(), event(a=TEXT)) == []
    assert violations(event(), event(("a",), a=TEXT)) == ["a: new field is required"]
    assert violations(event(a=TEXT), event()) == ["a: field removed"]


def test_a_field_that_becomes_required_or_optional() -> None:
    assert violations(event(a=TEXT), event(("a",), a=TEXT)) == ["a: was optional, is required"]
    assert violations(event(("a",), a=TEXT), event(a=TEXT)) == ["a: was required, is optional"]


def test_objects_lists_and_dictionaries_are_compared_inside() -> None:
    old, new = {"type": "string"}, {"type": "integer"}
    for wrap in (lambda inner: {"items": inner}, lambda inner: {"additionalProperties": inner}):
        assert violations(event(a=wrap(old)), event(a=wrap(new))) == ["a[]: type was string, is integer"]
    assert violations(event(a=event(b=old)), event(a=event(b=new))) == ["a.b: type was string, is integer"]


def test_references_are_followed_and_their_names_do_not_matter() -> None:
    def with_part(name: str, **fields: Any) -> dict[str, Any]:
        return {**event(lines={"items": {"$ref": f"#/$defs/{name}"}}), "$defs": {name: event(**fields)}}

    assert violations(with_part("Line", a=TEXT), with_part("OrderLine", a=TEXT)) == []
    assert violations(with_part("Line", a=TEXT), with_part("Line")) == ["lines[].a: field removed"]


def test_branches_are_compared_in_pairs() -> None:
    def either(*branches: Any) -> dict[str, Any]:
        return event(a={"anyOf": list(branches)})

    number, small = {"type": "integer"}, {"type": "integer", "maximum": 5}
    assert violations(either(TEXT, number), either(TEXT, number)) == []
    assert violations(either(TEXT, number), either(TEXT, small)) == ["a: narrowed maximum, was absent, is 5"]
    [line] = violations(either(TEXT, number), either(TEXT))
    assert line.startswith("a: anyOf was ")


def test_a_vocabulary_may_get_codes_and_lose_none() -> None:
    more = {**COLOURS, "examples": ["green", "red", "white"]}
    assert violations(event(a=COLOURS), event(a=more)) == []
    assert violations(event(a=more), event(a=COLOURS)) == ["a: removed from the vocabulary: green"]
    assert violations(event(a=COLOURS), event(a=TEXT)) == ["a: removed from the vocabulary: red|white"]
    assert violations(event(a=TEXT), event(a=COLOURS)) == [], "a text field may get a vocabulary"
    assert violations(event(a=COLOURS), event(a={**COLOURS, KEYWORD: "Hue"})) == [], "the name is not on the wire"
