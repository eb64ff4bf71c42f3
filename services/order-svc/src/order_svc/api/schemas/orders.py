"""Orders as requests and responses."""

from typing import Annotated, Self

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    Code,
    CreatedAt,
    Currency,
    DeadlineAt,
    Id,
    In,
    Money,
    Out,
    PrincipalId,
    Time,
    Version,
    example,
)
from aftercare_chassis.http.turns import effects_of
from aftercare_chassis.lifecycle import Actor
from pydantic import Field

from order_svc.api.schemas.addresses import EXAMPLE_ADDRESS, AddressIn, AddressOut
from order_svc.api.schemas.instalments import MOST_INSTALMENTS, InstalmentIn, NextDueOut, PaymentPlanOut
from order_svc.api.schemas.order_lines import (
    EXAMPLE_LINE,
    DiscountIn,
    DiscountOut,
    OrderLineIn,
    OrderLineOut,
    amount_of,
    discounts_out,
)
from order_svc.api.schemas.order_parts import OrderInterceptOut, OrderTurn, RefundOwedOut
from order_svc.api.schemas.order_times import OrderTimesUsedOut
from order_svc.api.schemas.packing import PackageOut
from order_svc.api.schemas.stages import LabelOut, OrderActionOut, stage_label
from order_svc.domain import explanations, order_discounts, policy
from order_svc.domain.fulfilment import fully_shipped
from order_svc.domain.lifecycle import ORDER
from order_svc.domain.model import (
    Address,
    AfterSaleState,
    Amount,
    CancelCause,
    LineDraft,
    Order,
    OrderState,
    ReviewState,
)
from order_svc.domain.payments.plans import PlanDraft
from order_svc.domain.stages import OrderStage, stage_of
from order_svc.queries.orders import OrderView


class OrderIn(In):
    """An order of one buyer with the merchant that the seller acts for."""

    model_config = example(
        buyer_id="buyer-1",
        currency="CNY",
        lines=[EXAMPLE_LINE],
        shipping_fee={"amount": 800, "currency": "CNY"},
        shipping_address=EXAMPLE_ADDRESS,
    )

    buyer_id: PrincipalId
    currency: Currency
    """ISO 4217 code; every amount of the order is in it."""
    lines: Annotated[list[OrderLineIn], Field(min_length=1, max_length=100)]
    """One entry per article."""
    discounts: Annotated[list[DiscountIn] | None, Field(max_length=20)] = None
    """Those of the whole order: points, coupons, promotions. Each is shared among the lines by what they cost, beside the `discount` that a line
    states itself; a gift has no share. May be left out."""
    shipping_fee: Money | None = None
    """What the buyer pays for the shipment, after its discounts; zero where it is left out."""
    shipping_tax: Money | None = None
    """The tax in `shipping_fee`; may be left out."""
    shipping_discounts: Annotated[list[DiscountIn] | None, Field(max_length=20)] = None
    """What was taken off the price of the shipment, which gives `shipping_fee`, and who paid for it. May be left out."""
    shipping_address: AddressIn | None = None
    """Where the goods go; can be changed for what is neither packed nor shipped. Virtual goods alone need none."""
    buyer_level: Code | None = None
    """The level of the buyer at the merchant, such as `gold`; deadlines of cases may depend on it. May be left out."""
    payment_minutes: Annotated[int, Field(ge=1, le=60 * 24 * 365)] | None = None
    """The time to pay, in place of the installation's own; within its limit."""
    order_no: Id | None = None
    """The shop's own number of the order, which no other order of the merchant has. May be left out."""

    payment_plan: Annotated[list[InstalmentIn] | None, Field(min_length=1, max_length=MOST_INSTALMENTS)] = None
    """How the order is paid in parts, such as a deposit 定金 and a balance 尾款: they add up to its total. Where it is left out, the buyer
    pays all of it, at once or in any parts, within the usual time."""
    deposit_refundable: bool = True
    """Whether the buyer gets the deposit back who does not pay the balance in time, or cancels before. It goes back in any case where the
    seller cancels."""

    def plan(self) -> PlanDraft | None:
        """The payment plan as the command takes it."""
        if self.payment_plan is None:
            return None
        return PlanDraft([each.draft() for each in self.payment_plan], self.deposit_refundable)

    def drafts(self) -> list[LineDraft]:
        """The lines as the command takes them, with their shares of `discounts`. Raises: see `order_discounts.shared`."""
        drafts = [line.draft() for line in self.lines]
        return order_discounts.shared(drafts, [each.draft() for each in self.discounts or ()], self.currency)

    def address(self) -> Address | None:
        """The shipping address as the command takes it."""
        return None if self.shipping_address is None else self.shipping_address.address()

    def fee(self) -> Amount | None:
        """The shipping fee as the command takes it."""
        return amount_of(self.shipping_fee) if self.shipping_fee else None


