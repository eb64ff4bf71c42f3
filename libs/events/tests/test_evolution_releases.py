"""Releases are kept once, in order, and the command compares with all of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from aftercare_events import EVENTS, UPCASTERS
from aftercare_events.evolution import releases
from aftercare_events.evolution.__main__ import RELEASED, main

TWO = {name: EVENTS[name] for name in ("OrderPaid.v1", "RatingGiven.v1")}


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A folder with today's events as release v0.1.0."""
    releases.freeze(tmp_path, "v0.1.0", EVENTS)
    return tmp_path


def edit(kept: Path, change: Any) -> None:
    described = json.loads(kept.read_text(encoding="utf-8"))
    change(described)
    kept.write_text(json.dumps(described), encoding="utf-8")


def test_a_release_keeps_schema_topic_and_key_of_each_event(tmp_path: Path) -> None:
    assert releases.freeze(tmp_path, "v0.1.0", TWO) == 2
    kept = releases.read(tmp_path)["v0.1.0"]
    assert kept == {name: releases.described(cls) for name, cls in TWO.items()}
    assert (kept["RatingGiven.v1"]["x-topic"], kept["RatingGiven.v1"]["x-key"]) == (
        "aftercare.feedback.v1",
        "rating_id",
    )


def test_a_release_is_never_written_over(released: Path) -> None:
    before = (released / "v0.1.0/OrderPaid.v1.json").read_bytes()
    with pytest.raises(FileExistsError):
        releases.freeze(released, "v0.1.0", TWO)
    assert (released / "v0.1.0/OrderPaid.v1.json").read_bytes() == before


def test_releases_are_read_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for version in ("v0.10.0", "v0.9.0", "v1.0.0", "v0.2.0"):
        releases.freeze(tmp_path, version, TWO)
    (tmp_path / "v0.3.0.txt").write_text("a note, no release")
    assert list(releases.read(tmp_path)) == ["v0.2.0", "v0.9.0", "v0.10.0", "v1.0.0"]


def test_todays_events_are_compatible_with_every_release() -> None:
    assert releases.check(RELEASED, EVENTS, UPCASTERS) == []
    assert releases.read(RELEASED)["v0.1.0"]["OrderPaid.v1"]["x-topic"] == "aftercare.orders.v1"
    assert main(["--check"]) == 0


def test_what_was_accepted_of_one_release_counts_for_that_one_alone(tmp_path: Path) -> None:
    accepted = next(iter(releases.ACCEPTED["v0.1.0"]))
    field = accepted.partition(":")[0]
    for version in ("v0.1.0", "v0.2.0"):
        releases.freeze(tmp_path, version, {name: cls for name, cls in EVENTS.items() if field in cls.model_fields})
        for kept in (tmp_path / version).iterdir():
            edit(kept, lambda described: described["properties"][field].update(maxLength=200))
    found = releases.check(tmp_path, EVENTS, {})
    assert found
    assert all(line.endswith(f": {accepted} (released in v0.2.0)") for line in found)


def test_every_accepted_change_is_needed() -> None:
    found = {line.partition(": ")[2] for line in _unaccepted()}
    for version, accepted in releases.ACCEPTED.items():
        assert {f"{change} (released in {version})" for change in accepted} <= found


def _unaccepted() -> list[str]:
    accepted, releases.ACCEPTED = releases.ACCEPTED, {}
    try:
        return releases.check(RELEASED, EVENTS, UPCASTERS)
    finally:
        releases.ACCEPTED = accepted


def test_without_a_release_the_check_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", "--released", str(tmp_path)]) == 1
    assert capsys.readouterr().err.splitlines()[0] == f"no release is kept in {tmp_path}"


def test_the_first_release_is_frozen_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--freeze", "v0.1.0", "--released", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{len(EVENTS)} events kept as v0.1.0\n"
    assert main(["--check", "--released", str(tmp_path)]) == 0


@pytest.mark.parametrize("arguments", [["--check"], ["--freeze", "v0.2.0"]])
def test_a_violation_is_reported_and_nothing_is_frozen(
    released: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    edit(released / "v0.1.0/OrderPaid.v1.json", lambda kept: kept["properties"].update(gift={"type": "string"}))
    assert main([*arguments, "--released", str(released)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "OrderPaid.v1: gift: field removed (released in v0.1.0)",
        "A released event may only be extended by optional fields; see docs/evolution.md",
    ]
    assert not (released / "v0.2.0").exists()


@pytest.mark.parametrize("name", ["0.2.0", "v1", "v1.0.0/../..", "latest", "v1.0.0-rc1"])
def test_a_release_is_named_by_three_numbers(name: str) -> None:
    with pytest.raises(SystemExit):
        main(["--freeze", name])


@pytest.mark.parametrize("arguments", [[], ["--check", "--freeze", "v0.2.0"]])
def test_the_command_does_one_of_two_things(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
