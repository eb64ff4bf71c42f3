"""SELECTs that answer; they never lock and never write."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import Forbidden, NotFound

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import may_open_again
from aftersale_svc.domain.cases.manual_reviews.proposals import steps_for
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.offers.model import Offer
from aftersale_svc.domain.cases.outbound_parcels import carrying
from aftersale_svc.domain.cases.requests import Request
from aftersale_svc.domain.cases.sorting import CaseOrder
from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.cases.terms import terms_now
from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.decisions.model import Decision
from aftersale_svc.domain.decisions.proposed import decisions_for
from aftersale_svc.domain.disputes.lifecycle import PLATFORM_TURN
from aftersale_svc.domain.disputes.model import GOES_ON, Dispute
from aftersale_svc.domain.disputes.parts import DisputeParts, PaymentTurn, money_by_case
from aftersale_svc.domain.evidence.case_evidence import CitedEvidence, case_evidence, hashes, seen_reuses
from aftersale_svc.domain.evidence.model import EvidenceFile, EvidenceReuse
from aftersale_svc.domain.money.allocation import instead_of_refusing
from aftersale_svc.domain.money.holds import balances
from aftersale_svc.domain.money.preview import Preview
from aftersale_svc.domain.money.preview import preview as previewed
from aftersale_svc.domain.options import OrderOptions, options_of
from aftersale_svc.domain.orders.errors import OrderUnknown
from aftersale_svc.domain.permissions import BUYER, MERCHANT, STAFF
from aftersale_svc.domain.work_lists import Selection, WorkList, lists_of, selection
from aftersale_svc.queries.case_contexts import zone_of
from aftersale_svc.queries.claims import in_order, steps_beside_case
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASE_LISTS, CASES, OPENED_CASES, STEPS_OF_DISPUTE, TIMELINE
from aftersale_svc.tables.cases.legs import full_cases
from aftersale_svc.tables.cases.manual_reviews import REVIEWS_OF_AGENT, UNASSIGNED_REVIEWS
from aftersale_svc.tables.cases.offers import OFFERS_OF_CASE
from aftersale_svc.tables.cases.work_lists import (
    CASE_QUEUES,
    CASES_MISSED,
    CASES_OWED,
    CASES_STOPPED,
    STAFF_QUEUE,
)
from aftersale_svc.tables.claims.claim_kinds import CLAIM_KINDS
from aftersale_svc.tables.decisions.decisions import DECISIONS, DECISIONS_OF_CASE
from aftersale_svc.tables.disputes.dispute_parts import DISPUTE_PARTS
from aftersale_svc.tables.disputes.disputes import DISPUTE_LIST, DISPUTE_QUEUE, DISPUTES, DISPUTES_BY_DEADLINE, STOPS
from aftersale_svc.tables.disputes.lab_tests import TESTS_OF_DISPUTE
from aftersale_svc.tables.disputes.withdrawn_disputes import with_disputes_left
from aftersale_svc.tables.evidence.evidence import FILE, FILES_OF_CASE
from aftersale_svc.tables.evidence.evidence_reuse import ELSEWHERE, REUSES_OF
from aftersale_svc.tables.goods.parcel_anomalies import OPEN_ANOMALIES
from aftersale_svc.tables.goods.sent_parcels import PARCELS_OF_ORDER
from aftersale_svc.tables.money.given_back import GIVEN_BACK
from aftersale_svc.tables.money.holders import with_holders
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER, REJECTIONS
from aftersale_svc.tables.orders import ORDER

MOST_COUNTED = 1000


async def case(read: Reader[Settings], case_id: str) -> FullCase:
    """The case, where this actor may see it. Raises: NotFound."""
    [found] = await _full(read, [await read.get(CASES, case_id)])
    return found


async def cases(
    read: Reader[Settings],
    limit: int,
    cursor: str | None,
    *,
    order: CaseOrder,
    **filters: object,
) -> Page[FullCase]:
    """A page of the cases that this actor may see; by deadline, of those that have one.

    Raises:
        Forbidden: somebody who does not act for the platform filters by the agent, or a buyer by what was found of evidence.
    """
    if filters.get("agent_id") and read.actor.role not in STAFF:
        raise Forbidden(allowed_roles=sorted(STAFF))
    if filters.get("evidence_reused") is not None and read.actor.role in BUYER.roles:
        raise Forbidden(allowed_roles=sorted({*STAFF, *MERCHANT.roles}))
    queue = CASE_QUEUES.get(read.actor.role, STAFF_QUEUE)
    opened = filters.get("opened_after") is not None or filters.get("opened_before") is not None
    lists = {**CASE_LISTS, **queue.pages, **(OPENED_CASES if opened else {})}
    listing = lists[order]
    page = await read.page(listing, limit=limit, cursor=cursor, **filters)
    return Page(await _full(read, [_itself(each) for each in page.data]), page.has_more, page.next_cursor)


def _itself(case: Case) -> Case:
    """The case without the turn and the deadline of the dispute that stops it, which a queue has in place of its own."""
    return replace(case, whose_turn=PLATFORM_TURN, deadline_at=None) if case.state is CaseState.DISPUTED else case


async def work_lists(read: Reader[Settings]) -> dict[WorkList, int]:
    """How many cases or claims each list has for this actor; one more than MOST_COUNTED where there are more than that."""
    return {each: await _count(read, selection(each, read.actor, read.now)) for each in lists_of(read.actor.role)}


async def _count(read: Reader[Settings], of: Selection) -> int:
    queue = CASE_QUEUES.get(read.actor.role, STAFF_QUEUE)
    if of.claims is not None:
        waiting = next(kind.waiting for kind in CLAIM_KINDS if kind.type.document is of.claims)
        return len(await read.all(waiting, whose_turn=of.whose_turn, most=MOST_COUNTED + 1))
    if of.missed_by is not None:
        return len(await read.all(CASES_MISSED, missed_by=of.missed_by, most=MOST_COUNTED + 1))
    if of.owed is not None:
        return len(await read.all(CASES_OWED[of.owed], most=MOST_COUNTED + 1))
    if of.state is not None:
        return len(await read.all(CASES_STOPPED, whose_turn=PLATFORM_TURN, most=MOST_COUNTED + 1))
    turn = {"whose_turn": of.whose_turn, "most": MOST_COUNTED + 1}
    if of.agent_id is not None:
        return len(await read.all(REVIEWS_OF_AGENT, agent_id=of.agent_id, most=MOST_COUNTED + 1))
    if of.unassigned:
        return len(await read.all(UNASSIGNED_REVIEWS, **turn))
    if of.due_before is None:
        return len(await read.all(queue.of_turn, **turn))
    return len(await read.all(queue.due, **turn, due_before=of.due_before))


async def _full(read: Reader[Settings], found: Sequence[Case]) -> list[FullCase]:
    full = await _with_rejections(read, await full_cases(read, found))
    full = await with_disputes_left(read, full, read.now)
    full = await with_holders(read, full, lambda each: may_open_again(each, read.actor))
    stopped = [each.id for each in found if each.state is CaseState.DISPUTED]
    if not stopped:
        return full
    stops = {each.case_id: each for each in await read.all(STOPS, case_ids=stopped)}
    return [replace(each, stop=stops.get(each.case.id)) for each in full]


async def _with_rejections(read: Reader[Settings], full: list[FullCase]) -> list[FullCase]:
    """The cases, those that are rejected with how often that has happened, which bars a request for their units."""
    rejected = [each.case.id for each in full if each.case.state is CaseState.REJECTED]
    if not rejected:
        return full
    times = {each["case_id"]: each["times"] for each in await read.all(REJECTIONS, case_ids=rejected)}
    return [replace(each, rejected_times=times.get(each.case.id)) for each in full]


async def timeline(read: Reader[Settings], case_id: str) -> tuple[list[TimelineStep], ZoneInfo]:
    """Every step of the case, of its disputes and of the claims beside it, oldest first, and the time zone of the shop. Raises: NotFound."""
    case = await read.get(CASES, case_id)
    steps = steps_for(read.actor.role, await read.all(TIMELINE, case_id=case_id))
    steps = in_order(steps, await steps_beside_case(read, case_id))
    return steps, zone_of(read, case.merchant_id)


async def offers(read: Reader[Settings], case_id: str) -> list[Offer]:
    """Every offer about the case, in their order. Raises: NotFound."""
    await read.get(CASES, case_id)
    return await read.all(OFFERS_OF_CASE, case_id=case_id)


async def dispute(read: Reader[Settings], dispute_id: str) -> tuple[Dispute, DisputeParts]:
    """The dispute and what belongs to it, where this actor may see it. Raises: NotFound."""
    found = await read.get(DISPUTES, dispute_id)
    [parts] = await read.all(DISPUTE_PARTS, dispute_id=dispute_id)
    if found.lab_tests:
        parts = replace(parts, tests=await read.all(TESTS_OF_DISPUTE, dispute_id=dispute_id))
    if found.remedy in GOES_ON and not found.is_appealed:
        full = await case(read, found.case_id)
        by_case = money_by_case(full) if full.case.dispute_id == found.id else None
        parts = replace(parts, by_case=by_case)
    if found.is_being_paid:
        paying = await read.get(CASES, found.case_id)
        parts = replace(parts, payment=PaymentTurn(paying.whose_turn, paying.deadline_at))
    return found, replace(parts, steps=await read.all(STEPS_OF_DISPUTE, case_id=found.case_id, dispute_id=dispute_id))


async def dispute_queue(read: Reader[Settings], limit: int, cursor: str | None, **filters: object) -> Page[Dispute]:
    """A page of the disputes that wait for the platform, the earliest deadline first."""
    return await read.page(DISPUTE_QUEUE, limit=limit, cursor=cursor, whose_turn=PLATFORM_TURN, **filters)


async def disputes(
    read: Reader[Settings],
    limit: int,
    cursor: str | None,
    *,
    by_deadline: bool = False,
    **filters: str | list[str] | None,
) -> Page[Dispute]:
    """A page of the disputes that this actor may see: newest first, or those with a deadline, the earliest first."""
    listing = DISPUTES_BY_DEADLINE if by_deadline else DISPUTE_LIST
    return await read.page(listing, limit=limit, cursor=cursor, **filters)


async def preview(read: Reader[Settings], request: Request) -> Preview:
    """What a case would give back, were it opened now.

    Raises:
        OrderUnknown: the order is not known here as paid, or this actor may not see it.
        Refusal: whatever else `commands.cases.create` refuses the request with.
    """
    order = await read.one(ORDER, order_id=request.order_id)
    if order is None:
        raise OrderUnknown(order_id=request.order_id, awaits=request.order_id)
    holds = await read.all(HOLDS_OF_ORDER, order_id=order.id)
    stated = any(hold.tax_minor or hold.discounts for hold in holds)
    given = await read.all(GIVEN_BACK, order_id=order.id, case_id="") if stated else []
    found = previewed(order, request, holds, read, given)
    if TYPES[request.type].by_outbound:
        parcels = await read.all(PARCELS_OF_ORDER, order_id=order.id)
        otherwise = instead_of_refusing(balances(holds), request.lines)
        carrying(order.id, parcels, request.lines, request.parcel_id, otherwise=otherwise)
    return found


async def after_sale_options(read: Reader[Settings], order_id: str) -> OrderOptions:
    """What may be asked for now about each line of an order.

    Raises:
        OrderUnknown: the order is not known here as paid, or this actor may not see it.
    """
    order = await read.one(ORDER, order_id=order_id)
    if order is None:
        raise OrderUnknown(order_id=order_id)
    held = balances(await read.all(HOLDS_OF_ORDER, order_id=order_id))
    parcels = await read.all(PARCELS_OF_ORDER, order_id=order_id)
    anomalies = [(each["parcel_id"], each["kind"]) for each in await read.all(OPEN_ANOMALIES, order_id=order_id)]
    return options_of(order, held, terms_now(order, read), parcels, anomalies)


async def evidence_file(read: Reader[Settings], evidence_id: str) -> EvidenceFile:
    """The evidence file, where this actor may see it. Raises: NotFound."""
    query = FILE.get(read.actor.role)
    if query is None or (found := await read.one(query, evidence_id=evidence_id)) is None:
        raise NotFound(what="evidence_files")
    return found


async def evidence_of_case(read: Reader[Settings], case_id: str) -> list[CitedEvidence]:
    """What a case has for evidence, and where else it was used, as far as this actor may see either. Raises: NotFound."""
    case = await read.get(CASES, case_id)
    steps = await read.all(TIMELINE, case_id=case_id)
    about = {"order_id": case.order_id, "case_id": case_id, "cited": hashes(steps)}
    files = await read.all(FILES_OF_CASE[read.actor.role], **about)
    return case_evidence(steps, files, seen_reuses(await reuses(read, files, about), case, read.actor))


async def reuses(
    read: Reader[Settings], files: Sequence[EvidenceFile], about: Mapping[str, object]
) -> list[EvidenceReuse]:
    """Where else these files of a case, or the hashes that it cites, were used."""
    of_files = await read.all(REUSES_OF, file_ids=[each.id for each in files])
    return [*of_files, *await read.all(ELSEWHERE, cited=about["cited"], order_id=about["order_id"])]


async def decisions(read: Reader[Settings], case_id: str) -> list[Decision]:
    """Every decision about the case, oldest first. Raises: NotFound."""
    await read.get(CASES, case_id)
    return decisions_for(read.actor.role, await read.all(DECISIONS_OF_CASE, case_id=case_id))


async def decision(read: Reader[Settings], decision_id: str) -> Decision:
    """The decision, where this actor may see its case. Raises: NotFound."""
    found = await read.get(DECISIONS, decision_id)
    if not decisions_for(read.actor.role, [found]):
        raise NotFound()
    return found
