"""How long `GET /v1/orders/{order_id}/after-sale-options` takes, by the number of lines of the order."""

import time
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from aftercare_events import OrderDelivered, OrderLine, OrderPaid
from load import Client

LOOKS, WARM_UP = 200, 20
LINES = (3, 100)
BUYER = "buyer-options"


@dataclass(frozen=True, slots=True)
class Took:
    """The seconds of each read of an order with so many lines."""

    lines: int
    seconds: list[float]

    def ms(self, percent: int) -> float:
        """A percentile."""
        return 1000 * quantiles(self.seconds, n=100)[percent - 1]


async def options(url: str, harness: Any) -> list[Took]:  # Any: a harness of aftersale-svc
    """Let the service copy delivered orders, and read what may be asked for about each."""
    client = Client(url, harness.token("buyer", BUYER))
    return [await _took(client, harness, lines) for lines in LINES]


async def _took(client: Client, harness: Any, lines: int) -> Took:
    order_id, at = f"ord_options{lines}", harness.clock.now()
    facts = {"affected_party": BUYER, "applicant": BUYER, "handler": "system", "time": at}
    facts |= {"order_id": order_id, "buyer_id": BUYER, "merchant_id": "m-1"}
    line = {"quantity": 3, "unit_price_minor": 9900, "discount_minor": 1000, "paid_minor": 28700}
    paid = OrderPaid(
        **facts,
        result="paid",
        payment_id=f"pay_{order_id}",
        provider="simulator",
        currency="CNY",
        total_minor=28700 * lines,
        shipping_fee_minor=0,
        lines=tuple(OrderLine(line_id=f"{order_id}_{n}", sku=f"KETTLE-{n}", **line) for n in range(lines)),
        paid_at=at,
    )
    await harness.consume(paid)
    await harness.consume(OrderDelivered(**facts, result="delivered", delivered_at=at))
    path = f"/v1/orders/{order_id}/after-sale-options"
    return Took(lines, [await _seconds(client, path) for _ in range(WARM_UP + LOOKS)][WARM_UP:])


async def _seconds(client: Client, path: str) -> float:
    began = time.perf_counter()
    await client.get(path)
    return time.perf_counter() - began
