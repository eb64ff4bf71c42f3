"""Receipt, completion, and the after-sale state that cases and disputes give to orders and lines."""

from aftercare_events import (
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleReopened,
    AfterSaleResumed,
    CaseLine,
    DisputeExecuted,
    DisputeOpened,
    DisputeWithdrawn,
    OrderAfterSaleChanged,
    OrderCompleted,
    OrderDelivered,
    OrderReceiptConfirmed,
    ParcelRegistered,
    RefundSucceeded,
    ReturnShipped,
    ShippedLine,
)

STATES = ("delivered", "received")
TIMES = ("delivered_at", "received_at", "window_ends_at")
DISPUTE = {"dispute_id": "disp_1", "complaint_id": "cmp_1"}


async def state(shop, order):
    shown = await shop.order(order["id"])
    return shown["after_sale_state"], shown["lines"][0]["after_sale_state"]


def finished(shop, order):
    line = CaseLine(line_id=order["lines"][0]["id"], sku="KETTLE-1", quantity=1, amount_minor=9566)
    return shop.case(AfterSaleCompleted, order, refunded_minor=9566, currency="CNY", lines=(line,))


async def test_the_buyer_confirms_and_the_window_completes_the_order(shop):
    order = await shop.delivered()
    assert order["deadline_effect"] == "received_by_timeout"
    path = f"/v1/orders/{order['id']}/confirm-receipt"
    shop.problem(await shop.seller.post(path), 403, "not_allowed_for_role")
    received = (await shop.buyer.post(path)).json()
    assert (received["state"], received["deadline_effect"]) == ("received", "completed_by_timeout")
    assert received["whose_turn"] == "system"
    assert received["deadline_at"] == received["window_ends_at"]
    shop.problem(await shop.buyer.post(path), 409, "already_received")
    cancelling = await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    shop.problem(cancelling, 409, "already_shipped")
    shop.h.clock.advance(hours=167)
    await shop.h.run_due()
    assert (await shop.order(order["id"]))["state"] == "received"
    shop.h.clock.advance(hours=2)
    await shop.h.run_due()
    order = await shop.order(order["id"])
    assert (order["state"], order.get("deadline_at"), order["whose_turn"]) == ("completed", None, None)
    assert [e.cause for e in await shop.events(OrderReceiptConfirmed)] == ["buyer"]
    assert len(await shop.events(OrderCompleted)) == 1


async def test_timers_receive_and_complete_an_order_that_nobody_confirms(shop):
    order = await shop.delivered()
    shop.h.clock.advance(hours=241)
    await shop.h.run_due()
    assert [(e.cause, e.handler) for e in await shop.events(OrderReceiptConfirmed)] == [("timeout", "system")]
    shop.h.clock.advance(hours=169)
    await shop.h.run_due()
    assert (await shop.order(order["id"]))["state"] == "completed"


async def test_received_orders_are_listed_by_their_state(shop):
    order = await shop.delivered()
    await shop.buyer.post(f"/v1/orders/{order['id']}/confirm-receipt")
    listed = [(await shop.buyer.get("/v1/orders", params={"state": state})).json()["data"] for state in STATES]
    assert [[each["id"] for each in page] for page in listed] == [[], [order["id"]]]


async def test_an_order_that_a_build_before_the_state_received_is_completed_at_the_end_of_its_window(shop):
    order = await shop.delivered()
    received = (await shop.buyer.post(f"/v1/orders/{order['id']}/confirm-receipt")).json()
    await shop.h.runtime.pool.execute("UPDATE orders SET state = 'delivered'")
    shop.h.clock.advance(hours=169)
    await shop.h.run_due()
    # What is still due after its timer is looked at again after five seconds.
    shop.h.clock.advance(seconds=5)
    await shop.h.run_due()
    completed = await shop.order(order["id"])
    assert completed["state"] == "completed"
    assert [completed[name] for name in TIMES] == [received[name] for name in TIMES]


async def test_receipt_can_be_confirmed_before_the_courier_reports_the_delivery(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 2)
    path = f"/v1/orders/{order['id']}/confirm-receipt"
    shop.problem(await shop.buyer.post(path), 409, "not_fully_shipped")
    await shop.ship(order, 1, "73002")
    assert (await shop.buyer.post(path)).json()["state"] == "received"
    assert len(await shop.events(OrderDelivered)) == len(await shop.events(OrderReceiptConfirmed)) == 1
    versions = [e.sequence for e in await shop.h.envelopes() if e.subject == order["id"]]
    assert versions == list(range(1, len(versions) + 1))


