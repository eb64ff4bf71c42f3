"""Our copies of orders and cases: made of events alone, and the same however often these arrive."""

from typing import Any

from aftercare_events import (
    AfterSaleApproved,
    AfterSaleCompleted,
    AfterSaleFrozen,
    AfterSaleRequested,
    Event,
    OrderCancelled,
    OrderCreated,
    OrderDelivered,
    OrderPaid,
)
from cs_desk import CASE, ORDER, Desk
from cs_svc.commands import claim_notifications, dispute_notifications
from cs_svc.consumers import FACTS, HANDLERS

TABLES = ("known_orders", "known_cases", "known_parcels")


async def copies(desk: Desk) -> list[dict[str, Any]]:
    rows = [await desk.harness.runtime.pool.fetch(f"SELECT * FROM {table} ORDER BY id") for table in TABLES]
    return [dict(row) for found in rows for row in found]


async def test_a_copy_has_the_parties_and_the_newest_state(desk: Desk) -> None:
    await desk.order()
    await desk.consume(OrderPaid, result="paid", provider="simulator", paid_at=desk.harness.clock.now())
    await desk.consume(OrderDelivered, result="delivered", delivered_at=desk.harness.clock.now())
    await desk.case()
    await desk.consume(AfterSaleApproved, state="await_buyer_shipment")
    assert await copies(desk) == [
        {"id": ORDER, "buyer_id": "buyer-1", "merchant_id": "m-1", "state": "delivered"},
        {
            "id": CASE,
            "order_id": ORDER,
            "buyer_id": "buyer-1",
            "merchant_id": "m-1",
            "state": "await_buyer_shipment",
            "ended": False,
        },
    ]


async def test_a_case_opened_again_by_a_dispute_has_not_ended(desk: Desk) -> None:
    await desk.case()
    ended = []
    for event, state in (
        (AfterSaleCompleted, "completed"),
        (AfterSaleFrozen, "disputed"),
        (AfterSaleCompleted, "completed"),
    ):
        await desk.consume(event, state=state)
        ended.append((await copies(desk))[-1]["ended"])
    assert ended == [True, False, True]


async def test_events_that_arrive_twice_leave_the_same_copies(desk: Desk) -> None:
    steps: tuple[tuple[type[Event], dict[str, str]], ...] = (
        (OrderCreated, {"result": "created"}),
        (OrderCancelled, {"result": "cancelled"}),
        (AfterSaleRequested, {}),
        (AfterSaleCompleted, {"state": "completed"}),
    )
    envelopes = [await desk.consume(event, **fields) for event, fields in steps]
    before = await copies(desk)
    await desk.harness.deliver(*envelopes, *envelopes)
    assert await copies(desk) == before
    assert await desk.harness.parked() == []


async def test_the_handlers_of_the_copies_record_nothing(desk: Desk) -> None:
    await desk.order()
    await desk.case()
    assert await desk.harness.envelopes() == []


def test_every_event_of_the_copies_is_consumed() -> None:
    assert set(FACTS) < set(HANDLERS)
    posted = {*dispute_notifications.CODES, *claim_notifications.CODES}
    assert set(HANDLERS) - set(FACTS) == posted
