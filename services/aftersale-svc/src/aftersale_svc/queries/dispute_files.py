"""What an arbitrator reads about a dispute, and how verdicts compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.database.transaction import Reader

from aftersale_svc import queries
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.offers.model import Offer
from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.decisions.model import Decision, Document
from aftersale_svc.domain.disputes.consistency import Group, SimilarDispute, check_period, groups_of, most_similar
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.domain.disputes.parts import DisputeParts
from aftersale_svc.domain.evidence.case_evidence import CitedEvidence
from aftersale_svc.domain.evidence.model import EvidenceState
from aftersale_svc.domain.wording.context import CaseContext
from aftersale_svc.queries import case_contexts, deadlines, verdicts
from aftersale_svc.settings import Settings
from aftersale_svc.tables.disputes.decided_disputes import OUTCOMES, SIMILAR_DISPUTES


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFile:
    """A dispute with everything about it and its case. `turn_seconds` are whole seconds until `turns_until`."""

    dispute: Dispute
    parts: DisputeParts
    cites: Sequence[Document]
    full: FullCase
    steps: Sequence[TimelineStep]
    evidence: Sequence[CitedEvidence]
    offers: Sequence[Offer]
    decisions: Sequence[Decision]
    turns_until: datetime
    turn_seconds: dict[str, int]
    evidence_kinds: Sequence[str]
    similar: Sequence[SimilarDispute]
    context: CaseContext


async def dispute_file(read: Reader[Settings], dispute_id: str) -> DisputeFile:
    """The file of a dispute. Raises: NotFound."""
    dispute, parts = await queries.dispute(read, dispute_id)
    case_id = dispute.case_id
    full = await queries.case(read, case_id)
    evidence = await queries.evidence_of_case(read, case_id)
    _, until, seconds = await deadlines.turns(read, case_id)
    known = {"category": dispute.category, "reason": full.case.reason, "dispute_id": dispute.id}
    accepted = [each.file for each in evidence if each.file and each.file.state is EvidenceState.ACCEPTED]
    kinds = sorted({file.kind.value for file in accepted})
    steps, _ = await queries.timeline(read, case_id)
    return DisputeFile(
        dispute=dispute,
        parts=parts,
        cites=await verdicts.cites(read, dispute),
        full=full,
        steps=steps,
        evidence=evidence,
        offers=await queries.offers(read, case_id),
        decisions=await queries.decisions(read, case_id),
        turns_until=until,
        turn_seconds=seconds,
        evidence_kinds=kinds,
        similar=most_similar(await read.all(SIMILAR_DISPUTES, **known), kinds, full.case.category),
        context=await case_contexts.context_of(read, full, read.now),
    )


async def verdict_groups(read: Reader[Settings], since: datetime, until: datetime) -> list[Group]:
    """Like disputes that were decided in a period. Raises: PeriodEmpty, PeriodTooLong."""
    check_period(since, until)
    return groups_of(await read.all(OUTCOMES, since=since, until=until))
