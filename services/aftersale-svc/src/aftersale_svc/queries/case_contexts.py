"""What a case, or a dispute, is explained with besides its own rows."""

from datetime import datetime
from zoneinfo import ZoneInfo

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.records import replace

from aftersale_svc import queries
from aftersale_svc.domain.cases.codes import CloseCause, EvidenceKind
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.guards import FOR_GOOD
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
from aftersale_svc.domain.cases.parcel_anomalies import ParcelAnomaly
from aftersale_svc.domain.cases.policy import dispute_window_end, evidence_kinds
from aftersale_svc.domain.cases.types import ENDED, TYPES
from aftersale_svc.domain.deadlines.timing import calendar_of_merchant
from aftersale_svc.domain.decisions.model import DecisionKind
from aftersale_svc.domain.disputes.model import DisputeState
from aftersale_svc.domain.evidence.case_evidence import hashes
from aftersale_svc.domain.evidence.model import EvidenceReuse
from aftersale_svc.domain.permissions import BUYER, STAFF
from aftersale_svc.domain.wording.context import CaseContext
from aftersale_svc.domain.wording.disputes import appeal, award, left_of_debt, owed
from aftersale_svc.domain.wording.terms import open_proposal, proposed_decision
from aftersale_svc.queries.expected_refunds import expected_refund
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import REAPPLIED_BY, TIMELINE
from aftersale_svc.tables.cases.manual_reviews import PROPOSED_DECISIONS
from aftersale_svc.tables.claims.guarantee_claims import INSURANCE_CLAIMED_THEN
from aftersale_svc.tables.deadlines.deadlines import CLAIMS_OPEN_AT
from aftersale_svc.tables.decisions.decisions import DECISIONS_OF_DISPUTE
from aftersale_svc.tables.disputes.appeals import APPEALS_OF_DISPUTE, ENTRIES_OF_DISPUTE
from aftersale_svc.tables.disputes.dispute_parts import PROPOSALS_OF_DISPUTE
from aftersale_svc.tables.disputes.disputes import DISPUTES
from aftersale_svc.tables.evidence.evidence import CITED_KINDS, FILES_OF_CASE
from aftersale_svc.tables.evidence.evidence_reuse import REUSE_OF_CASE
from aftersale_svc.tables.goods.parcel_anomalies import ANOMALIES_OF_CASE
from aftersale_svc.tables.money.debts import DEBTS_OF_DISPUTE


def zone_of(read: Reader[Settings], merchant_id: str) -> ZoneInfo:
    """The time zone in which people of a shop read times."""
    return calendar_of_merchant(read.timing, merchant_id).zone


async def context_of(read: Reader[Settings], full: FullCase, at: datetime) -> CaseContext:
    """What a case is explained with at this time; the caller has read the case as it was then."""
    case, zone = full.case, zone_of(read, full.case.merchant_id)
    anomalies = await anomalies_of(read, case, at)
    if case.close_cause is CloseCause.REAPPLIED:
        after = await read.one(REAPPLIED_BY, order_id=case.order_id, case_id=case.id)
        reapplied_by = None if after is None else after["id"]
        reuses = await _reuses(read, case, at)
        return CaseContext(zone, reapplied_by=reapplied_by, reuses=reuses, anomalies=anomalies)
    reuses, missing = await _reuses(read, case, at), await _missing(read, case, at)
    context = CaseContext(
        zone,
        reuses=reuses,
        missing=missing,
        expected=await expected_refund(read, full, at),
        disputable_until=_disputable_until(read, full, at),
        anomalies=anomalies,
        claims=tuple(await read.all(CLAIMS_OPEN_AT, case_id=case.id, at=at)) if case.state in ENDED else (),
        claimable_minor=await _claimable(read, full, at),
    )
    context = await _of_proposal(read, case, context)
    if case.dispute_id is None:
        return context
    if full.stop is not None:
        proposals = await read.all(PROPOSALS_OF_DISPUTE, dispute_id=case.dispute_id)
        open_then = next((each for each in proposals if each.is_open_at(at)), None)
        context = replace(context, settlement=open_proposal(open_then, zone))
    return await _of_verdict(read, full, case.dispute_id, at, context)


