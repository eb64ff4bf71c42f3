"""The gate: what was released may only grow by optional fields, and whatever else happens to it is told in one line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from aftercare_events import EVENTS, TOPICS, UPCASTERS, Event, EventPart
from aftercare_events.evolution import releases
from aftercare_events.evolution.__main__ import RELEASED, main
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
def offences(tmp_path: Path) -> Callable[..., list[str]]:
    """What the gate says of these builds: all but the last were released, one after the other."""

    def told(*builds: Build, upcasters: Any = None) -> list[str]:
        for number, build in enumerate(builds[:-1]):
            releases.freeze(tmp_path, f"v0.{number + 1}.0", build)
        return releases.check(tmp_path, builds[-1], upcasters or {})

    return told


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

TOLD_TOGETHER = {"oil: type was integer, is string": ["type", "minimum", "maximum"]}


@pytest.mark.parametrize("today", ALLOWED.values(), ids=ALLOWED)
def test_growing_passes(offences: Callable[..., list[str]], today: Build) -> None:
    assert offences(lantern(), today) == []


@pytest.mark.parametrize(("offence", "today"), REFUSED.items(), ids=REFUSED)
def test_every_other_change_is_told_in_one_line(offences: Callable[..., list[str]], offence: str, today: Build) -> None:
    told = [line for line in offences(lantern(), today) if "default" not in line or "default" in offence]
    assert f"LanternLit.v1: {offence} (released in v0.1.0)" in told
    assert len(told) == len(TOLD_TOGETHER.get(offence, [offence]))


def test_a_renamed_field_is_a_lost_one_and_a_new_one(offences: Callable[..., list[str]]) -> None:
    assert offences(lantern(), lantern(without=("oil",), fuel=(int, ...))) == [
        "LanternLit.v1: fuel: new field is required (released in v0.1.0)",
        "LanternLit.v1: oil: field removed (released in v0.1.0)",
    ]


def test_every_release_counts_not_only_the_last(offences: Callable[..., list[str]]) -> None:
    """v0.2.0 brought a field that v0.1.0 did not have; the gate remembers it, and tells each offence once."""
    grown = lantern(hue=(str | None, None))
    assert offences(lantern(), grown, lantern(without=("wick",), hue=(int | None, None))) == [
        "LanternLit.v1: wick: field removed (released in v0.1.0)",
        "LanternLit.v1: hue: type was string|null, is integer|null (released in v0.2.0)",
    ]


def test_a_version_retires_when_its_successor_reads_what_it_left(offences: Callable[..., list[str]]) -> None:
    third = lantern("LanternLitV3", VERSION=3)
    chain = {"LanternLit.v1": ("LanternLit.v2", dict), "LanternLit.v2": ("LanternLit.v3", dict)}
    assert offences(lantern(), third, upcasters=chain) == []


def test_releases_are_kept_once(tmp_path: Path) -> None:
    releases.freeze(tmp_path, "v0.1.0", lantern())
    with pytest.raises(FileExistsError):
        releases.freeze(tmp_path, "v0.1.0", lantern())


def test_releases_are_read_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for version in ("v0.10.0", "v0.9.0", "v0.2.0"):
        releases.freeze(tmp_path, version, lantern())
    assert list(releases.read(tmp_path)) == ["v0.2.0", "v0.9.0", "v0.10.0"]


def test_todays_events_fit_every_release() -> None:
    assert releases.check(RELEASED, EVENTS, UPCASTERS) == []
    assert releases.read(RELEASED)["v0.1.0"]["OrderPaid.v1"]["x-topic"] == "aftercare.orders.v1"
    assert main(["--check"]) == 0


def test_the_command_freezes_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = ["--released", str(tmp_path)]
    assert main(["--check", *there]) == 1, "without any release there is nothing to hold on to"
    assert main(["--freeze", "v0.1.0", *there]) == 0
    assert main(["--check", *there]) == 0
    kept = tmp_path / "v0.1.0" / "OrderPaid.v1.json"
    described = json.loads(kept.read_text(encoding="utf-8"))
    described["properties"]["gift"] = {"type": "string"}
    kept.write_text(json.dumps(described), encoding="utf-8")
    capsys.readouterr()
    for act in (["--check"], ["--freeze", "v0.2.0"]):
        assert main([*act, *there]) == 1
        assert capsys.readouterr().err.splitlines()[0] == "OrderPaid.v1: gift: field removed (released in v0.1.0)"
    assert not (tmp_path / "v0.2.0").exists()


@pytest.mark.parametrize("name", ["0.2.0", "v1", "v1.0.0/../..", "latest"])
def test_a_release_has_a_number(name: str) -> None:
    with pytest.raises(SystemExit):
        main(["--freeze", name])


def test_the_name_on_the_wire_has_the_version_once() -> None:
    [name] = lantern("LanternLitV2", VERSION=2)
    assert name == "LanternLit.v2"