class OrderOut(Out):
    """An order, without its address."""

    id: str
    """Identifies the order: `ord_…`."""
    version: Version
    state: OrderState
    """How far the purchase is; `completed` and `cancelled` are its ends."""
    after_sale_state: AfterSaleState
    """Whether cases or disputes are open about any line, beside `state`."""
    stage: OrderStage | None = None
    """Both states as one of the seven stages of an order: a dispute or an open case comes first; a delivered or received order is
    in the stage `shipped` until it is completed. `cancelled` is an order that left them before the end."""
    stage_name: LabelOut | None = None
    """What the stage is called."""
    merchant_id: str
    """Who sells."""
    buyer_id: str
    """Who buys: the id at the identity provider."""
    buyer_level: str | None = None
    """The level of the buyer at the merchant; null where none was given."""
    order_no: str | None = None
    """The shop's own number of the order; null where it has none."""
    lines: list[OrderLineOut]
    """One entry per article."""
    discounts: list[DiscountOut] | None = None
    """Those of the whole order; each line has its share of them. Null where it has none."""
    shipping_fee: Money
    """What the buyer pays for the shipment."""
    shipping_tax: Money | None = None
    """The tax in `shipping_fee`; null where the merchant did not state it."""
    shipping_discounts: list[DiscountOut] | None = None
    """What was taken off before `shipping_fee`, and who paid for it; null where the merchant did not state it."""
    payment_minutes: int | None = None
    """The time to pay that was set for this order; null where it is the installation's own."""
    times: OrderTimesUsedOut | None = None
    """The times that its merchant, or the platform, had set when it was placed; null where all of them are the installation's own."""
    total: Money
    """What the buyer pays: the sum of `paid` of the lines, and `shipping_fee`."""
    paid: Money | None = None
    """What its payments have brought so far; refunds are not deducted."""
    left_to_pay: Money | None = None
    """What is left to pay; zero once the order is paid or cancelled."""
    next_due: NextDueOut | None = None
    """What is due next, and until when; null once the order is paid or cancelled."""
    payment_plan: PaymentPlanOut | None = None
    """The parts in which it is paid; null where the merchant gave no plan."""
    payment_id: str | None
    """The payment that has completed it; null while the order is not paid in full."""
    fully_shipped: bool
    """Whether no unit is left to ship: each is in a parcel or was refunded before."""
    whose_turn: OrderTurn | None
    """Who has to act next; null in a final state."""
    deadline_at: DeadlineAt
    deadline_effect: Annotated[str | None, effects_of(ORDER)]
    allowed_actions: AllowedActions
    created_at: CreatedAt
    paid_at: Time | None
    """When the payment succeeded; null before."""
    ship_by_at: Time | None = None
    """Until when the merchant has to ship what comes next; null where nothing is left to ship, and once it was missed."""
    shipment_overdue_at: Time | None = None
    """The last time to ship that was missed; null where none was."""
    deliver_by_at: Time | None = None
    """Until when the next of the parcels on their way is expected to arrive; null before the shipment. Once that had passed, when the agents
    are reminded again."""
    delivery_overdue_at: Time | None = None
    """Since when a parcel on its way is overdue, so that it is an agent's turn to find out what has become of it; null where none is."""
    virtual_delivered_at: Time | None = None
    """When virtual goods were last delivered; null where none were."""
    shipped_at: Time | None
    """When the first parcel was registered; null before."""
    delivered_at: Time | None
    """When the last parcel arrived, or the buyer confirmed it earlier; null before."""
    packed_at: Time | None = None
    """When the merchant packed the goods; null where they were not packed, or were unpacked."""
    packages: list[PackageOut] | None = None
    """What is to leave in the packages that have not left; null where nothing was packed. Units that a case has cancelled (`withdrawn_quantity`)
    are to be taken out, of the last packages first: those that are not packed count first."""
    received_at: Time | None
    """When the buyer confirmed the receipt, or it counted as confirmed after the deadline; null before."""
    window_ends_at: Time | None
    """Until when cases may be opened about the received goods: counted from the personal signature, `received_at` at the earliest; null before that."""
    completed_at: Time | None
    """When the after-sale window was over, or all goods that had arrived were refunded, and no case was open; null before."""
    review: ReviewState | None = None
    """The review that a restriction asks for: while it is `pending` the order cannot be paid; null where there is none."""
    review_reason: str | None = None
    """The reason of the restriction, in the code of aftersale-svc; null where there is none."""
    restriction_id: str | None = None
    """The restriction because of which the order is reviewed; null where there is none."""
    receipt_from_at: Time | None = None
    """Since when the time to confirm the receipt runs: the buyer has everything in person, or a station or locker has kept it for long
    enough; null before `delivered_at`."""
    receipt_extended_days: int | None = None
    """By how many days the time to confirm was extended; null where it was not."""
    receipt_extensions_left: int | None = None
    """How often the time to confirm may be extended still; null before `delivered_at`."""
    cancelled_at: Time | None
    """Null where the order is not cancelled."""
    cancel_cause: CancelCause | None
    """Who or what cancelled the order; null where it is not cancelled."""

    @classmethod
    def of(cls, view: OrderView, actor: Actor) -> Self:
        """The order as a response, with the actions that this reader may take."""
        order, lines = view.order, view.lines
        computed = {"shipping_discounts", "payment_plan", "packages", "times"}
        shown = {name: getattr(order, name) for name in cls.model_fields.keys() - computed if hasattr(order, name)}
        tax = order.shipping_tax_minor
        stage = stage_of(order.state, order.after_sale_state)
        return cls(
            **shown,
            **cls.beside(view, actor),
            stage=stage,
            stage_name=stage_label(stage),
            packages=PackageOut.of_any(order.packages),
            times=OrderTimesUsedOut.of_order(order),
            **_paying(order),
            discounts=discounts_out(order_discounts.of_order(lines) or None, order.currency),
            lines=[OrderLineOut.of(line, order.currency, view.refunded.get(line.id, 0)) for line in lines],
            shipping_fee=Money.of(order.shipping_fee_minor, order.currency),
            shipping_tax=None if tax is None else Money.of(tax, order.currency),
            shipping_discounts=discounts_out(order.shipping_discounts, order.currency),
            total=Money.of(order.total_minor, order.currency),
            fully_shipped=fully_shipped(lines),
            whose_turn=policy.whose_turn(order, view.facts),
            deadline_effect=ORDER.deadline_effect(order),
        )

    @classmethod
    def beside(cls, view: OrderView, actor: Actor) -> dict[str, object]:
        """The fields that a subclass has in another way."""
        return {"allowed_actions": AllowedOut.of(policy.allowed(view.order, view.facts, actor))}


