"""The evidence of a case, as it is shown."""

from collections.abc import Sequence

from aftercare_chassis.http.schemas import Out, Time
from aftercare_files.stores.port import FileStore

from aftersale_svc.api.schemas.evidence.evidence import EvidenceFileOut, View
from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.evidence.case_evidence import CitedEvidence
from aftersale_svc.domain.evidence.model import CitedState, EvidenceReuse


class CitationOut(Out):
    """A step of the case or of one of its disputes that cites the file."""

    step_id: str
    """The step in the timeline of the case."""
    dispute_id: str | None = None
    """The dispute of the step; null where it is one of the case itself."""
    action: str
    """What was done, as in the timeline."""
    actor_role: str
    """The role of whoever cited it."""
    at: Time
    """When it was cited."""

    @classmethod
    def of(cls, step: TimelineStep) -> "CitationOut":
        """The step as a citation."""
        return cls(
            step_id=step.id, dispute_id=step.dispute_id, action=step.action, actor_role=step.actor_role, at=step.at
        )


class ReuseOut(Out):
    """Another file with the same content, or a picture that looks like this one, of another order, case or account."""

    evidence_id: str
    """The other file."""
    order_id: str
    """Its order."""
    case_id: str | None = None
    """Its case; null where it was uploaded for the order."""
    uploader_id: str
    """Who uploaded it."""
    uploader_role: str
    """The role of whoever uploaded it."""
    same_hash: bool
    """Whether its content is the same to the byte."""
    distance: int | None = None
    """How many of 64 bits of the pictures' hashes differ; null for files that are no pictures."""

    @classmethod
    def of(cls, reuse: EvidenceReuse) -> "ReuseOut":
        """The match as it is shown."""
        return cls(
            evidence_id=reuse.other_id,
            order_id=reuse.order_id,
            case_id=reuse.case_id,
            uploader_id=reuse.uploader_id,
            uploader_role=reuse.uploader_role,
            same_hash=reuse.same_hash,
            distance=reuse.distance,
        )


class CaseEvidenceOut(Out):
    """One piece of evidence of a case."""

    sha256: str
    """The hash by which it is cited."""
    cited_by: list[CitationOut]
    """The steps that cite it, oldest first; empty where it was uploaded for the case only."""
    state: CitedState
    """How far the file is; `not_uploaded` where there is none that the caller may see: then the hash alone proves nothing."""
    file: EvidenceFileOut | None = None
    """The file; null where none of this hash was uploaded for the order, or the other side uploaded it and it is not accepted."""
    reused_in: list[ReuseOut] | None = None
    """Where else it was used: for the platform; for the merchant, by the same buyer in its own orders; null for the buyer."""


class CaseEvidenceListOut(Out):
    """The evidence of a case."""

    data: list[CaseEvidenceOut]
    """What its steps cite in the order of the timeline, then what was uploaded for it."""

    @classmethod
    def of(cls, found: Sequence[CitedEvidence], reader: View, store: FileStore) -> "CaseEvidenceListOut":
        """The evidence as this reader sees it."""
        is_shown = reader.actor.role != "buyer"
        return cls(
            data=[
                CaseEvidenceOut(
                    sha256=each.sha256,
                    cited_by=[CitationOut.of(step) for step in each.steps],
                    state=each.state,
                    file=EvidenceFileOut.of(each.file, reader, store) if each.file else None,
                    reused_in=[ReuseOut.of(reuse) for reuse in each.reuses] if is_shown else None,
                )
                for each in found
            ]
        )
