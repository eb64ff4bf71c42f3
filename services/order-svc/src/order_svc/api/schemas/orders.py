"""Orders as requests and responses."""

from typing import Annotated, Self

from aftercare_chassis.http.schemas import (
    AllowedOut,
    Currency,
    In,
    Money,
    Name,
    OneLine,
    Out,
    PrincipalId,
    Time,
    example,
)
from aftercare_chassis.http.turns import TurnOf
from aftercare_chassis.lifecycle import Actor
from pydantic import Field, StringConstraints

from order_svc.domain import policy
from order_svc.domain.fulfilment import fully_shipped
from order_svc.domain.lifecycle import ORDER
from order_svc.domain.model import Address, AfterSaleState, Amount, CancelCause, LineDraft, OrderLine, OrderState
from order_svc.queries import OrderView

Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 ()\-]{2,38}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
OrderTurn = Annotated[str, TurnOf("OrderTurn", ORDER)]
Units = Annotated[int, Field(ge=1, le=10_000)]
_ADDRESS = {
    "name": "王芳",
    "phone": "13800000000",
    "country": "CN",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "文三路 1 号",
}
_LINE = {
    "sku": "KETTLE-1",
    "title": "电热水壶 1.7L",
    "quantity": 3,
    "unit_price": {"amount": 9900, "currency": "CNY"},
    "discount": {"amount": 1000, "currency": "CNY"},
    "category": "kitchen",
}


class AddressIn(In):
    """A shipping address."""

    name: Name
    phone: Phone
    country: Country = "CN"
    province: OneLine = ""
    city: Name
    district: OneLine = ""
    street: Name
    postal_code: OneLine = ""

    def address(self) -> Address:
        """The address as a row, without its order."""
        return Address(order_id="", salt="", **dict(self))


class OrderLineIn(In):
    """One article. `discount` is the discount for the whole line, not per unit."""

    sku: Name
    title: Name
    quantity: Units
    unit_price: Money
    discount: Money | None = None
    category: Name | None = None

    def draft(self) -> LineDraft:
        """The line as the command takes it."""
        return LineDraft(
            sku=self.sku,
            title=self.title,
            category=self.category,
            quantity=self.quantity,
            unit_price=_amount(self.unit_price),
            discount=_amount(self.discount) if self.discount else None,
        )


class OrderIn(In):
    """An order of one buyer with the merchant that the seller acts for."""

    model_config = example(
        buyer_id="buyer-1",
        currency="CNY",
        lines=[_LINE],
        shipping_fee={"amount": 800, "currency": "CNY"},
        shipping_address=_ADDRESS,
    )

    buyer_id: PrincipalId
    currency: Currency
    lines: Annotated[list[OrderLineIn], Field(min_length=1, max_length=100)]
    shipping_fee: Money | None = None
    shipping_address: AddressIn

    def fee(self) -> Amount | None:
        """The shipping fee as the command takes it."""
        return _amount(self.shipping_fee) if self.shipping_fee else None


class ChangeAddressIn(In):
    """The complete new address."""

    model_config = example(shipping_address=_ADDRESS)

    shipping_address: AddressIn


class AddressOut(Out):
    """The shipping address."""

    name: str
    phone: str
    country: str
    province: str
    city: str
    district: str
    street: str
    postal_code: str


class OrderLineOut(Out):
    """One article; `paid` is the amount for all its units after the discount."""

    id: str
    sku: str
    title: str
    category: str | None
    quantity: int
    unit_price: Money
    discount: Money
    paid: Money
    shipped_quantity: int
    withdrawn_quantity: int = Field(description="Units that were refunded before shipment and are never shipped.")
    held_quantity: int = Field(description="Unshipped units that open cases hold because they may be refunded.")
    after_sale_state: AfterSaleState | None = Field(
        description="Absent or null where no case is or was about this line."
    )

    @classmethod
    def of(cls, line: OrderLine, currency: str) -> Self:
        """The line as a response, in its order's currency."""
        return cls(
            id=line.id,
            sku=line.sku,
            title=line.title,
            category=line.category,
            quantity=line.quantity,
            unit_price=Money.of(line.unit_price_minor, currency),
            discount=Money.of(line.discount_minor, currency),
            paid=Money.of(line.paid_minor, currency),
            shipped_quantity=line.shipped_quantity,
            withdrawn_quantity=line.withdrawn_quantity,
            held_quantity=line.held_quantity,
            after_sale_state=None if line.after_sale_state is AfterSaleState.NONE else line.after_sale_state,
        )


class OrderOut(Out):
    """An order, without its address."""

    id: str
    version: int
    state: OrderState
    after_sale_state: AfterSaleState
    merchant_id: str
    buyer_id: str
    lines: list[OrderLineOut]
    shipping_fee: Money
    total: Money
    payment_id: str | None
    fully_shipped: bool
    whose_turn: Annotated[OrderTurn | None, Field(description="Who has to act next; null in a final state.")]
    deadline_at: Time | None
    deadline_effect: str | None
    allowed_actions: list[AllowedOut]
    created_at: Time
    paid_at: Time | None
    shipped_at: Time | None
    delivered_at: Time | None
    received_at: Time | None
    window_ends_at: Time | None
    completed_at: Time | None
    cancelled_at: Time | None
    cancel_cause: CancelCause | None

    @classmethod
    def of(cls, view: OrderView, actor: Actor) -> Self:
        """The order as a response, with the actions that this reader may take."""
        order, lines = view.order, view.lines
        shown = {name: getattr(order, name) for name in cls.model_fields if hasattr(order, name)}
        return cls(
            **shown,
            **cls.beside(view),
            lines=[OrderLineOut.of(line, order.currency) for line in lines],
            shipping_fee=Money.of(order.shipping_fee_minor, order.currency),
            total=Money.of(order.total_minor, order.currency),
            fully_shipped=fully_shipped(lines),
            whose_turn=policy.whose_turn(order, lines, view.parcels),
            deadline_effect=ORDER.deadline_effect(order),
            allowed_actions=AllowedOut.of(policy.allowed(order, lines, actor)),
        )

    @classmethod
    def beside(cls, view: OrderView) -> dict[str, object]:
        """The fields that a subclass adds."""
        return {}


class OrderDetailOut(OrderOut):
    """An order with its shipping address."""

    shipping_address: AddressOut

    @classmethod
    def beside(cls, view: OrderView) -> dict[str, object]:
        """The shipping address."""
        return {"shipping_address": AddressOut.model_validate(view.address)}


def _amount(money: Money) -> Amount:
    return Amount(money.amount, money.currency)
