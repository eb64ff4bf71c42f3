"""Orders that a shop had before, as a file states them."""

from typing import Annotated

from aftercare_chassis.http.schemas import Id, In, Money, Time
from aftercare_events.waybills import CarrierInput, WaybillInput
from pydantic import Field

from order_svc.api.schemas.order_lines import OrderLineIn, Units, amount_of
from order_svc.api.schemas.orders import OrderIn
from order_svc.domain.imports.model import PastOrder, PastParcel
from order_svc.domain.imports.refunds import PastLineRefund, PastRefund, past_refund
from order_svc.domain.model import CancelCause, OrderState


class PastLineIn(In):
    """Units of one line of the order in a parcel."""

    line: Annotated[int, Field(ge=1, le=100)]
    """The place of the line in the order, from 1."""
    quantity: Units
    """How many of its units are in the parcel."""


class PastParcelIn(In):
    """A parcel that was shipped."""

    carrier: CarrierInput
    waybill_no: WaybillInput
    shipped_at: Time
    """When it was handed to the courier."""
    lines: Annotated[list[PastLineIn], Field(min_length=1, max_length=100)] | None = None
    """The content, without virtual goods; everything else in the order where it is left out."""

    def parcel(self) -> PastParcel:
        """The parcel as the command takes it."""
        content = None if self.lines is None else [(each.line - 1, each.quantity) for each in self.lines]
        return PastParcel(carrier=self.carrier, waybill_no=self.waybill_no, shipped_at=self.shipped_at, content=content)


class PastRefundIn(In):
    """What was refunded of a line."""

    quantity: Annotated[int, Field(ge=0, le=10_000)] = 0
    """For how many of its units; 0 where it was money alone. Units in no parcel were cancelled, others had come to the buyer."""
    amount: Money
    """How much of what was paid for the line."""

    def refund(self) -> PastLineRefund:
        """The refund as the command takes it."""
        return PastLineRefund(self.quantity, amount_of(self.amount))


class PastOrderLineIn(OrderLineIn):
    """One article of an order that was placed before."""

    refunded: PastRefundIn | None = None
    """What was refunded of it; null for nothing."""


class PastOrderIn(OrderIn):
    """An order in its present state, with the times at which it came there."""

    lines: Annotated[list[PastOrderLineIn], Field(min_length=1, max_length=100)]  # type: ignore[assignment]  # never changed
    """One entry per article."""
    order_no: Id
    """The shop's own number: an order that is here under it is not imported again."""
    state: OrderState
    """`paid`, `shipped`, `delivered`, `received`, `completed` or `cancelled` (never paid)."""
    created_at: Time
    """When it was placed."""
    paid_at: Time | None = None
    """When it was paid in full; needed unless it is cancelled."""
    payment_reference: Id | None = None
    """The number of the payment at the provider that has the money; it is not called."""
    parcels: Annotated[list[PastParcelIn], Field(max_length=50)] = Field(default_factory=list)
    """What was shipped; needed from `shipped` on, but for an order of virtual goods alone, which has none."""
    virtual_delivered_at: Time | None = None
    """When the virtual goods of the order were all delivered; needed from `delivered` on where it has any."""
    delivered_at: Time | None = None
    """When everything had arrived; needed from `delivered` on."""
    received_at: Time | None = None
    """When the buyer confirmed the receipt, or it counted as confirmed; needed from `received` on."""
    completed_at: Time | None = None
    """When it was completed; needed for `completed`."""
    cancelled_at: Time | None = None
    """When it was cancelled; needed for `cancelled`."""
    cancel_cause: CancelCause | None = None
    """Who or what cancelled it; the seller where it is left out. Not `refunded`: it was never paid."""
    refunded_at: Time | None = None
    """When something was refunded, the last time; needed where anything of a line or of the shipping fee was."""
    shipping_refunded: Money | None = None
    """What was refunded of the shipping fee; null for nothing."""
    refund_reference: Id | None = None
    """The number of the refund at the provider that has made it."""

    def refund(self) -> PastRefund | None:
        """What was refunded as the command takes it. Raises: FieldMissing, FieldUnsuitable."""
        shipping = amount_of(self.shipping_refunded) if self.shipping_refunded else None
        refunded = [each.refunded.refund() if each.refunded else None for each in self.lines]
        return past_refund(self.state, self.refunded_at, refunded, shipping, self.refund_reference)

    def order(self) -> PastOrder:
        """The order as the command takes it. Raises: see `refund` and `order_discounts.shared`."""
        return PastOrder(
            order_no=self.order_no,
            buyer_id=self.buyer_id,
            currency=self.currency,
            drafts=self.drafts(),
            fee=self.fee(),
            address=self.address(),
            state=self.state,
            created_at=self.created_at,
            parcels=[each.parcel() for each in self.parcels],
            buyer_level=self.buyer_level,
            shipping_tax=amount_of(self.shipping_tax) if self.shipping_tax else None,
            shipping_discounts=None
            if self.shipping_discounts is None
            else [each.draft() for each in self.shipping_discounts],
            paid_at=self.paid_at,
            payment_reference=self.payment_reference,
            virtual_delivered_at=self.virtual_delivered_at,
            delivered_at=self.delivered_at,
            received_at=self.received_at,
            completed_at=self.completed_at,
            cancelled_at=self.cancelled_at,
            cancel_cause=self.cancel_cause,
            refund=self.refund(),
        )