async def test_an_open_case_gives_its_line_a_state_until_it_ends_without_effect(shop):
    order = await shop.delivered()
    assert await state(shop, order) == ("none", None)
    await shop.open_case(order, 1)
    assert await state(shop, order) == ("in_after_sale", "in_after_sale")
    await shop.h.consume(shop.case(AfterSaleCancelled, order))
    assert await state(shop, order) == ("none", None)
    assert [e.after_sale_state for e in await shop.events(OrderAfterSaleChanged)] == ["in_after_sale", "none"]


async def test_a_finished_case_stays_on_the_line_until_the_next_one(shop):
    order = await shop.delivered()
    await shop.open_case(order, 1)
    await shop.h.consume(finished(shop, order))
    assert await state(shop, order) == ("after_sale_done", "after_sale_done")
    await shop.open_case(order, 1, case_id="case_2")
    assert await state(shop, order) == ("in_after_sale", "in_after_sale")
    await shop.h.consume(shop.case(AfterSaleClosed, order, "case_2", cause="buyer_late"))
    assert await state(shop, order) == ("after_sale_done", "after_sale_done")


async def test_a_dispute_shows_until_it_is_executed_or_withdrawn(shop):
    order = await shop.delivered()
    await shop.open_case(order, 1)
    await shop.h.consume(shop.case(DisputeOpened, order, category="x", **DISPUTE))
    assert await state(shop, order) == ("in_dispute", "in_dispute")
    await shop.h.consume(shop.case(DisputeWithdrawn, order, **DISPUTE))
    assert await state(shop, order) == ("in_after_sale", "in_after_sale")
    second = DISPUTE | {"dispute_id": "disp_2"}
    await shop.h.consume(shop.case(DisputeOpened, order, category="x", **second))
    await shop.h.consume(shop.case(DisputeExecuted, order, refunded_minor=0, currency="CNY", **second))
    assert await state(shop, order) == ("in_after_sale", "in_after_sale")
    await shop.h.consume(finished(shop, order))
    assert await state(shop, order) == ("after_sale_done", "after_sale_done")
    await shop.h.consume(shop.case(DisputeWithdrawn, order, **DISPUTE))
    assert await state(shop, order) == ("after_sale_done", "after_sale_done")


async def test_a_verdict_that_lets_the_case_go_on_ends_nothing(shop):
    """Otherwise the paid order could be cancelled, and refunded, under an open case."""
    order, _ = await shop.paid()
    await shop.open_case(order, 1)
    await shop.h.consume(shop.case(DisputeOpened, order, category="x", **DISPUTE))
    await shop.h.consume(shop.case(AfterSaleResumed, order, dispute_id="disp_1", state="pending_review"))
    await shop.h.consume(shop.case(DisputeExecuted, order, refunded_minor=0, currency="CNY", **DISPUTE))
    assert await state(shop, order) == ("in_after_sale", "in_after_sale")
    shop.problem(await shop.buyer.post(f"/v1/orders/{order['id']}/cancel"), 409, "after_sale_open")


async def test_a_case_that_is_opened_again_keeps_the_order_from_its_end(shop):
    order = await shop.delivered()
    await shop.open_case(order, 1)
    await shop.h.consume(shop.case(AfterSaleClosed, order, cause="closed_by_agent"))
    assert await state(shop, order) != ("in_after_sale", "in_after_sale")
    await shop.h.consume(shop.case(AfterSaleReopened, order, cause="return_arrived_late"))
    assert await state(shop, order) == ("in_after_sale", "in_after_sale")


async def test_the_end_of_the_case_may_arrive_before_its_dispute(shop):
    order = await shop.delivered()
    await shop.open_case(order, 1)
    await shop.h.consume(finished(shop, order))
    await shop.h.consume(shop.case(DisputeOpened, order, category="x", **DISPUTE))
    await shop.h.consume(shop.case(DisputeExecuted, order, refunded_minor=1, currency="CNY", **DISPUTE))
    assert await state(shop, order) == ("after_sale_done", "after_sale_done")


