"""The order is locked first, and once, by every command that applies what a provider reports."""

from collections import Counter
from typing import Any

import pytest
from aftercare_chassis.database.transaction import Transaction
from aftercare_events import AfterSaleClosed, OrderCancelled
from order_svc.domain.model import Order
from order_svc.tables.orders import ORDERS
from order_svc.tables.payments import PAYMENTS


@pytest.fixture
def locked(monkeypatch) -> Counter[str]:
    """How often a row of each table was locked."""
    found: Counter[str] = Counter()
    lock, lock_all = Transaction.lock, Transaction.lock_all

    async def count(tx: Any, rows: Any, *key: object) -> Any:
        found[rows.name] += 1
        return await lock(tx, rows, *key)

    async def count_all(tx: Any, query: Any, **params: Any) -> Any:
        rows = await lock_all(tx, query, **params)
        found[ORDERS.name] += sum(isinstance(each, Order) for each in rows)
        return rows

    monkeypatch.setattr(Transaction, "lock", count)
    monkeypatch.setattr(Transaction, "lock_all", count_all)
    return found


async def callback(shop, kind: str, subject: dict[str, str], amount: int) -> None:
    data = {**subject, "reference": "sim-1", "amount": amount, "currency": "CNY"}
    assert (await shop.callback(kind, data, message_id=f"msg_{kind}")).status_code == 200


async def test_a_payment_and_a_refund_that_succeed_lock_their_order_once(shop, locked):
    order = await shop.place()
    payment = await shop.start_payment(order["id"])
    locked.clear()
    await callback(shop, "payment.succeeded", {"payment_id": payment["id"]}, 29500)
    assert (locked[ORDERS.name], locked[PAYMENTS.name]) == (1, 1)
    order = await shop.order(order["id"])
    assert order["state"] == "paid"
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 9566)
    locked.clear()
    await callback(shop, "refund.succeeded", {"refund_id": "refund_1"}, 9566)
    assert (locked[ORDERS.name], locked[PAYMENTS.name]) == (1, 1)
    assert (await shop.payment(payment["id"]))["refunds"][0]["state"] == "succeeded"


async def test_a_refund_of_nothing_for_a_case_that_had_ended_locks_the_order_once(shop, locked):
    free = {"sku": "GIFT", "title": "赠品", "quantity": 1, "unit_price": {"amount": 0, "currency": "CNY"}}
    order = await shop.place(lines=[free], shipping_fee={"amount": 0, "currency": "CNY"})
    await shop.start_payment(order["id"])
    order = await shop.order(order["id"])
    await shop.open_case(order, 1)
    await shop.h.consume(shop.case(AfterSaleClosed, order, cause="rejected"))
    locked.clear()
    await shop.ask_refund(order, 0)
    assert locked[ORDERS.name] == 1
    assert (await shop.order(order["id"]))["state"] == "cancelled"
    assert [event.cause for event in await shop.events(OrderCancelled)] == ["refunded"]
