"""Partners that push the whole history of a parcel each time: its rows, and the state that they sum it up with.

Each row is a report of its own, with the same key in every push, so that only new ones are applied. The state of the whole
parcel is no row: it is a report beside the newest one where it states more than that does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from order_svc.domain.tracking import TERMINAL, ParcelStatus
from order_svc.integrations.couriers.port import Meaning, Report, report
from order_svc.integrations.couriers.sentences import explained

# States of the whole parcel that may be newer than the code of the newest row; others are that code in other words.
_DECISIVE = TERMINAL | {
    ParcelStatus.RETURNING,
    ParcelStatus.EXCEPTION,
    ParcelStatus.READY_FOR_PICKUP,
    ParcelStatus.ATTEMPT_FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a history. `code` is None where the partner gives none. `sentence` is the sentence with its names and numbers.

    `unlisted` is what the partner states beside the code, or in its place, and what the adapter has no meaning for.
    """

    at: datetime
    text: str
    sentence: str = ""
    code: str | None = None
    unlisted: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The state of the whole parcel; `at` is when it was reached, where the partner states that."""

    code: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Which parcel a history is about."""

    partner: str
    carrier: str | None
    waybill_no: str
    former_carrier: str | None = None
    reference: str | None = None


def history(
    subject: Subject, rows: Sequence[Row], whole: Whole | None, meanings: Mapping[str, Meaning]
) -> list[Report]:
    """The reports of a history, oldest first."""
    ordered = sorted(rows, key=lambda row: row.at)
    reports = [_of_row(subject, row, meanings) for row in ordered]
    newest = ordered[-1] if ordered else None
    if whole is not None and _adds(whole, newest, meanings):
        at = max(time for time in (whole.at, newest.at if newest is not None else None) if time is not None)
        sentence = newest.sentence if newest is not None else ""
        meaning = explained(meanings.get(whole.code), sentence)
        # One report per state and newest row, whenever the partner states it.
        event_id = f"{whole.code} {newest.at.isoformat() if newest is not None else ''}"
        reports.append(_report(subject, at, whole.code, "", meaning, event_id))
    return reports


def _of_row(subject: Subject, row: Row, meanings: Mapping[str, Meaning]) -> Report:
    meaning = Meaning(ParcelStatus.UNKNOWN) if row.code is None else meanings.get(row.code)
    meaning = explained(meaning, row.sentence or row.text)
    return _report(subject, row.at, row.code, row.text, meaning, unlisted=row.unlisted)


def _adds(whole: Whole, newest: Row | None, meanings: Mapping[str, Meaning]) -> bool:
    """Whether the state of the whole parcel states something that its newest row does not."""
    if newest is None:
        return whole.at is not None
    if newest.code is None:
        return True
    meaning, of_row = meanings.get(whole.code), meanings.get(newest.code)
    if meaning is None or (of_row is not None and of_row.status is meaning.status):
        return False
    return whole.at is not None or meaning.status in _DECISIVE


def _report(
    subject: Subject,
    at: datetime,
    code: str | None,
    text: str,
    meaning: Meaning | None,
    event_id: str | None = None,
    unlisted: str | None = None,
) -> Report:
    return report(
        subject.partner,
        carrier=subject.carrier,
        waybill_no=subject.waybill_no,
        meaning=meaning,
        occurred_at=at,
        raw_code=code,
        text=text,
        event_id=event_id,
        former_carrier=subject.former_carrier,
        reference=subject.reference,
        unlisted=unlisted,
    )
