"""What an inspection makes of the lines of a case: what was in the parcel, and what of it is accepted."""

from collections.abc import Sequence

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.codes import RejectReason
from aftersale_svc.domain.cases.errors import LineMissing, LineTwice, LineUnknown
from aftersale_svc.domain.cases.finding_errors import (
    AcceptedExceedsReceived,
    AcceptedExceedsSent,
    ReceivedContradictsReason,
    ReceivedExceedsSent,
    RefuseReasonUnused,
)
from aftersale_svc.domain.cases.grades import GradeUnknown, check_grade
from aftersale_svc.domain.cases.model import CaseLine
from aftersale_svc.domain.cases.requests import Finding
from aftersale_svc.domain.cases.shares import accepted_share

FINDINGS = (
    *(LineUnknown, LineTwice, LineMissing, AcceptedExceedsSent, ReceivedExceedsSent, AcceptedExceedsReceived),
    *(ReceivedContradictsReason, RefuseReasonUnused, GradeUnknown),
)
"""What `apply_inspection` refuses."""


def apply_inspection(
    lines: Sequence[CaseLine], findings: Sequence[Finding] | None, reason: RejectReason | None = None
) -> tuple[CaseLine, ...]:
    """Return the lines with what was received and accepted of each; None accepts everything. `reason` is why nothing is accepted, for the
    lines that do not say.

    Raises:
        LineUnknown, LineTwice, LineMissing: the findings do not name each line of the case exactly once.
        AcceptedExceedsSent: more units of a line are accepted than the case is about.
        ReceivedExceedsSent, AcceptedExceedsReceived, ReceivedContradictsReason: see `_received`.
        GradeUnknown: see `check_grade`.
        RefuseReasonUnused: a line of which all units are accepted has a reason for refusing some.
    """
    if findings is None:
        return tuple(_inspected(line, Finding(line.line_id, line.quantity), None) for line in lines)
    if any(each.accepted for each in findings):
        reason = None  # it is why nothing is accepted
    by_id = {line.line_id: line for line in lines}
    inspected: dict[str, CaseLine] = {}
    for place, each in enumerate(findings):
        line = by_id.get(each.line_id)
        if line is None:
            raise LineUnknown(pointer=f"/lines/{place}/line_id", allowed=list(by_id))
        if each.line_id in inspected:
            raise LineTwice(pointer=f"/lines/{place}/line_id")
        if each.accepted > line.quantity:
            raise AcceptedExceedsSent(pointer=f"/lines/{place}/accepted", sent=line.quantity)
        check_grade(each.grade, f"/lines/{place}/grade")
        received = _received(line, each, each.refuse_reason or reason, place)
        if each.refuse_reason is not None and each.accepted == line.quantity:
            raise RefuseReasonUnused(pointer=f"/lines/{place}/refuse_reason")
        inspected[each.line_id] = _inspected(line, each, received)
    for line_id in by_id.keys() - inspected.keys():
        raise LineMissing(pointer="/lines", line_id=line_id)
    return tuple(inspected[line.line_id] for line in lines)


def _received(line: CaseLine, found: Finding, reason: RejectReason | None, place: int) -> int:
    """The units of a line that were in the parcel: all of them where nothing else is said, and none but the accepted ones where the
    reason is that the parcel was empty.

    Raises:
        ReceivedExceedsSent: more than the case is about.
        AcceptedExceedsReceived: fewer than are accepted.
        ReceivedContradictsReason: some that are not accepted, because the parcel was empty.
    """
    empty, pointer = reason is RejectReason.EMPTY_RETURN, f"/lines/{place}/received"
    if found.received is None:
        return found.accepted if empty else line.quantity
    if found.received > line.quantity:
        raise ReceivedExceedsSent(pointer=pointer, most=line.quantity)
    if found.accepted > found.received:
        raise AcceptedExceedsReceived(pointer=f"/lines/{place}/accepted", received=found.received)
    if empty and found.received > found.accepted:
        raise ReceivedContradictsReason(pointer=pointer, most=found.accepted)
    return found.received


def none_received(lines: Sequence[CaseLine]) -> tuple[CaseLine, ...]:
    """Return the lines of a return of which nothing was in the parcel."""
    return tuple(replace(line, received=0) for line in lines)


def accept_all(lines: Sequence[CaseLine]) -> tuple[CaseLine, ...]:
    """Return the lines as a verdict takes them, which is about all units, whatever was accepted or granted of them."""
    return tuple(
        line
        if line.accepted_minor is None
        else replace(
            line,
            accepted=None if line.accepted is None else line.quantity,
            accepted_minor=line.amount_minor,
            refuse_reason=None,
        )
        for line in lines
    )


def _inspected(line: CaseLine, finding: Finding, received: int | None) -> CaseLine:
    share = accepted_share(line, finding.accepted)
    return replace(
        line,
        received=received,
        accepted=finding.accepted,
        accepted_minor=share,
        grade=finding.grade,
        refuse_reason=finding.refuse_reason,
        photos=list(finding.photos),
    )
