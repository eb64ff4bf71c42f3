"""Orders for new cases, and the bodies of these cases in a file; the orders are made shortly before they are needed."""

import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
import baseline
from aftercare_chassis.service import Service
from aftercare_events import OrderDelivered, OrderLine, OrderPaid

BUYER, MERCHANT = "buyer-bench", "m-bench"
CHUNK = 100
BASELINE_ORDERS = "INSERT INTO baseline_orders SELECT id, 1, 3 FROM unnest($1::text[]) AS id"

# JSON bodies, as the API takes them.
Body = dict[str, Any]
Make = Callable[[range], Awaitable[list[Body]]]
"""Makes orders with these numbers; the bodies of cases about them."""


class Orders:
    """Orders in the databases of the services and of the baseline; each is used once."""

    def __init__(self, make: Make, baseline_database: str, bodies: Path) -> None:
        self._make, self._baseline, self.bodies = make, baseline_database, bodies
        self._created = self._used = 0

    async def take(self, most: int) -> int:
        """The number of the first of `most` unused orders, which are created where they are missing."""
        first, missing = self._used, self._used + most - self._created
        if missing > 0:
            await self._create(range(self._created, self._created + missing))
            self._created += missing
        return first

    def used(self, upto: int) -> None:
        """Mark all orders below this number as used."""
        self._used = upto

    def read(self, first: int) -> Iterator[bytes]:
        """The bodies from this number on."""
        with self.bodies.open("rb") as lines:
            yield from islice(lines, first, None)

    async def _create(self, numbers: range) -> None:
        made = await self._make(numbers)
        await self._insert([body["order_id"] for body in made])
        with self.bodies.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(body, ensure_ascii=False) + "\n" for body in made)

    async def _insert(self, order_ids: list[str]) -> None:
        connection = await asyncpg.connect(self._baseline)
        await connection.execute(BASELINE_ORDERS, order_ids)
        await connection.close()


async def create_tables(baseline_database: str) -> None:
    """Create the tables of the baseline."""
    connection = await asyncpg.connect(baseline_database)
    await connection.execute(baseline.SCHEMA)
    await connection.close()


def consumed_orders(service: Service[Any]) -> Make:
    """Delivered orders, consumed by aftersale-svc as events of order-svc."""

    async def make(numbers: range) -> list[Body]:
        at, runtime = datetime.now(UTC) - timedelta(days=1), service.runtime
        await runtime.open()
        for start in range(numbers.start, numbers.stop, CHUNK):
            async with runtime.transaction() as tx:
                for number in range(start, min(start + CHUNK, numbers.stop)):
                    await service.handlers[OrderPaid](tx, paid(number, at))
                    await service.handlers[OrderDelivered](tx, delivered(number, at))
        await runtime.close()
        return [case_of(number) for number in numbers]

    return make


async def unknown_orders(numbers: range) -> list[Body]:
    """Orders that only the baseline has."""
    return [case_of(number) for number in numbers]


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


def case_of(number: int) -> Body:
    """The body of a case about two of the order's units."""
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
