"""After-sale cases 售后单: opened, read, followed."""

from collections.abc import Sequence
from typing import Annotated

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.http import sse
from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Currency, Cursor, Id, Limit, Name, PageOut, PrincipalId, Time
from aftercare_chassis.http.sse import EventStream, LastEventId
from aftercare_chassis.refusals import Forbidden
from aftercare_events.waybills import WaybillInput
from fastapi import APIRouter, Query, Request

from aftersale_svc import queries
from aftersale_svc.api.parameters import CaseId, Several, one_or_several
from aftersale_svc.api.schemas.cases.case_details import CaseDetailOut
from aftersale_svc.api.schemas.cases.case_requests import (
    CaseIn,
)
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.cases.past_cases import SeenOut
from aftersale_svc.api.schemas.cases.timelines import StepOut, TimelineOut
from aftersale_svc.api.schemas.disputes.frozen import QueueTurn
from aftersale_svc.commands.cases import cases
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.errors import (
    DescriptionMissing,
    EvidenceRequired,
    LineTwice,
    LineUnknown,
    NoWarranty,
    QuestionOpen,
    ReasonClosed,
    ReasonNotReached,
    StageNotReached,
    UnitsInNoParcel,
    WarrantyPassed,
)
from aftersale_svc.domain.cases.exchanges.errors import WantedNotPossible
from aftersale_svc.domain.cases.final_sales import FinalSale, VirtualGoods
from aftersale_svc.domain.cases.manual_reviews.errors import PartyCannotDecide
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.money_holds.errors import FastExchangeNotAllowed
from aftersale_svc.domain.cases.parcel_errors import ParcelUnclear, ParcelUnused
from aftersale_svc.domain.cases.price_grants.errors import (
    AdjustmentExceedsLeft,
    PriceNotLower,
    PricesMissing,
    PricesUnused,
)
from aftersale_svc.domain.cases.promised_times import NotLateYet
from aftersale_svc.domain.cases.reapplications import ReappliedTooOften
from aftersale_svc.domain.cases.sorting import CaseOrder, CurrencyMissing, OrderUnsuitable, order_of
from aftersale_svc.domain.currencies import PriceCurrencyForeign
from aftersale_svc.domain.deadlines.ledger import MissedBy
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.history.errors import CaseNotOpenThen, HistoryNotKept, SideForeign, TimeInFuture
from aftersale_svc.domain.history.sides import Side
from aftersale_svc.domain.money.errors import (
    QuantityExceedsRemaining,
    UnitsInLiveCase,
    UnitsNotBack,
    UnitsNotSent,
    UnitsShipped,
)
from aftersale_svc.domain.orders.errors import OrderUnknown, OrderWasCancelled, WindowPassed
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.queries import case_contexts, history
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
REFUSED = (
    OrderUnknown,
    OrderWasCancelled,
    WindowPassed,
    WarrantyPassed,
    NoWarranty,
    ReasonClosed,
    FinalSale,
    NotLateYet,
    VirtualGoods,
    QuestionOpen,
    PartyCannotDecide,
    LineUnknown,
    LineTwice,
    QuantityExceedsRemaining,
    UnitsInLiveCase,
    UnitsNotBack,
    UnitsShipped,
    UnitsNotSent,
    UnitsInNoParcel,
    ParcelUnclear,
    ParcelUnused,
    ReappliedTooOften,
    StageNotReached,
    ReasonNotReached,
    EvidenceRequired,
    EvidenceUnusable,
    DescriptionMissing,
    PricesMissing,
    PricesUnused,
    PriceNotLower,
    PriceCurrencyForeign,
    AdjustmentExceedsLeft,
    WantedNotPossible,
    FastExchangeNotAllowed,
)
"""What a request for a case is refused with."""
OPENERS = require_role("buyer", "seller", "agent", "admin")
"""Who opens cases, and sees before what they would give back."""


