"""A case as one side could see it at an earlier time."""

from zoneinfo import ZoneInfo

from aftercare_chassis.http.schemas import Out, Time

from aftersale_svc.api.schemas.cases.offers import OfferOut
from aftersale_svc.api.schemas.cases.timelines import StepOut
from aftersale_svc.domain.cases.codes import EvidenceKind
from aftersale_svc.domain.evidence.case_evidence import CitedEvidence
from aftersale_svc.domain.evidence.model import EvidenceState
from aftersale_svc.queries.history import PastCase


class SeenEvidenceOut(Out):
    """Evidence that could be seen at that time."""

    sha256: str
    """The hash of the file."""
    cited_by: list[str]
    """The steps that had cited it by then; empty where it was uploaded for the case only."""
    evidence_id: str | None = None
    """The file, which `GET /v1/evidence/{id}` shows as it is now; null where none of this hash could be seen by then."""
    kind: EvidenceKind | None = None
    """What the file shows; null where `evidence_id` is."""
    state: EvidenceState | None = None
    """The state of the file; null where `evidence_id` is."""

    @classmethod
    def of(cls, cited: CitedEvidence) -> "SeenEvidenceOut":
        file = cited.file
        return cls(
            sha256=cited.sha256,
            cited_by=[step.id for step in cited.steps],
            evidence_id=file.id if file else None,
            kind=file.kind if file else None,
            state=file.state if file else None,
        )


class SeenOut(Out):
    """What else could be seen at that time."""

    at: Time
    """The time that was asked for."""
    role: str
    """In which role it could be seen like this."""
    offers: list[OfferOut]
    """The offers that had been made, as they were."""
    evidence: list[SeenEvidenceOut]
    """The evidence that this side could see."""
    timeline: list[StepOut]
    """The steps that had been taken, oldest first."""

    @classmethod
    def of(cls, past: PastCase, zone: ZoneInfo) -> "SeenOut":
        return cls(
            at=past.at,
            role=past.actor.role,
            offers=[OfferOut.of(each) for each in past.offers],
            evidence=[SeenEvidenceOut.of(each) for each in past.evidence],
            timeline=[StepOut.of(each, zone) for each in past.steps],
        )
