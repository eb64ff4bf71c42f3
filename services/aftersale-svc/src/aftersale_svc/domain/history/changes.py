"""What each change of a case has changed, and the case that the changes up to a time add up to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from enum import Enum
from functools import cache
from operator import attrgetter
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.deposit_covers.model import DepositCover
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseLine, CaseState, Refund
from aftersale_svc.domain.cases.pickups.model import Pickup
from aftersale_svc.domain.cases.refused_goods.model import OwedGoods

R = TypeVar("R")
Document = dict[str, Any]  # Any: JSON
CONSTANT = frozenset(
    {"id", "version", "order_id", "payment_id", "buyer_id", "merchant_id", "applicant_id", "currency"}
    | {"description", "created_at"}
)
"""Fields of a case that no change keeps: they stay as they were when the case was opened, or are kept beside it."""
_KEPT = {each.name: each.default for each in fields(Case) if each.name not in CONSTANT}
"""The fields that changes keep, with their defaults."""
_values = attrgetter(*_KEPT)
_ALWAYS = frozenset({"liable", "payment_ids", "returned_freight_minor"})
"""What a verdict has decided with, or a failed refund has given back, before the case is saved, so that the case before the change has it
already."""
_PROPOSED = frozenset({"proposal_id", "proposed_by", "proposed_action"})
"""What a confirmation clears before the case is saved: the case before the change has it no more. It ends with the review."""
_PERSONAL: Mapping[type[Any], str] = {Pickup: "address"}
"""What is removed from a row in the end, and so from no history: fields by their class."""
_OF_CLAIMS = frozenset({OwedGoods, DepositCover})
"""Rows of claims beside the case, which have a history of their own."""
CASE_FIELDS = "case"
"""Under which name a change has the fields of the case."""
LINES_UNTIL = "lines_until"
"""Under which name a change has the lines of the case as they were until then."""
Fields = dict[str, tuple[bool, type[Enum] | None, bool]]
_KNOWN: dict[str, Fields] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """One change: which version of the case it made of the `previous` one, which is None where the case was opened.

    `change` has the fields of the case that differ from the previous version (for a new case, from their defaults) under `case`, and
    under the name of each class of rows that differ, all of its rows. Where the lines differ, it has all of them as they were
    before, under `lines_until`: most cases keep the lines that they were opened with. Fields that are None in a row are left out.
    """

    case_id: str
    version: int
    previous: int | None
    at: datetime
    change: Document


def change_of(before: FullCase | None, after: FullCase, at: datetime) -> CaseChange:
    """What has changed in a case; None: it is new. The refund is kept each time, since it is saved before its case."""
    document: Document = {CASE_FIELDS: _differing(None if before is None else before.case, after.case)}
    for kind, rows in after.legs.items():
        if kind in _OF_CLAIMS:
            continue
        known = () if before is None else before.rows_of(kind)
        if rows != known or (kind is Refund and rows):
            document[kind.__name__] = [_whole(row) for row in rows]
    if before is not None and before.requested != after.requested:
        document[LINES_UNTIL] = [_whole(line) for line in before.requested]
    return CaseChange(
        case_id=after.case.id,
        version=after.case.version,
        previous=None if before is None else before.case.version,
        at=at,
        change=document,
    )


# Any: the classes of rows differ, and the values of their fields.
def _differing(before: Case | None, after: Case) -> Document:
    now = zip(_KEPT, _values(after), strict=True)
    if before is None:  # what is left out is the default again
        return {name: _plain(value) for name, value in now if value not in (None, _KEPT[name])}
    reviewed = before.state is CaseState.MANUAL_REVIEW and after.state is not before.state
    return {
        name: _plain(value)
        for (name, value), known in zip(now, _values(before), strict=True)
        if known != value or (name in _ALWAYS and value) or (name in _PROPOSED and reviewed)
    }


def _whole(row: Any) -> Document:
    return {name: value for name in _names(type(row)) if (value := _plain(getattr(row, name))) is not None}  # type: ignore[arg-type]  # a class is hashable


@cache
def _names(cls: type[Any]) -> tuple[str, ...]:
    """The fields of rows of this class that changes keep."""
    return tuple(each.name for each in fields(cls) if each.name != _PERSONAL.get(cls))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def as_of(now: FullCase, changes: Iterable[CaseChange], at: datetime, kinds: Iterable[type[Any]]) -> FullCase | None:
    """The case at this time, by its changes in the order of their versions; `kinds` are the classes of its rows.

    None: its changes were not all recorded until then.
    """
    known = list(changes)
    until = [number for number, each in enumerate(known, 1) if each.at <= at]
    return _after(now, known, until[-1] if until else 0, {each.__name__: each for each in kinds})


def versions(now: FullCase, changes: Iterable[CaseChange], at: datetime, kinds: Iterable[type[Any]]) -> list[FullCase]:
    """The versions of the case until this time, oldest first, as `as_of` has them; none where their changes were not all recorded."""
    known, classes = list(changes), {each.__name__: each for each in kinds}
    found = [_after(now, known, number, classes) for number, each in enumerate(known, 1) if each.at <= at]
    return [] if None in found else [each for each in found if each is not None]


def _after(now: FullCase, known: Sequence[CaseChange], number: int, kinds: Mapping[str, type[Any]]) -> FullCase | None:
    """The case after so many of its changes; None: not all of them were recorded."""
    made = known[:number]
    complete = [each.previous for each in made] == [None, *(each.version for each in made[:-1])]
    if not made or not complete:
        return None
    then = replace(now, requested=_lines_then(now, known[number:]))
    return _added_up(then, made, kinds)


def _lines_then(now: FullCase, later: Iterable[CaseChange]) -> tuple[CaseLine, ...]:
    """The lines before these changes, oldest first."""
    changed = next((each.change[LINES_UNTIL] for each in later if LINES_UNTIL in each.change), None)
    return now.requested if changed is None else tuple(_row(CaseLine, each) for each in changed)


def _added_up(now: FullCase, made: Sequence[CaseChange], kinds: Mapping[str, type[Any]]) -> FullCase:
    case: Document = {name: getattr(now.case, name) for name in CONSTANT}
    legs: dict[type[Any], tuple[Any, ...]] = dict.fromkeys(kinds.values(), ())
    for each in made:
        case |= each.change[CASE_FIELDS]
        for name, rows in each.change.items():
            if name in kinds:
                legs[kinds[name]] = tuple(_row(kinds[name], row) for row in rows)
    return FullCase(case=_row(Case, {**case, "version": made[-1].version}), requested=now.requested, legs=legs)


def _row(cls: type[R], document: Document) -> R:
    """The row of a document. What it does not have is the default of the field, or None."""
    values: Document = {}
    for name, (times, enum, optional) in _fields(cls).items():
        value = document.get(name)
        if value is None:
            values |= {} if optional else {name: None}
        elif times and isinstance(value, str):
            values[name] = datetime.fromisoformat(value)
        else:
            values[name] = value if enum is None else enum(value)
    return cls(**values)


def _fields(cls: type[Any]) -> Fields:
    """By field: whether it is a time, its enumeration, and whether it may be left out."""
    found = _KNOWN.setdefault(cls.__name__, {})
    if found:
        return found
    hints = get_type_hints(cls)
    for each in fields(cls):
        hint = hints[each.name]
        types = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
        enums = [one for one in types if isinstance(one, type) and issubclass(one, Enum)]
        optional = each.default is not MISSING or each.default_factory is not MISSING
        found[each.name] = (datetime in types, enums[0] if enums else None, optional)
    return found