async def anomalies_of(read: Reader[Settings], case: Case, at: datetime) -> tuple[ParcelAnomaly, ...]:
    """What had gone wrong with the parcels of a case by this time, as it was then."""
    found = await read.all(ANOMALIES_OF_CASE, order_id=case.order_id, case_id=case.id, at=at)
    return tuple(
        replace(each, ended_at=None, ended_as=None, resolution=None)
        if each.ended_at is not None and each.ended_at > at
        else each
        for each in found
    )


def _disputable_until(read: Reader[Settings], full: FullCase, at: datetime) -> datetime | None:
    """Until when a complaint about the closed case may stop it; None where none can, and where that time has passed."""
    case = full.case
    can_be_stopped = (CaseState.CLOSED, CaseAction.FREEZE) in CASE[case.type].transitions
    if (
        case.state is not CaseState.CLOSED
        or not can_be_stopped
        or case.close_cause in FOR_GOOD
        or full.disputes_left == 0
    ):
        return None
    until = dispute_window_end(case, read.settings.dispute_window_hours)
    return until if until > at else None


async def _claimable(read: Reader[Settings], full: FullCase, at: datetime) -> int:
    """What the buyer may claim of the insured freight of the return, which the merchant has received; 0 where it was claimed by this time."""
    freight = full.return_freight
    insured = 0 if freight is None else freight.coverable_minor
    if not insured or full.return_.delivered_at is None:
        return 0
    return 0 if await read.one(INSURANCE_CLAIMED_THEN, case_id=full.case.id, at=at) else insured


async def _missing(read: Reader[Settings], case: Case, at: datetime) -> tuple[EvidenceKind, ...]:
    """The kinds of files of which an open case needs one, where it cites none that was accepted by this time."""
    kinds = () if case.state in ENDED else evidence_kinds(TYPES[case.type], case.reason)
    if not kinds or not case.evidence:
        return kinds
    known = await read.all(CITED_KINDS, order_id=case.order_id, cited=case.evidence, at=at)
    return () if {each["kind"] for each in known} & set(kinds) else kinds


async def _reuses(read: Reader[Settings], case: Case, at: datetime) -> tuple[EvidenceReuse, ...] | None:
    """Where else evidence of the case was used, as far as it was known at this time."""
    if read.actor.role in BUYER.roles:
        return None
    noted = await read.one(REUSE_OF_CASE, case_id=case.id)
    if noted is None or noted["found_at"] > at:
        return None
    about = {"order_id": case.order_id, "case_id": case.id, "cited": hashes(await read.all(TIMELINE, case_id=case.id))}
    found = await queries.reuses(read, await read.all(FILES_OF_CASE["agent"], **about), about)
    # A file of another order is found by its match and by its hash.
    return tuple({each.other_id: each for each in reversed(found) if each.found_at <= at}.values())


async def _of_proposal(read: Reader[Settings], case: Case, context: CaseContext) -> CaseContext:
    """With what an agent has proposed and another one has to confirm, where the platform reads."""
    if case.proposal_id is None or read.actor.role not in STAFF:
        return context
    found = await read.get(PROPOSED_DECISIONS, case.proposal_id)
    return replace(context, proposed=proposed_decision(found.action, found.amount_minor, found.currency))


async def _of_verdict(
    read: Reader[Settings], full: FullCase, dispute_id: str, at: datetime, context: CaseContext
) -> CaseContext:
    dispute = await read.find(DISPUTES, dispute_id)
    if dispute is None or dispute.appeal_until is None:
        return context
    found = await read.all(DECISIONS_OF_DISPUTE, case_id=full.case.id, dispute_id=dispute_id)
    verdicts = [each for each in found if each.kind is DecisionKind.VERDICT and each.decided_at <= at]
    if not verdicts:
        return context
    stop = full.stop
    is_open = stop is not None and stop.state == DisputeState.APPEAL_WINDOW
    until = stop.deadline_at if stop is not None and is_open else dispute.appeal_until
    appeals = await read.all(APPEALS_OF_DISPUTE, dispute_id=dispute_id)
    entries = await read.all(ENTRIES_OF_DISPUTE, dispute_id=dispute_id) if appeals else []
    debts = await read.all(DEBTS_OF_DISPUTE, dispute_id=dispute_id) if entries else []
    return replace(
        context,
        appeal=appeal(dispute, until, appeals, at, context.zone),
        award=award(verdicts[-1], stop, context.zone),
        owed=owed(entries, debts, at),
        debt_minor=left_of_debt(entries, debts, at),
    )
