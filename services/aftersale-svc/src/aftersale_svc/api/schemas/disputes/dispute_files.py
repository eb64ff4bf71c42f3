"""The file of a dispute as arbitrators read it, and how verdicts compare."""

from collections.abc import Sequence
from datetime import datetime

from aftercare_chassis.http.schemas import Money, Out, Time
from aftercare_chassis.lifecycle import Context

from aftersale_svc.api.schemas.cases.case_details import CaseDetailOut
from aftersale_svc.api.schemas.cases.case_evidence import ReuseOut
from aftersale_svc.api.schemas.cases.offers import OfferOut
from aftersale_svc.api.schemas.cases.past_cases import SeenEvidenceOut
from aftersale_svc.api.schemas.cases.timelines import StepOut
from aftersale_svc.api.schemas.deadlines.deadlines import TurnsOut
from aftersale_svc.api.schemas.decisions.decisions import DecisionOut
from aftersale_svc.api.schemas.disputes.hearings import DisputeDetailOut
from aftersale_svc.api.schemas.goods.parcel_anomalies import FiledAnomalyOut
from aftersale_svc.domain.cases.codes import CaseType, Liable, Reason
from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.disputes.consistency import Group, SimilarDispute, drift_of
from aftersale_svc.domain.disputes.model import Remedy
from aftersale_svc.domain.evidence.case_evidence import CitedEvidence
from aftersale_svc.queries.dispute_files import DisputeFile

_SIDES = {"buyer": "buyer", "seller": "merchant", "agent": "platform", "arbitrator": "platform", "admin": "platform"}
MOST_GROUPS = 100


class StatementOut(Out):
    """What somebody wrote, in their own words."""

    step_id: str
    """The step of the timeline with which it was written."""
    at: Time
    """When it was written."""
    side: str
    """Whose side wrote it: `buyer`, `merchant` or `platform`."""
    actor_id: str
    """Who wrote it."""
    action: str
    """What was done with it, as in the timeline."""
    text: str
    """What was written."""

    @classmethod
    def of_all(cls, steps: Sequence[TimelineStep]) -> "list[StatementOut]":
        """What people wrote with these steps, in their order."""
        return [
            cls(
                step_id=each.id,
                at=each.at,
                side=_SIDES[each.actor_role],
                actor_id=each.actor_id,
                action=each.action,
                text=each.note,
            )
            for each in steps
            if each.note and each.actor_role in _SIDES
        ]


class SimilarDisputeOut(Out):
    """A dispute of the same category about a case of the same reason, and its verdict."""

    dispute_id: str
    """The dispute: `GET /v1/disputes/{id}`."""
    case_id: str
    """Its case."""
    decided_at: Time
    """When it was decided."""
    type: CaseType
    """What was asked for."""
    evidence_kinds: list[str]
    """The kinds of files that the case has."""
    same_evidence: bool
    """Whether these are the kinds that the case at hand has."""
    goods_category: str | None = None
    """The category of the goods; null where it is not known, or they have several."""
    liable: Liable
    """Who was found liable."""
    remedy: Remedy
    """What was ordered."""
    amount: Money
    """What was awarded; zero unless the remedy is a refund."""
    share_basis_points: int
    """The awarded part of what was paid for the units, in hundredths of a per cent; more than 10,000 where freight was awarded too."""

    @classmethod
    def of(cls, similar: SimilarDispute, kinds: Sequence[str]) -> "SimilarDisputeOut":
        return cls(
            dispute_id=similar.id,
            case_id=similar.case_id,
            decided_at=similar.decided_at,
            type=similar.type,
            evidence_kinds=similar.evidence_kinds,
            same_evidence=similar.evidence_kinds == list(kinds),
            goods_category=similar.goods_category,
            liable=similar.liable,
            remedy=similar.remedy,
            amount=Money.of(similar.amount_minor, similar.currency),
            share_basis_points=similar.share_basis_points,
        )


class FiledEvidenceOut(SeenEvidenceOut):
    """Evidence of either side, with where else it was used."""

    reused_in: list[ReuseOut]
    """The same file, or a picture that looks like it, of another order, case or account; empty where none is known."""

    @classmethod
    def of(cls, cited: CitedEvidence) -> "FiledEvidenceOut":
        seen = SeenEvidenceOut.of(cited)
        return cls(**dict(seen), reused_in=[ReuseOut.of(each) for each in cited.reuses])


