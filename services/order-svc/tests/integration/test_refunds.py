"""Refunds: never more than was paid, each always under the same key, unknown until the provider reports a result."""

import asyncio

import httpx
from aftercare_events import (
    OrderCancelled,
    OrderShipped,
    RefundFailed,
    RefundRequested,
    RefundSubmitted,
    RefundSucceeded,
    RefundUnknown,
)
from aftercare_simulators.payment.methods import Method
from order_svc.domain.tracking import ParcelStatus


async def test_a_case_s_refund_goes_through_the_provider_once(shop):
    order, payment = await shop.paid()
    await shop.open_case(order, 2, case_type="return_refund")
    await shop.ask_refund(order, 19133)
    await shop.ask_refund(order, 19133)
    await shop.settle()
    shown = await shop.payment(payment["id"])
    assert [(r["id"], r["state"], r["case_id"]) for r in shown["refunds"]] == [("refund_1", "succeeded", "case_1")]
    assert shown["refunded"]["amount"] == 19133
    assert len(await shop.events(RefundSubmitted)) == 1
    (done,) = await shop.events(RefundSucceeded)
    assert (done.refund_id, done.amount_minor, done.refunded_minor, done.result) == (
        "refund_1",
        19133,
        19133,
        "succeeded",
    )
    await shop.ask_refund(order, 9567, refund_id="refund_2")
    await shop.settle()
    assert (await shop.payment(payment["id"]))["refunded"]["amount"] == 28700
    assert shop.paid_back(payment) == 28700


async def test_events_of_a_refund_name_the_event_that_requested_it(shop):
    order, _ = await shop.paid()
    await shop.open_case(order, 2, case_type="return_refund")
    asked = await shop.ask_refund(order, 19133)
    await shop.settle()
    other, _ = await shop.paid()
    await shop.seller.post(f"/v1/orders/{other['id']}/cancel")
    await shop.settle()
    events = await shop.h.envelopes()
    (cancelled,) = [each for each in events if each.type == "OrderCancelled.v1"]
    causes = [(each.type, each.causation_id, each.correlation_id) for each in events if each.type.startswith("Refund")]
    assert causes == [
        (event, str(cause.id), cause.correlation_id)
        for cause in (asked, cancelled)
        for event in ("RefundSubmitted.v1", "RefundSucceeded.v1")
    ]


async def test_a_refund_of_more_than_was_paid_fails(shop):
    order, payment = await shop.paid()
    await shop.ask_refund(order, 29501)
    await shop.ask_refund(order, 29500, refund_id="refund_2", currency="USD")
    await shop.ask_refund(order, 20000, refund_id="refund_3")
    await shop.ask_refund(order, 9501, refund_id="refund_4")
    failed = await shop.events(RefundFailed)
    assert [(f.refund_id, f.failure_code) for f in failed] == [
        ("refund_1", "exceeds_payment"),
        ("refund_2", "currency_mismatch"),
        ("refund_4", "exceeds_payment"),
    ]
    await shop.settle()
    assert (await shop.payment(payment["id"]))["refunded"]["amount"] == 20000
    assert await shop.h.parked() == []


async def test_concurrent_refunds_never_exceed_the_payment(shop):
    order, payment = await shop.paid()
    runtime = shop.h.runtime

    async def ask(number):
        from order_svc.commands.payments import refund_requests

        event = shop.case(
            RefundRequested,
            order,
            f"case_{number}",
            refund_id=f"refund_{number}",
            payment_id=payment["id"],
            amount_minor=10000,
            currency="CNY",
            cause="approval",
        )
        async with runtime.transaction() as tx:
            await refund_requests.accept(tx, event)

    await asyncio.gather(*(ask(number) for number in range(8)))
    await asyncio.gather(*(shop.settle() for _ in range(3)))
    await shop.settle()
    shown = await shop.payment(payment["id"])
    assert shown["refunded"]["amount"] == 20000
    assert sorted(r["state"] for r in shown["refunds"]) == ["failed"] * 6 + ["succeeded"] * 2
    assert [e.refunded_minor for e in await shop.events(RefundSucceeded)] == [10000, 20000]
    assert len(await shop.events(RefundSubmitted)) == 2, "the provider must not even be asked for the others"


async def test_a_declined_refund_releases_its_money(shop):
    order, payment = await shop.paid("sim_refund_declined")
    await shop.ask_refund(order, 29500)
    await shop.settle()
    (failed,) = await shop.events(RefundFailed)
    assert (failed.failure_code, failed.already_shipped) == ("refund_declined", False)
    shown = await shop.payment(payment["id"])
    assert (shown["refunds"][0]["state"], shown["refunded"]["amount"]) == ("failed", 0)
    await shop.ask_refund(order, 29500, refund_id="refund_2")
    assert (await shop.payment(payment["id"]))["refunds"][1]["state"] == "created"


async def test_a_refund_without_a_response_is_unknown_until_the_provider_is_queried(shop):
    order, payment = await shop.paid("sim_refund_lost_answer")
    await shop.ask_refund(order, 29500)
    await shop.settle()
    assert (await shop.payment(payment["id"]))["refunds"][0]["state"] == "unknown"
    assert len(await shop.events(RefundUnknown)) == 1
    await shop.ask_refund(order, 1, refund_id="refund_2")
    assert (await shop.events(RefundFailed))[0].failure_code == "exceeds_payment"
    shop.h.clock.advance(seconds=5)
    await shop.settle()
    assert (await shop.payment(payment["id"]))["refunds"][0]["state"] == "succeeded"
    assert len(await shop.events(RefundSucceeded)) == 1
    assert shop.paid_back(payment) == 29500


