"""Offers about a case 协商: made, answered, countered."""

from aftercare_chassis.http.routing import ApiRoute, Read, Tx
from fastapi import APIRouter

from aftersale_svc import queries
from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.case_requests import NoteIn
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.cases.offers import AcceptOfferIn, CounterOfferIn, OfferIn, OfferOut, OffersOut
from aftersale_svc.api.steps import step
from aftersale_svc.commands.cases import offers
from aftersale_svc.domain.cases.errors import (
    ReasonNotReached,
    RefundDecided,
    ReturnAddressMissing,
    ReturnAlreadyShipped,
    StageNotReached,
)
from aftersale_svc.domain.cases.final_sales import VirtualGoods
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.money_holds.errors import FastExchangeNotAllowed
from aftersale_svc.domain.cases.offers.errors import (
    AmountExceedsAllowance,
    NoOfferOpen,
    OfferAmountMissing,
    OfferChanged,
    OfferOfAnother,
    OfferUnchanged,
    OfferWithoutRefund,
    TooManyOffers,
    TypeUnsuitable,
)
from aftersale_svc.domain.cases.replacements.errors import ReplacementDecided
from aftersale_svc.domain.currencies import CurrencyForeign
from aftersale_svc.domain.money.errors import NothingLeft, UnitsNotSent
from aftersale_svc.domain.policies.errors import CITATIONS
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
NO_NOTE, ANY_OFFER = NoteIn(), AcceptOfferIn(policy=[])
CHANGE = (TypeUnsuitable, StageNotReached, UnitsNotSent, VirtualGoods, FastExchangeNotAllowed, ReasonNotReached)
TERMS = (
    *CHANGE,
    OfferWithoutRefund,
    OfferAmountMissing,
    CurrencyForeign,
    AmountExceedsAllowance,
    OfferUnchanged,
    TooManyOffers,
)


@router.post(
    "/{case_id}/offer",
    **step(
        CASE.values(),
        CaseAction.OFFER,
        "makeOffer",
        *TERMS,
        RefundDecided,
        ReplacementDecided,
        ReturnAlreadyShipped,
        ReturnAddressMissing,
        *CITATIONS,
    ),
)
async def make_offer(case_id: CaseId, body: OfferIn, tx: Tx[Settings]) -> CaseOut:
    """Offer the buyer something else than what was asked for: as the seller in `pending_review`, as an agent in `manual_review`.

    The buyer answers within `offer_hours`; silence is a refusal, after which the request is reviewed again. More than was
    paid for the units is 422 `amount_exceeds_allowance`, with how much is possible (`most`); a type for which the case has
    no suitable reason is 409 `reason_unsuitable`, with those that suit it (`allowed`).
    """
    made = await offers.make(
        tx,
        case_id,
        terms=body.terms(),
        return_address=body.address(),
        note=body.note,
        policy=body.citations(),
    )
    return CaseOut.seen(made, tx)


@router.post(
    "/{case_id}/accept-offer",
    **step(
        CASE.values(),
        CaseAction.ACCEPT_OFFER,
        "acceptOffer",
        RefundDecided,
        ReplacementDecided,
        NoOfferOpen,
        OfferChanged,
        *CHANGE,
        NothingLeft,
        *CITATIONS,
    ),
)
async def accept_offer(case_id: CaseId, tx: Tx[Settings], body: AcceptOfferIn = ANY_OFFER) -> CaseOut:
    """Accept the open offer as the buyer, or a counter-offer as those who review the case.

    The case goes on as it was offered, without another review. An offer may be withdrawn and another one made: with `number` no other
    one is accepted.
    """
    accepted = await offers.accept(tx, case_id, number=body.number, note=body.note, policy=body.citations())
    return CaseOut.seen(accepted, tx)


@router.post("/{case_id}/decline-offer", **step(CASE.values(), CaseAction.DECLINE_OFFER, "declineOffer"))
async def decline_offer(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Refuse the open offer as the buyer. The request is reviewed again, by those who made the offer."""
    return CaseOut.seen(await offers.decline(tx, case_id, note=body.note), tx)


@router.post("/{case_id}/counter-offer", **step(CASE.values(), CaseAction.COUNTER_OFFER, "makeCounterOffer", *TERMS))
async def make_counter_offer(case_id: CaseId, body: CounterOfferIn, tx: Tx[Settings]) -> CaseOut:
    """Answer the open offer with another one, as the buyer. Those who made it accept that, or decide otherwise.

    If they are silent, the request is approved as it was made.
    """
    return CaseOut.seen(await offers.counter(tx, case_id, terms=body.terms(), note=body.note), tx)


@router.post(
    "/{case_id}/withdraw-offer", **step(CASE.values(), CaseAction.WITHDRAW_OFFER, "withdrawOffer", OfferOfAnother)
)
async def withdraw_offer(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Take an offer back that the buyer has not answered, as those who made it. They review the request again."""
    return CaseOut.seen(await offers.withdraw(tx, case_id, note=body.note), tx)


@router.get("/{case_id}/offers", operation_id="listOffers")
async def list_offers(case_id: CaseId, reader: Read[Settings]) -> OffersOut:
    """List every offer about the case, in the order in which they were made. Their notes are in the timeline."""
    return OffersOut(data=[OfferOut.of(each) for each in await queries.offers(reader, case_id)])