def _paying(order: Order) -> dict[str, object]:
    left = order.total_minor - order.taken_minor if order.awaits_payment else 0
    return {
        "paid": Money.of(order.taken_minor, order.currency),
        "left_to_pay": Money.of(left, order.currency),
        "next_due": NextDueOut.of(order) if order.awaits_payment else None,
        "payment_plan": PaymentPlanOut.of(order),
    }


class OrderDetailOut(OrderOut):
    """An order with its shipping address, and with the reason of each action that is not open to the caller."""

    refund_owed: RefundOwedOut | None = None
    """What the buyer of an order that was cancelled, in whole or in part, is owed still; null where it is nothing."""

    intercepts: list[OrderInterceptOut] | None = None
    """What the couriers of a shipped order are asked to do with its parcels, such as to bring them back because it is cancelled; null where
    nothing was asked, and in other states."""
    shipping_address: AddressOut
    """Where the goods go; its fields are empty where the order has virtual goods alone, and no address was given."""
    allowed_actions: Annotated[  # type: ignore[assignment]  # rows of a subclass: they are never changed
        list[OrderActionOut],
        Field(description="What may be done with it, each with whether the caller may do so now, and if not, why."),
    ]

    @classmethod
    def beside(cls, view: OrderView, actor: Actor) -> dict[str, object]:
        """The shipping address, and the actions with their explanations."""
        owed = Money.of(view.owed_minor, view.order.currency)
        explained = explanations.explain(view.order, view.facts, actor)
        return {
            "shipping_address": AddressOut.of_any(view.address),
            "intercepts": OrderInterceptOut.of_any(view.facts.intercepts),
            "refund_owed": RefundOwedOut(amount=owed, whose_turn="merchant") if view.owed_minor else None,
            "allowed_actions": [OrderActionOut.explained(each) for each in explained],
        }