async def test_an_unknown_refund_that_the_provider_does_not_have_is_submitted_again(shop):
    order, payment = await shop.paid()
    await shop.ask_refund(order, 500)
    shop.network.fail(httpx.ReadTimeout)
    await shop.h.run_workers("provider-calls")
    assert (await shop.payment(payment["id"]))["refunds"][0]["state"] == "unknown"
    shop.network.restore()
    for _ in range(4):
        shop.h.clock.advance(seconds=10)
        await shop.settle()
    assert (await shop.payment(payment["id"]))["refunds"][0]["state"] == "succeeded"
    assert [e.result for e in await shop.events(RefundSubmitted)] == ["submitted", "submitted"]
    assert shop.paid_back(payment) == 500


async def test_refunding_everything_before_shipment_cancels_the_order(shop):
    order, payment = await shop.paid()
    await shop.open_case(order, 3)
    await shop.ask_refund(order, 29500)
    shop.problem(await shop.try_ship(order, 1), 409, "units_held_by_case")
    await shop.settle()
    order = await shop.order(order["id"])
    assert (order["state"], order["cancel_cause"]) == ("cancelled", "refunded")
    assert (await shop.events(OrderCancelled))[0].cause == "refunded"
    assert (await shop.payment(payment["id"]))["refunded"]["amount"] == 29500


async def test_units_refunded_before_shipment_are_not_shipped_and_the_rest_is_complete(shop):
    order, _ = await shop.paid()
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 9567)
    await shop.settle()
    assert (await shop.order(order["id"]))["state"] == "paid"
    shop.problem(await shop.try_ship(order, 3), 422, "quantity_exceeds_shippable")
    await shop.ship(order, 2)
    assert (await shop.events(OrderShipped))[0].complete is True
    await shop.scan(ParcelStatus.DELIVERED)
    order = await shop.order(order["id"])
    assert (order["state"], order["lines"][0]["withdrawn_quantity"]) == ("delivered", 1)


async def test_refunding_what_was_left_to_ship_makes_the_order_delivered(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 2)
    await shop.scan(ParcelStatus.DELIVERED)
    assert (await shop.order(order["id"]))["state"] == "shipped"
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 9567)
    await shop.settle()
    assert (await shop.order(order["id"]))["state"] == "delivered"


async def remainder(who, payment):
    """Whether this reader may refund the remainder of the payment, or why not."""
    listed = (await who.get(f"/v1/payments/{payment['id']}")).json()["allowed_actions"]
    [action] = [each for each in listed if each["action"] == "refund_remainder"]
    return action.get("why_not", action["allowed"])


async def test_a_failed_payment_has_no_remainder_to_refund(shop):
    order = await shop.place()
    payment = await shop.start_payment(order["id"], "sim_declined")
    await shop.settle()
    operator = shop.h.client("agent", "agent-1")
    assert await remainder(operator, payment) == "not_in_this_state"
    shop.problem(await operator.post(f"/v1/payments/{payment['id']}/refund-remainder"), 409, "illegal_transition")


async def test_an_operator_refunds_what_the_provider_declined(shop):
    order, payment = await shop.paid("sim_refund_declined")
    operator, path = shop.h.client("admin", "ops-1"), f"/v1/payments/{payment['id']}/refund-remainder"
    assert await remainder(operator, payment) == "not_refundable"
    shop.problem(await operator.post(path), 409, "not_refundable")
    await shop.seller.post(f"/v1/orders/{order['id']}/cancel")
    assert await remainder(operator, payment) == "nothing_to_refund"
    shop.problem(await operator.post(path), 409, "nothing_to_refund")
    await shop.settle()
    assert (await remainder(shop.buyer, payment), await remainder(operator, payment)) == ("operator_only", True)
    shop.provider.override = Method.SUCCESS
    shop.problem(await shop.buyer.post(path), 403, "forbidden")
    assert (await operator.post(path)).status_code == 200
    await shop.settle()
    shown = await shop.payment(payment["id"])
    assert [each["state"] for each in shown["refunds"]] == ["failed", "succeeded"]
    assert shop.paid_back(payment) == 29500


async def test_the_ledger_of_an_order_balances_at_every_step(shop):
    """R14: paid = kept + refunded + in flight."""
    order, payment = await shop.paid("sim_refund_lost_answer")

    async def sums():
        shown = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
        amounts = [shown[name]["amount"] for name in ("paid", "kept", "refunded", "in_flight")]
        assert shown["balanced"]
        assert amounts[0] == sum(amounts[1:])
        return amounts, [(entry["kind"], entry["effect"], entry["amount"]["amount"]) for entry in shown["entries"]]

    paid = ("payment", "paid", 29500)
    assert await sums() == ([29500, 29500, 0, 0], [paid])
    await shop.ask_refund(order, 19133)
    await shop.ask_refund(order, 29500, refund_id="refund_2")
    in_flight, failed = ("refund", "in_flight", 19133), ("refund", "none", 29500)
    assert await sums() == ([29500, 10367, 0, 19133], [paid, in_flight, failed])
    await shop.settle()
    assert (await sums())[0] == [29500, 10367, 0, 19133], "what is unknown is still in flight"
    shop.h.clock.advance(seconds=5)
    await shop.settle()
    assert await sums() == ([29500, 10367, 19133, 0], [paid, failed, ("refund", "refunded", 19133)])
    assert (await shop.payment(payment["id"]))["refunded"]["amount"] == 19133