@router.post(
    "",
    operation_id="createCase",
    status_code=201,
    responses=refusals(*REFUSED),
    dependencies=[OPENERS],
)
async def create_case(body: CaseIn, tx: Tx[Settings]) -> CaseOut:
    """Open a case about units of an order. The seller, an agent or an administrator may do so for the buyer.

    If the order is not known here as paid, the server waits for it up to a second, then it answers 404 `order_unknown`
    with Retry-After. If fewer units remain than are asked for, it answers 422 `quantity_exceeds_remaining`; if some of
    them are in another open case, 409 `units_in_live_case`, which names these `cases`; if some of those that are to be cancelled have left,
    409 `units_shipped`. A type or a reason that does not suit the stage of the goods
    is 409 `stage_unsuitable` or `reason_unsuitable`, with the `allowed` ones; where a later stage permits it, the server
    waits as above, since events of the order may be on their way. `GET /v1/orders/{order_id}/after-sale-options` of this
    service shows what is accepted.
    """
    return CaseOut.seen(await cases.create(tx, body.request()), tx)


@router.get("", operation_id="listCases", responses=refusals(CurrencyMissing, OrderUnsuitable, Forbidden))
async def list_cases(
    reader: Read[Settings],
    state: Annotated[list[CaseState] | None, Several("Only cases in one of these states.")] = None,
    order_id: Annotated[list[Id] | None, Several("Only those about one of these orders.")] = None,
    whose_turn: Annotated[list[QueueTurn] | None, Several("Only cases in which one of these has to act next.")] = None,
    type: Annotated[list[CaseType] | None, Several("Only cases of these types.")] = None,
    reason: Annotated[list[Reason] | None, Several("Only cases with one of these reasons.")] = None,
    stage: Annotated[list[Stage] | None, Several("Only cases about goods at one of these stages.")] = None,
    category: Annotated[
        list[Name] | None,
        Several(
            "Only cases about goods of one of these categories, in the merchant's own codes; a case about goods of several categories has none."
        ),
    ] = None,
    opened_after: Annotated[Time | None, Query(description="Only cases that were opened from this time on.")] = None,
    opened_before: Annotated[Time | None, Query(description="Only cases that were opened before this time.")] = None,
    currency: Annotated[list[Currency] | None, Several("Only cases in one of these currencies.")] = None,
    missed_by: Annotated[
        MissedBy | None, Query(description="Only cases in which this side has missed a deadline.")
    ] = None,
    charge_to_return: Annotated[
        bool | None,
        Query(
            description="Only cases, ended ones as well, in which a payment of the buyer is owed back, or only the others."
        ),
    ] = None,
    return_freight_to_pay: Annotated[
        bool | None,
        Query(
            description="Only cases, ended ones as well, in which the merchant owes the buyer the freight of the return, or only the others."
        ),
    ] = None,
    debt_owed: Annotated[
        bool | None,
        Query(
            description="Only cases, ended ones as well, in which the buyer owes money by a replaced verdict, or only the others."
        ),
    ] = None,
    evidence_reused: Annotated[
        bool | None,
        Query(
            description="Only cases with evidence that was used in another order, case or account, too, or only the others; buyers may not ask for it."
        ),
    ] = None,
    waybill_no: Annotated[
        WaybillInput | None,
        Query(
            description="Only cases with a parcel under this waybill number, whichever courier's: the return, its pickup, the replacement, refused goods or a sample."
        ),
    ] = None,
    buyer_id: Annotated[list[PrincipalId] | None, Several("Only those of these buyers.")] = None,
    merchant_id: Annotated[list[PrincipalId] | None, Several("Only those of these merchants.")] = None,
    agent_id: Annotated[
        list[PrincipalId] | None, Several("Only those that one of these agents has in manual review; for the platform.")
    ] = None,
    due_before: Annotated[
        Time | None, Query(description="Only cases with a deadline before this time, the earliest first.")
    ] = None,
    due_after: Annotated[
        Time | None, Query(description="Only cases with a deadline from this time on, the earliest first.")
    ] = None,
    sort: Annotated[
        CaseOrder,
        Query(
            description="By when they were opened (`newest`, `oldest`), last changed (`updated`), by what is asked for in one `currency` (`amount`), or by `deadline`: the smallest first, with a minus the largest. `deadline` lists only cases that have one. There, a case that a dispute stops has the turn and the deadline of its dispute; what waits for both sides is, for either of them, its own turn."
        ),
    ] = CaseOrder.NEWEST,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[CaseOut]:
    """List the cases that the caller may see, newest first. A filter may be repeated: `state=rejected&state=disputed`."""
    filters: dict[str, object] = {
        "state": one_or_several(state),
        "order_id": one_or_several(order_id),
        "whose_turn": one_or_several(whose_turn),
        "type": one_or_several(type),
        "reason": one_or_several(reason),
        "stage": one_or_several(stage),
        "category": one_or_several(category),
        "opened_after": opened_after,
        "opened_before": opened_before,
        "currency": one_or_several(currency),
        "missed_by": missed_by,
        "charge_to_return": charge_to_return,
        "return_freight_to_pay": return_freight_to_pay,
        "debt_owed": debt_owed,
        "evidence_reused": evidence_reused,
        "waybill_no": waybill_no,
        "buyer_id": one_or_several(buyer_id),
        "merchant_id": one_or_several(merchant_id),
        "agent_id": one_or_several(agent_id),
        "due_before": due_before,
        "due_after": due_after,
    }
    order = order_of(sort, due=due_before is not None or due_after is not None, currencies=currency or ())
    page = await queries.cases(reader, limit, cursor, order=order, **filters)
    return PageOut[CaseOut].of(page, lambda full: CaseOut.seen(full, reader))


@router.get(
    "/{case_id}",
    operation_id="getCase",
    responses=refusals(SideForeign, TimeInFuture, CaseNotOpenThen, HistoryNotKept),
)
async def get_case(
    case_id: CaseId,
    reader: Read[Settings],
    as_of: Annotated[Time | None, Query(description="Show the case as it was at this time.")] = None,
    as_seen_by: Annotated[
        Side | None, Query(description="Show what this side sees; the parties may name their own only.")
    ] = None,
) -> CaseDetailOut:
    """Get a case with its lines, what the caller may do next, and all of it in sentences.

    With `as_of`, everything is what it was at that time, the actions as well; `as_of` in the response has the offers, the
    evidence and the timeline of then.
    """
    if as_of is None and as_seen_by is None:
        full = await queries.case(reader, case_id)
        context = await case_contexts.context_of(reader, full, reader.now)
        return CaseDetailOut.of(full, reader.actor, reader.now, context=context, timing=reader.timing)
    past = await history.past_case(reader, case_id, as_of, as_seen_by)
    context = await case_contexts.context_of(reader, past.full, past.at)
    return CaseDetailOut.of(past.full, past.actor, past.at, SeenOut.of(past, context.zone), context)


@router.get("/{case_id}/timeline", operation_id="getCaseTimeline")
async def get_timeline(case_id: CaseId, reader: Read[Settings]) -> TimelineOut:
    """List every step of the case and of its disputes, oldest first: who did what and when, with the note."""
    steps, zone = await queries.timeline(reader, case_id)
    return TimelineOut(data=[StepOut.of(each, zone) for each in steps])


@router.get(
    "/{case_id}/timeline/live",
    operation_id="followCaseTimeline",
    response_class=EventStream,
)
async def follow_timeline(
    case_id: CaseId, request: Request, reader: Read[Settings], last_event_id: LastEventId = None
) -> EventStream:
    """Stream the timeline: each step once, as a server-sent event whose data is a step."""

    # From the client's last event each time: a step of another host whose clock is behind sorts before the last one sent.
    async def look(reader: Reader[Settings], _: str | None) -> Sequence[sse.Event]:
        steps, zone = await queries.timeline(reader, case_id)
        return sse.after_last_event([(each.id, StepOut.of(each, zone)) for each in steps], last_event_id)

    return await sse.stream(request, reader, look, last_event_id)
