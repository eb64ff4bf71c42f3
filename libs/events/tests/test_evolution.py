"""The evolution check: a released event may only get optional fields; every other change is reported in one line."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from aftercare_events import TOPICS, Event, EventPart
from aftercare_events.evolution import releases
from pydantic import Field, create_model

Build = dict[str, type[Event]]


class Line(EventPart):
    sku: str
    quantity: Annotated[int, Field(ge=1)]


def lantern(
    name: str = "LanternLit", *, without: tuple[str, ...] = (), topic: str = "aftercare.orders.v1", **more: Any
) -> Build:
    """A catalogue of one event, with what a test changes about it."""
    fields: dict[str, Any] = {
        "matter": (str, "lighting"),
        "order_id": (str, ...),
        "oil": (Annotated[int, Field(ge=0, le=100)], ...),
        "colour": (Literal["red", "white"], ...),
        "wick": (Annotated[str, Field(min_length=1, max_length=9)] | None, None),
        "lines": (tuple[Line, ...], ()),
        "by_name": (dict[str, int], ...),
        **{field: kind for field, kind in more.items() if field.islower()},
    }
    kept = {field: kind for field, kind in fields.items() if field not in without}
    cls = create_model(name, __base__=Event, __doc__=more.get("DOC", "Lit."), **kept)
    cls.TOPIC, cls.KEY, cls.VERSION = TOPICS[topic], more.get("KEY", "order_id"), more.get("VERSION", 1)
    return {cls.type_name(): cls}


@pytest.fixture
def violations(tmp_path: Path) -> Callable[..., list[str]]:
    """Check builds of which all but the last were released, one after the other."""

    def check(*builds: Build, upcasters: Any = None) -> list[str]:
        for number, build in enumerate(builds[:-1]):
            releases.freeze(tmp_path, f"v0.{number + 1}.0", build)
        return releases.check(tmp_path, builds[-1], upcasters or {})

    return check


class Longer(EventPart):
    sku: str
    quantity: Annotated[int, Field(ge=1)]
    shade: str | None = None


class Lacking(EventPart):
    sku: str


class Stricter(EventPart):
    sku: str
    quantity: Annotated[int, Field(ge=2)]


ALLOWED = {
    "nothing": lantern(),
    "an optional field": lantern(hue=(str | None, None)),
    "an optional field that is not null": lantern(hue=(tuple[str, ...], ())),
    "other words for people": lantern(
        DOC="Lit by hand.", oil=(Annotated[int, Field(ge=0, le=100, description="ml")], ...)
    ),
    "an optional field of a part, and the part's name": lantern(lines=(tuple[Longer, ...], ())),
    "another event": lantern() | lantern("LanternOut"),
    "a second version beside the first": lantern() | lantern("LanternLitV2", VERSION=2, without=("oil",)),
}
REFUSED = {
    "oil: field removed": lantern(without=("oil",)),
    "wick: field removed": lantern(without=("wick",)),
    "hue: new field is required": lantern(hue=(str, ...)),
    "oil: type was integer, is string": lantern(oil=(str, ...)),
    "oil: type was integer, is number": lantern(oil=(Annotated[float, Field(ge=0, le=100)], ...)),
    "oil: type was integer, is integer|null": lantern(oil=(Annotated[int, Field(ge=0, le=100)] | None, ...)),
    "oil: narrowed minimum, was 0, is 1": lantern(oil=(Annotated[int, Field(ge=1, le=100)], ...)),
    "oil: narrowed maximum, was 100, is 99": lantern(oil=(Annotated[int, Field(ge=0, le=99)], ...)),
    "oil: widened maximum, was 100, is 101": lantern(oil=(Annotated[int, Field(ge=0, le=101)], ...)),
    "oil: widened minimum, was 0, is absent": lantern(oil=(Annotated[int, Field(le=100)], ...)),
    "oil: was required, is optional": lantern(oil=(Annotated[int, Field(ge=0, le=100)], 5)),
    "wick: was optional, is required": lantern(wick=(Annotated[str, Field(min_length=1, max_length=9)] | None, ...)),
    "wick: narrowed maxLength, was 9, is 8": lantern(
        wick=(Annotated[str, Field(min_length=1, max_length=8)] | None, None)
    ),
    "wick: pattern was absent, is ^w": lantern(
        wick=(Annotated[str, Field(min_length=1, max_length=9, pattern="^w")] | None, None)
    ),
    "wick: default was absent, is flax": lantern(
        wick=(Annotated[str, Field(min_length=1, max_length=9)] | None, "flax")
    ),
    "colour: narrowed enum, was red|white, is red|green": lantern(colour=(Literal["red", "green"], ...)),
    "colour: widened enum, was red|white, is red|white|green": lantern(colour=(Literal["red", "white", "green"], ...)),
    "lines[].quantity: field removed": lantern(lines=(tuple[Lacking, ...], ())),
    "lines[].quantity: narrowed minimum, was 1, is 2": lantern(lines=(tuple[Stricter, ...], ())),
    "by_name[]: type was integer, is string": lantern(by_name=(dict[str, str], ...)),
    "matter: const was lighting, is burning": lantern(matter=(str, "burning")),
    "the event: topic was aftercare.orders.v1, is aftercare.cases.v1": lantern(topic="aftercare.cases.v1"),
    "the event: key was order_id, is colour": lantern(KEY="colour"),
    "event removed, and no upcaster leads to a known event": lantern("LanternLitV2", VERSION=2),
}

REPORTED_TOGETHER = {"oil: type was integer, is string": ["type", "minimum", "maximum"]}


@pytest.mark.parametrize("today", ALLOWED.values(), ids=ALLOWED)
def test_an_addition_passes(violations: Callable[..., list[str]], today: Build) -> None:
    assert violations(lantern(), today) == []


@pytest.mark.parametrize(("violation", "today"), REFUSED.items(), ids=REFUSED)
def test_every_other_change_is_one_line(violations: Callable[..., list[str]], violation: str, today: Build) -> None:
    found = [line for line in violations(lantern(), today) if "default" not in line or "default" in violation]
    assert f"LanternLit.v1: {violation} (released in v0.1.0)" in found
    assert len(found) == len(REPORTED_TOGETHER.get(violation, [violation]))


def test_a_renamed_field_is_removed_and_new(violations: Callable[..., list[str]]) -> None:
    assert violations(lantern(), lantern(without=("oil",), fuel=(int, ...))) == [
        "LanternLit.v1: fuel: new field is required (released in v0.1.0)",
        "LanternLit.v1: oil: field removed (released in v0.1.0)",
    ]


def test_every_release_is_compared_not_only_the_last(violations: Callable[..., list[str]]) -> None:
    """v0.2.0 added a field that v0.1.0 did not have; each violation is reported once."""
    grown = lantern(hue=(str | None, None))
    assert violations(lantern(), grown, lantern(without=("wick",), hue=(int | None, None))) == [
        "LanternLit.v1: wick: field removed (released in v0.1.0)",
        "LanternLit.v1: hue: type was string|null, is integer|null (released in v0.2.0)",
    ]


def test_a_version_may_go_when_upcasters_lead_to_a_known_one(violations: Callable[..., list[str]]) -> None:
    third = lantern("LanternLitV3", VERSION=3)
    chain = {"LanternLit.v1": ("LanternLit.v2", dict), "LanternLit.v2": ("LanternLit.v3", dict)}
    assert violations(lantern(), third, upcasters=chain) == []