class DisputeFileOut(Out):
    """A dispute and its case in one document."""

    dispute: DisputeDetailOut
    """The dispute, with its requests for evidence and proposals."""
    case: CaseDetailOut
    """The case, its money and all of it in sentences."""
    statements: list[StatementOut]
    """What each side wrote, oldest first."""
    timeline: list[StepOut]
    """Every step of the case and of its disputes, oldest first."""
    evidence: list[FiledEvidenceOut]
    """The evidence of both sides; `GET /v1/evidence/{id}` has the files."""
    parcel_anomalies: list[FiledAnomalyOut]
    """What went wrong with its parcels, with the scans that show it, oldest first."""
    turns: TurnsOut
    """How long it was whose turn."""
    offers: list[OfferOut]
    """Every offer about the case."""
    decisions: list[DecisionOut]
    """Every decision about the case, with the policies and rules that it cites."""
    similar: list[SimilarDisputeOut]
    """At most 20 disputes that were decided, of the same category and reason: first those with the same kinds of evidence, of
    these the ones about goods of the same category, the newest first."""

    @classmethod
    def of(cls, file: DisputeFile, reader: Context) -> "DisputeFileOut":
        return cls(
            dispute=DisputeDetailOut.with_parts(file.dispute, file.parts, file.cites, reader, file.context.zone),
            case=CaseDetailOut.of(file.full, reader.actor, reader.now, context=file.context, timing=reader.timing),
            statements=StatementOut.of_all(file.steps),
            timeline=[StepOut.of(each, file.context.zone) for each in file.steps],
            evidence=[FiledEvidenceOut.of(each) for each in file.evidence],
            parcel_anomalies=[FiledAnomalyOut.of(each, file.context.zone) for each in file.context.anomalies],
            turns=TurnsOut.of(file.full.case, file.turns_until, file.turn_seconds),
            offers=[OfferOut.of(each) for each in file.offers],
            decisions=[DecisionOut.model_validate(each) for each in file.decisions],
            similar=[SimilarDisputeOut.of(each, file.evidence_kinds) for each in file.similar],
        )


class VerdictGroupOut(Out):
    """Like disputes: of the same category, reason, type and kinds of evidence."""

    category: str
    """What the disputes are about, such as `quality`."""
    reason: Reason
    """The reason of the cases."""
    type: CaseType
    """The type of the cases."""
    evidence_kinds: list[str]
    """The kinds of files that the cases have."""
    verdicts: int
    """How many were decided."""
    remedies: dict[str, int]
    """How many had each remedy."""
    drift_basis_points: int
    """The verdicts with another remedy than the most frequent one, in hundredths of a per cent."""
    drift_low_basis_points: int
    """The lower bound of the drift with 95 % confidence (Wilson score interval)."""
    drift_high_basis_points: int
    """The upper bound."""
    is_conclusive: bool
    """Whether the group has enough verdicts, at least 10, for a statement about it."""

    @classmethod
    def of(cls, group: Group) -> "VerdictGroupOut":
        return cls(
            category=group.category,
            reason=group.reason,
            type=group.type,
            evidence_kinds=group.evidence_kinds,
            verdicts=group.verdicts,
            remedies={remedy.value: number for remedy, number in sorted(group.remedies.items())},
            drift_basis_points=group.drift.part,
            drift_low_basis_points=group.drift.low,
            drift_high_basis_points=group.drift.high,
            is_conclusive=group.is_conclusive,
        )


class VerdictDriftOut(Out):
    """How often like disputes got unlike verdicts in a period."""

    since: Time
    """Decided at or after this."""
    until: Time
    """Decided before this."""
    verdicts: int
    """The verdicts of all groups with at least two."""
    drift_basis_points: int
    """Of those, the ones with another remedy than the most frequent one of their group, in hundredths of a per cent."""
    drift_low_basis_points: int
    """The lower bound of the drift with 95 % confidence (Wilson score interval)."""
    drift_high_basis_points: int
    """The upper bound."""
    groups: list[VerdictGroupOut]
    """At most 100 groups with at least two verdicts: first those with enough of them, of these the ones with the largest lower bound."""

    @classmethod
    def of(cls, since: datetime, until: datetime, groups: Sequence[Group]) -> "VerdictDriftOut":
        drift = drift_of(groups)
        return cls(
            since=since,
            until=until,
            verdicts=sum(each.verdicts for each in groups),
            drift_basis_points=drift.part,
            drift_low_basis_points=drift.low,
            drift_high_basis_points=drift.high,
            groups=[VerdictGroupOut.of(each) for each in groups[:MOST_GROUPS]],
        )
