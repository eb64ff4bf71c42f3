"""The table of reasons as it is shown."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from aftercare_chassis.http.schemas import Out

from aftersale_svc.api.schemas.cases.reason_groups import ReasonGroupOut, ReasonOut
from aftersale_svc.api.schemas.texts import BilingualOut
from aftersale_svc.domain.cases.codes import CloseCause, HandlingReason, Liable, Reason, RejectReason
from aftersale_svc.domain.cases.grades import GRADES, Grade
from aftersale_svc.domain.cases.outcome_reasons import CLOSE_CAUSES, HANDLING_REASONS, REJECT_REASONS, OutcomeRow
from aftersale_svc.domain.cases.reasons import GROUPS, REASONS, REASONS_VERSION


class RejectReasonOut(Out):
    """A reason for which a request, or returned goods, are rejected."""

    code: RejectReason
    """The `reason` of the rejection."""
    label: BilingualOut
    """What people read; the English text goes on after "because"."""
    by: list[str]
    """The roles that may give it."""
    liable: Liable | None = None
    """Who is liable where it is true; null where that does not follow from it."""


class CloseCauseOut(Out):
    """A cause for which a case is closed."""

    code: CloseCause
    """The `close_cause` of the case."""
    label: BilingualOut
    """What people read; the English text goes on after "because"."""
    by: list[str]
    """The roles that close a case for it; `system` is a timer or a consequence of something else."""
    liable: Liable | None = None
    """Who is liable; null where that does not follow from it."""


class HandlingReasonOut(Out):
    """A reason for which somebody hands a review over, or cancels a request."""

    code: HandlingReason
    """The `reason` of the request; `unspecified` is recorded where there is neither a reason nor a note."""
    label: BilingualOut
    """What people read; the English text goes on after "because"."""
    by: list[str]
    """The roles that give it."""


class GradeOut(Out):
    """A condition of goods that an inspection finds."""

    code: Grade
    """The `grade` of an inspected line."""
    label: BilingualOut
    """What people read."""
    since: int
    """The version of the table that has it first."""


class ReasonTableOut(Out):
    """Every reason: of requests, of rejections, of closing a case and of handing it over; and the conditions of inspected goods."""

    version: int
    """The version of the table; it increases with every change of the table."""
    groups: list[ReasonGroupOut]
    """The reasons of requests, by group. Which of them an order may choose now, its after-sale options show."""
    reject_reasons: list[RejectReasonOut]
    """The reasons of rejections."""
    close_causes: list[CloseCauseOut]
    """The causes for which cases are closed. A request that its buyer withdraws is `cancelled` instead."""
    handling_reasons: list[HandlingReasonOut]
    """Why reviews are handed over, and requests are cancelled."""
    grades: list[GradeOut]
    """The conditions of goods that inspections find, the best first."""


@cache
def reason_table() -> ReasonTableOut:
    """The table of this build."""
    return ReasonTableOut(
        version=REASONS_VERSION,
        groups=[
            ReasonGroupOut(
                code=group,
                label=BilingualOut.of(label),
                reasons=[_reason(each) for each, row in REASONS.items() if row.group is group],
            )
            for group, label in GROUPS.items()
        ],
        reject_reasons=[RejectReasonOut(code=code, **_outcome(row)) for code, row in REJECT_REASONS.items()],
        close_causes=[CloseCauseOut(code=code, **_outcome(row)) for code, row in CLOSE_CAUSES.items()],
        handling_reasons=[
            HandlingReasonOut(code=code, label=BilingualOut.of(row.label), by=list(row.by))
            for code, row in HANDLING_REASONS.items()
        ],
        grades=[GradeOut(code=code, label=BilingualOut.of(row.label), since=row.since) for code, row in GRADES.items()],
    )


def _reason(reason: Reason) -> ReasonOut:
    row = REASONS[reason]
    return ReasonOut(
        code=reason,
        label=BilingualOut.of(row.label),
        liable=row.liable,
        return_freight_payer=row.freight_payer,
        evidence=row.evidence,
        evidence_needed=list(row.evidence_kinds),
        is_warranty=row.is_warranty,
        since=row.since,
        term=row.term,
    )


def _outcome(row: OutcomeRow) -> Mapping[str, Any]:  # Any: the fields differ in type
    return {"label": BilingualOut.of(row.label), "by": list(row.by), "liable": row.liable}
