"""Decisions about a case besides its state table."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aftersale_svc.domain.cases.errors import (
    AcceptedExceedsSent,
    EvidenceRequired,
    LineMissing,
    LineTwice,
    LineUnknown,
    StageUnsuitable,
)
from aftersale_svc.domain.cases.model import Case, CaseLine, Finding
from aftersale_svc.domain.cases.shares import accepted_share
from aftersale_svc.domain.cases.types import TypeRow
from aftersale_svc.domain.orders.model import Stage


def check_needs(type_: TypeRow, stage: Stage, evidence: Sequence[str]) -> None:
    """Refuse a request that does not meet what its type needs.

    Raises:
        StageUnsuitable: the type is not for goods at this stage.
        EvidenceRequired: the type needs evidence and there is none.
    """
    if stage not in type_.stages:
        raise StageUnsuitable(stage=stage)
    if type_.needs_evidence and not evidence:
        raise EvidenceRequired(pointer="/evidence")


def apply_inspection(lines: Sequence[CaseLine], findings: Sequence[Finding] | None) -> tuple[CaseLine, ...]:
    """Return the lines with what was accepted of each; None accepts everything.

    Raises:
        LineUnknown, LineTwice, LineMissing: the findings do not name each line of the case exactly once.
        AcceptedExceedsSent: more units of a line are accepted than the case is about.
    """
    if findings is None:
        return tuple(_inspected(line, Finding(line.line_id, line.quantity)) for line in lines)
    by_id = {line.line_id: line for line in lines}
    inspected: dict[str, CaseLine] = {}
    for place, each in enumerate(findings):
        line = by_id.get(each.line_id)
        if line is None:
            raise LineUnknown(pointer=f"/lines/{place}/line_id")
        if each.line_id in inspected:
            raise LineTwice(pointer=f"/lines/{place}/line_id")
        if each.accepted > line.quantity:
            raise AcceptedExceedsSent(pointer=f"/lines/{place}/accepted", sent=line.quantity)
        inspected[each.line_id] = _inspected(line, each)
    for line_id in by_id.keys() - inspected.keys():
        raise LineMissing(pointer="/lines", line_id=line_id)
    return tuple(inspected[line.line_id] for line in lines)


def accept_all(lines: Sequence[CaseLine]) -> tuple[CaseLine, ...]:
    """Return the lines as a verdict takes them, which is about all units, whatever an inspection accepted of them."""
    return tuple(
        line if line.accepted is None else replace(line, accepted=line.quantity, accepted_minor=line.amount_minor)
        for line in lines
    )


def _inspected(line: CaseLine, finding: Finding) -> CaseLine:
    share = accepted_share(line, finding.accepted)
    return replace(line, accepted=finding.accepted, accepted_minor=share, grade=finding.grade)


def in_dispute_window(case: Case, now: datetime, window_hours: float) -> bool:
    """Whether a case that was closed may still be disputed now, as far as the time goes."""
    return now <= case.updated_at + timedelta(hours=window_hours)
