"""Why a complaint is as severe as it is, and by when it is due."""

from dataclasses import asdict
from typing import Self

from aftercare_chassis.http.schemas import Out, Time

from cs_svc.domain.complaint_severity import SHARES, SeverityReason
from cs_svc.domain.complaints import Complaint, ComplaintSeverity


class ReasonOut(Out):
    """A reason of the severity of a complaint."""

    reason: SeverityReason
    """What was judged."""
    severity: ComplaintSeverity
    """How severe the complaint was after it."""
    amount_minor: int | None = None
    """Of `amount`: the total of the order in minor units; else null."""
    from_minor: int | None = None
    """Of `amount`: from which total on a complaint is severe; else null."""
    earlier: int | None = None
    """Of `repeated`: how many complaints the buyer had made lately; else null."""


class ExplanationOut(Out):
    """Why a complaint is as severe as it is, and how what is due was counted."""

    complaint_id: str
    """The complaint."""
    severity: ComplaintSeverity
    """That of the last reason."""
    reasons: list[ReasonOut]
    """In the order in which they were judged; empty of a complaint of an earlier build."""
    rules_version: int
    """The version of the rules; 0: an earlier build, which had none."""
    share: float
    """Which part of the hours of the settings a complaint of this severity may take."""
    counted_since: Time
    """From when on time was counted."""
    calendar_id: str | None
    """The SLA calendar in which it was counted; null: every hour."""
    calendar_version: int
    """The version of the calendar; 0 without one."""
    answer_due_at: Time | None
    """When the first reply is due; null where it is not awaited."""
    resolve_due_at: Time | None
    """When it is to be resolved; null while a dispute decides it, and after its end."""
    overdue_at: Time | None
    """When the reply was found to be overdue; null where it was not."""
    resolve_overdue_at: Time | None
    """When its end was found to be overdue; null where it was not."""
    supervised_at: Time | None
    """Since when supervisors look after it; null where they do not."""

    @classmethod
    def of(cls, complaint: Complaint) -> Self:
        """The explanation of this complaint."""
        shown = {
            **asdict(complaint),
            "complaint_id": complaint.id,
            "reasons": complaint.severity_reasons,
            "share": round(SHARES[complaint.severity], 4),
            "counted_since": complaint.created_at,
        }
        return cls.model_validate({name: shown[name] for name in cls.model_fields})
