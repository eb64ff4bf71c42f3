"""Copies and new rows are what the dataclass itself would make, whether it has slots or not."""

import dataclasses
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest
from aftercare_chassis.records import make, replace
from hypothesis import given
from hypothesis import strategies as st


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row without slots."""

    id: str
    units: int = 1
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class MarkedLine(Line):
    """One with a field more."""

    mark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlottedLine:
    """The same fields in slots."""

    id: str
    units: int = 1
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlottedMarkedLine(Line):
    """A field in a slot, those of its base not."""

    mark: str | None = None


@dataclass(frozen=True, kw_only=True)
class PositiveLine(Line):
    """A row that is checked when it is made."""

    def __post_init__(self) -> None:
        if self.units < 0:
            raise ValueError(self.units)


ROWS = st.sampled_from([Line, MarkedLine, SlottedLine, SlottedMarkedLine])
FIELDS = {"id": st.text(), "units": st.integers(), "notes": st.lists(st.text())}


@given(ROWS, st.fixed_dictionaries(FIELDS), st.fixed_dictionaries({}, optional=FIELDS))
def test_a_row_is_what_the_dataclass_makes(cls: type[Any], values: dict[str, Any], changes: dict[str, Any]) -> None:
    if "mark" in cls.__dataclass_fields__:
        values = {**values, "mark": "*"}
    row = make(cls, values)
    assert {each.name: getattr(row, each.name) for each in dataclasses.fields(row)} == values
    assert row == cls(**values)
    changed = replace(row, **changes)
    assert changed == dataclasses.replace(row, **changes)
    assert row == cls(**values), "the row itself stays as it was"


@pytest.mark.parametrize("cls", [Line, SlottedLine])
def test_an_unknown_field_is_a_type_error(cls: type[Any]) -> None:
    with pytest.raises(TypeError):
        replace(cls(id="1"), unknown=1)
    with pytest.raises(TypeError):
        make(cls, {"id": "1", "unknown": 1})


@pytest.mark.parametrize("cls", [Line, SlottedLine])
def test_a_missing_field_is_its_default_or_a_type_error(cls: type[Any]) -> None:
    assert make(cls, {"id": "1"}) == cls(id="1")
    with pytest.raises(TypeError):
        make(cls, {"units": 1})


def test_a_row_stays_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        replace(Line(id="1"), units=2).units = 3  # type: ignore[misc]


def test_what_a_class_checks_is_checked_in_copies_too() -> None:
    with pytest.raises(ValueError, match="-1"):
        replace(PositiveLine(id="1"), units=-1)
    with pytest.raises(ValueError, match="-1"):
        make(PositiveLine, {"id": "1", "units": -1, "notes": []})


@dataclass(frozen=True, kw_only=True)
class PricedLine(Line):
    """A row that keeps what it has computed."""

    @cached_property
    def price(self) -> int:
        return 100 * self.units


def test_a_copy_computes_again_what_the_row_has_kept() -> None:
    row = make(PricedLine, {"id": "1", "units": 1, "notes": []})
    assert row.price == 100
    assert replace(row, units=2).price == 200


@dataclass(frozen=True)
class WithoutSlots:
    number: int


@dataclass(frozen=True, slots=True)
class WithSlots(WithoutSlots):
    name: str


def test_a_row_with_slots_that_extends_one_without_has_all_its_fields() -> None:
    made = make(WithSlots, {"number": 1, "name": "a"})
    assert (made.number, made.name) == (1, "a")
    assert replace(made, name="b") == WithSlots(1, "b")