async def test_nothing_is_completed_while_a_case_is_open(shop):
    order = await shop.delivered()
    await shop.buyer.post(f"/v1/orders/{order['id']}/confirm-receipt")
    await shop.open_case(order, 1)
    assert (await shop.order(order["id"])).get("deadline_at") is None
    shop.h.clock.advance(hours=400)
    await shop.h.run_due()
    assert (await shop.order(order["id"]))["state"] == "received"
    await shop.h.consume(finished(shop, order))
    await shop.h.run_due()
    assert (await shop.order(order["id"]))["state"] == "completed"


async def test_automatic_receipt_waits_for_an_open_case(shop):
    order = await shop.delivered()
    await shop.open_case(order, 1)
    shop.h.clock.advance(hours=400)
    await shop.h.run_due()
    assert await shop.events(OrderReceiptConfirmed) == []
    await shop.h.consume(shop.case(AfterSaleClosed, order, cause="buyer_late"))
    await shop.h.run_due()
    assert [e.cause for e in await shop.events(OrderReceiptConfirmed)] == ["timeout"]


async def test_a_paid_order_with_an_open_case_cannot_be_cancelled(shop):
    order, _ = await shop.paid()
    await shop.open_case(order, 1)
    refused = await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    shop.problem(refused, 409, "after_sale_open")


async def test_a_case_about_a_completed_order_still_shows(shop):
    order = await shop.delivered()
    await shop.buyer.post(f"/v1/orders/{order['id']}/confirm-receipt")
    shop.h.clock.advance(hours=169)
    await shop.h.run_due()
    await shop.open_case(order, 1)
    shown = await shop.order(order["id"])
    assert (shown["state"], shown["after_sale_state"], shown.get("deadline_at")) == ("completed", "in_after_sale", None)
    await shop.h.consume(finished(shop, order))
    assert (await state(shop, order))[0] == "after_sale_done"


async def test_goods_of_a_completed_order_come_back_and_are_paid_for(shop):
    """A recall, a warranty, or the outcome of another case: the order stays completed."""
    order = await shop.delivered()
    await shop.buyer.post(f"/v1/orders/{order['id']}/confirm-receipt")
    shop.h.clock.advance(hours=169)
    await shop.h.run_due()
    await shop.open_case(order, 3, case_type="return_refund")
    lines = (ShippedLine(line_id=order["lines"][0]["id"], quantity=3),)
    parcel = {"case_type": "return_refund", "carrier": "sf", "waybill_no": "SF001", "lines": lines}
    await shop.h.consume(shop.case(ReturnShipped, order, **parcel))
    assert [each.leg for each in await shop.events(ParcelRegistered)][-1] == "return"
    await shop.ask_refund(order, order["total"]["amount"])
    await shop.settle()
    assert len(await shop.events(RefundSucceeded)) == 1
    await shop.h.consume(finished(shop, order))
    shown = await shop.order(order["id"])
    assert (shown["state"], shown["after_sale_state"]) == ("completed", "after_sale_done")
    assert await shop.h.parked() == []


async def test_every_event_has_the_trace_fields_and_aggregates_have_no_gaps(shop):
    order = await shop.delivered()
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 100)
    await shop.settle()
    by_subject: dict[str, list[int]] = {}
    for envelope in await shop.h.envelopes():
        by_subject.setdefault(envelope.subject, []).append(envelope.sequence)
        event = envelope.event()
        assert event is not None
        assert all((event.affected_party, event.applicant, event.handler, event.matter, event.result))
        assert event.order_id == order["id"]
        assert event.time == envelope.time
    assert len(by_subject) == 3
    for sequences in by_subject.values():
        assert sequences == list(range(1, len(sequences) + 1))


async def test_a_parked_dispute_is_handled_once_its_case_has_arrived(shop):
    order = await shop.delivered()
    await shop.h.consume(shop.case(DisputeOpened, order, **DISPUTE, category="other"), may_wait=False)
    parked = "DisputeOpened.v1: it builds on an event of case_1 that has not been handled"
    assert await shop.h.parked() == [parked]
    await shop.h.run_workers("parked-redrive")
    assert await shop.h.parked() == [parked]
    await shop.open_case(order, 1)
    await shop.h.run_workers("parked-redrive")
    assert await shop.h.parked() == []
    assert await state(shop, order) == ("in_dispute", "in_dispute")
