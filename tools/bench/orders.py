"""Delivered orders for new cases, consumed as events of order-svc shortly before they are needed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import baseline
from aftercare_chassis.service import Service
from aftercare_events import OrderDelivered, OrderLine, OrderPaid

BUYER, MERCHANT = "buyer-bench", "m-bench"
CHUNK = 100
BASELINE_ORDERS = "INSERT INTO baseline_orders SELECT 'ord_bench' || lpad(n::text, 7, '0'), 1, 3 FROM generate_series($1::int, $2::int) n"


class Orders:
    """Orders in the databases of the service and of the baseline; each is used once."""

    def __init__(self, service: Service[Any], baseline_database: str) -> None:
        self._service, self._baseline = service, baseline_database
        self._created = self._used = 0

    def take(self, most: int) -> int:
        """The number of the first of `most` unused orders, which are created where they are missing."""
        first, missing = self._used, self._used + most - self._created
        if missing > 0:
            asyncio.run(self._create(range(self._created, self._created + missing)))
            self._created += missing
        return first

    def used(self, upto: int) -> None:
        """Mark all orders below this number as used."""
        self._used = upto

    async def prepare(self) -> None:
        """Create the tables of the baseline."""
        connection = await asyncpg.connect(self._baseline)
        await connection.execute(baseline.SCHEMA)
        await connection.close()

    async def _create(self, numbers: range) -> None:
        at = datetime.now(UTC) - timedelta(days=1)
        connection = await asyncpg.connect(self._baseline)
        await connection.execute(BASELINE_ORDERS, numbers.start, numbers.stop - 1)
        await connection.close()
        runtime = self._service.runtime
        await runtime.open()
        for start in range(numbers.start, numbers.stop, CHUNK):
            async with runtime.transaction() as tx:
                for number in range(start, min(start + CHUNK, numbers.stop)):
                    await self._service.handlers[OrderPaid](tx, paid(number, at))
                    await self._service.handlers[OrderDelivered](tx, delivered(number, at))
        await runtime.close()


def paid(number: int, at: datetime) -> OrderPaid:
    """An order of three kettles for 287.00, with a shipping fee of 8.00."""
    line = OrderLine(
        line_id=f"line_{_id(number)}",
        sku="KETTLE-1",
        quantity=3,
        unit_price_minor=9900,
        discount_minor=1000,
        paid_minor=28700,
    )
    return OrderPaid(
        **_facts(number, at, "paid"),
        payment_id=f"pay_bench{number:07d}",
        provider="simulator",
        currency="CNY",
        total_minor=29500,
        shipping_fee_minor=800,
        lines=(line,),
        paid_at=at,
    )


def case_of(number: int) -> dict[str, Any]:
    """The body that case.lua sends for this order."""
    return {
        "order_id": _id(number),
        "type": "return_refund",
        "reason": "quality_defect",
        "description": "漏水",
        "lines": [{"line_id": f"line_{_id(number)}", "quantity": 2}],
        "evidence": [],
    }


def delivered(number: int, at: datetime) -> OrderDelivered:
    return OrderDelivered(**_facts(number, at, "delivered"), delivered_at=at)


def _id(number: int) -> str:
    return f"ord_bench{number:07d}"


def _facts(number: int, at: datetime, result: str) -> dict[str, Any]:
    fields = {"affected_party": BUYER, "applicant": BUYER, "handler": "system", "time": at, "result": result}
    return {**fields, "order_id": _id(number), "buyer_id": BUYER, "merchant_id": MERCHANT}
