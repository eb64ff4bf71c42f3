"""Paid orders in a running suite, made by order-svc's own commands and published by its relay."""

from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.service import Service
from aftercare_cli.journey import SHIPPING_ADDRESS
from order_svc.commands.orders import orders
from order_svc.commands.payments import payments
from order_svc.domain.model import Address, Amount, LineDraft
from order_svc.integrations.payments.port import Outcome, ProviderResult
from order_svc.main import payment_providers
from order_svc.main import service as order_svc
from order_svc.settings import Settings
from order_svc.tables.orders import LINES_OF_ORDER
from orders import BUYER, CHUNK, MERCHANT, Body, Make

SELLER_ACTOR, BUYER_ACTOR = Actor("seller-bench", "seller", MERCHANT), Actor(BUYER, "buyer")
KETTLES = LineDraft(
    sku="KETTLE-1",
    title="电热水壶",
    category="kitchen",
    quantity=3,
    unit_price=Amount(9900, "CNY"),
    discount=Amount(1000, "CNY"),
)
ADDRESS = Address(order_id="", salt="", postal_code="", **SHIPPING_ADDRESS)
PAID = ProviderResult(outcome=Outcome.SUCCEEDED, reference="bench")


def paid_orders(settings: Settings) -> Make:
    """Makes orders of three kettles, some per transaction; the cases are refunds of one kettle before shipment."""

    async def make(numbers: range) -> list[Body]:
        bodies: list[Body] = []
        service = order_svc(settings)  # a service is opened once
        await service.runtime.open()
        for start in range(numbers.start, numbers.stop, CHUNK):
            bodies += await _pay(service, await _place(service, min(CHUNK, numbers.stop - start)))
        await service.runtime.close()
        return bodies

    return make


async def _place(service: Service[Settings], number: int) -> list[str]:
    """The ids of new orders."""
    fee = Amount(800, "CNY")
    async with service.runtime.transaction(SELLER_ACTOR) as tx:
        placed = [
            await orders.create(tx, buyer_id=BUYER, currency="CNY", drafts=[KETTLES], fee=fee, address=ADDRESS)
            for _ in range(number)
        ]
    return [order.id for order in placed]


async def _pay(service: Service[Settings], order_ids: list[str]) -> list[Body]:
    """Pay the orders; the bodies of cases about them."""
    bodies: list[Body] = []
    providers = payment_providers(service.runtime.settings)
    async with service.runtime.transaction(BUYER_ACTOR) as tx:
        for order_id in order_ids:
            payment = await payments.start(
                tx, order_id, provider="simulator", method="sim_success", providers=providers
            )
            await payments.apply_result(tx, payment.id, result=PAID)
            [line] = await tx.all(LINES_OF_ORDER, order_id=order_id)
            bodies.append(refund_of(order_id, line.id))
    return bodies


def refund_of(order_id: str, line_id: str) -> Body:
    """The body of a refund case about one unit of the line."""
    lines = [{"line_id": line_id, "quantity": 1}]
    return {"order_id": order_id, "type": "refund_only", "reason": "changed_mind", "lines": lines, "evidence": []}
