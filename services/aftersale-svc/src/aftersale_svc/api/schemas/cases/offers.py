"""What is sent to the routes of offers, and offers as they are shown."""

from typing import Annotated

from aftercare_chassis.http.schemas import Money, Out, Time, example
from pydantic import Field

from aftersale_svc.api.schemas.cases.case_requests import CitingIn, NoteIn, ReturnAddressIn
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.offers.model import Offer, OfferSide, OfferState, OfferTerms


class CounterOfferIn(NoteIn):
    """An offer in answer to another one: a type, an amount, or both."""

    model_config = example(amount={"amount": 6000, "currency": "CNY"}, note="退 60 元可以接受。")

    type: CaseType | None = None
    """As what the case is to go on; the present type where it is left out."""
    amount: Money | None = None
    """All that goes back, freight included; at most what was paid for the units of the case. Where it is left out, and the
    type has a refund, all of that goes back, and the freight follows the rule."""

    def terms(self) -> OfferTerms:
        """The terms as commands take them."""
        if self.amount is None:
            return OfferTerms(self.type)
        return OfferTerms(self.type, self.amount.amount, self.amount.currency)


class AcceptOfferIn(CitingIn):
    """Which offer is accepted."""

    model_config = example(number=2, note="同意。")

    number: Annotated[int, Field(ge=1, le=1000)] | None = None
    """The number of the offer that was read: where another one is open by now, 409 `offer_changed`. May be left out."""


class OfferIn(CounterOfferIn, CitingIn):
    """An offer to the buyer in place of what was asked for: another type, less money, or both."""

    model_config = example(
        type="refund_only", amount={"amount": 3000, "currency": "CNY"}, note="商品可继续使用，补偿 30 元，无需退货。"
    )

    return_address: ReturnAddressIn | None = None
    """Where the goods are to be sent. The seller has to name it where the offered type sends goods back and none is known."""

    def address(self) -> dict[str, str] | None:
        """The address as it is stored."""
        return self.return_address.stored() if self.return_address else None


class OfferOut(Out):
    """An offer about a case."""

    number: int
    """The offers of a case are numbered from 1."""
    by: OfferSide
    """Who made it."""
    type: CaseType
    """As what the case goes on if it is accepted."""
    amount: Money
    """What goes back if it is accepted: all of it where it is less than `requested` of the case, else without the freight.
    Zero where the type has no refund."""
    state: OfferState
    """Whether it waits for an answer (`open`), and how it ended."""
    made_at: Time
    """When it was made."""
    ended_at: Time | None = None
    """When it was answered or lapsed; null while it is open."""

    @classmethod
    def of(cls, offer: Offer) -> "OfferOut":
        return cls(
            number=offer.number,
            by=offer.by,
            type=offer.type,
            amount=Money.of(offer.amount_minor, offer.currency),
            state=offer.state,
            made_at=offer.made_at,
            ended_at=offer.ended_at,
        )


class OffersOut(Out):
    """Every offer about a case."""

    data: list[OfferOut]
    """In the order in which they were made."""
