"""Refunds of orders that were paid in several payments: in shares, each at its own provider under its own key."""

import httpx
import pytest
from aftercare_events import (
    OfflineRefundConfirmed,
    OrderCancelled,
    RefundFailed,
    RefundShareFailed,
    RefundShareSucceeded,
    RefundSubmitted,
    RefundSucceeded,
)
from aftercare_events.catalogue.refund_parts import PartEffect, PartKind, RefundPart

TOTAL = 29500


async def paid_by(shop, *parts):
    """An order that is paid in these parts, each an amount and a method; the order, and its payments."""
    order = await shop.place()
    payments = []
    for amount, method in parts:
        body = {"payment_method": method, "amount": {"amount": amount, "currency": "CNY"}}
        response = await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=body)
        assert response.status_code == 201, response.text
        await shop.settle()
        payments.append(response.json()["id"])
    order = await shop.order(order["id"])
    assert order["state"] == "paid"
    return order, payments


async def refunded(shop, payments):
    return [(await shop.payment(each))["refunded"]["amount"] for each in payments]


async def ledger(shop, order):
    """Paid, kept, refunded, in flight: the ledger adds up at every moment."""
    found = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
    sums = [found[name]["amount"] for name in ("paid", "kept", "refunded", "in_flight")]
    assert found["balanced"]
    assert sums[0] == sum(sums[1:])
    return sums


ORDINARY = "sim_success"
THIRDS = ((10000, ORDINARY), (10000, ORDINARY), (9500, ORDINARY))


async def test_a_refund_is_made_from_the_newest_payments_first(shop):
    order, payments = await paid_by(shop, *THIRDS)
    await shop.ask_refund(order, 12000)
    assert await ledger(shop, order) == [TOTAL, 17500, 0, 12000]
    await shop.settle()
    assert await refunded(shop, payments) == [0, 2500, 9500]
    assert [shop.provider.ledger.refunded(each, "succeeded") for each in payments] == [0, 2500, 9500]
    rows = [row for each in reversed(payments) for row in (await shop.payment(each))["refunds"]]
    assert [(each["id"], each["share_of"], each["whole"]["amount"]) for each in rows] == [
        ("refund_1", "refund_1", 12000),
        ("refund_1_2", "refund_1", 12000),
    ]
    shares = await shop.events(RefundShareSucceeded)
    assert {(each.refund_id, each.share_id, each.amount_minor, each.refunded_minor) for each in shares} == {
        ("refund_1", "refund_1", 9500, 9500),
        ("refund_1", "refund_1_2", 2500, 2500),
    }
    (done,) = await shop.events(RefundSucceeded)
    assert (done.refund_id, done.amount_minor, done.case_id) == ("refund_1", 12000, "case_1")
    assert [(each.payment_id, each.amount_minor) for each in done.shares] == [(payments[2], 9500), (payments[1], 2500)]
    assert await ledger(shop, order) == [TOTAL, 17500, 12000, 0]


async def test_a_refund_from_one_payment_has_no_shares(shop):
    order, payments = await paid_by(shop, *THIRDS)
    await shop.ask_refund(order, 9500)
    await shop.settle()
    assert await refunded(shop, payments) == [0, 0, 9500]
    [refund] = (await shop.payment(payments[2]))["refunds"]
    assert (refund["id"], refund["share_of"], refund["whole"]) == ("refund_1", None, None)
    (done,) = await shop.events(RefundSucceeded)
    (submitted,) = await shop.events(RefundSubmitted)
    assert (done.shares, submitted.share_id) == (None, None)
    assert await shop.events(RefundShareSucceeded) == []


async def test_chosen_payments_come_first(shop):
    order, payments = await paid_by(shop, *THIRDS)
    await shop.ask_refund(order, 15000, payment_ids=(payments[0], "pay_unknown"))
    await shop.settle()
    assert await refunded(shop, payments) == [10000, 0, 5000]


async def test_refunds_never_exceed_the_order_nor_a_payment(shop):
    order, payments = await paid_by(shop, *THIRDS)
    await shop.ask_refund(order, 20000)
    await shop.ask_refund(order, 9501, refund_id="refund_2")
    (failed,) = await shop.events(RefundFailed)
    assert (failed.refund_id, failed.failure_code, failed.succeeded_minor) == ("refund_2", "exceeds_payment", None)
    await shop.ask_refund(order, 9500, refund_id="refund_3")
    await shop.ask_refund(order, 20000)
    await shop.settle()
    assert await refunded(shop, payments) == [10000, 10000, 9500]


async def test_a_whole_refund_cancels_the_order(shop):
    order, _ = await paid_by(shop, *THIRDS)
    await shop.open_case(order, 3)
    await shop.ask_refund(order, TOTAL)
    await shop.settle()
    assert (await shop.order(order["id"]))["state"] == "cancelled"
    assert [each.cause for each in await shop.events(OrderCancelled)] == ["refunded"]


async def test_a_share_of_a_closed_payment_moves_to_another_one(shop):
    order, payments = await paid_by(shop, (20000, ORDINARY), (9500, "sim_refund_closed"))
    await shop.ask_refund(order, 5000)
    await shop.settle()
    await shop.settle()
    assert await refunded(shop, payments) == [5000, 0]
    (moved,) = await shop.events(RefundShareFailed)
    assert (moved.share_id, moved.failure_code, moved.moved_to) == ("refund_1", "payment_closed", (payments[0],))
    (done,) = await shop.events(RefundSucceeded)
    assert [(each.share_id, each.payment_id) for each in done.shares] == [("refund_1_2", payments[0])]
    assert (done.amount_minor, await shop.events(RefundFailed)) == (5000, [])
    assert await ledger(shop, order) == [TOTAL, 24500, 5000, 0]
    await shop.ask_refund(order, 1000, refund_id="refund_2")
    await shop.settle()
    assert await refunded(shop, payments) == [6000, 0], "the closed payment comes last from now on"
    assert len(await shop.events(RefundShareFailed)) == 1


async def test_a_refund_that_cannot_move_states_what_is_back(shop):
    order, payments = await paid_by(shop, (20000, "sim_refund_closed"), (9500, ORDINARY))
    await shop.open_case(order, 3)
    await shop.ask_refund(order, 15000)
    await shop.settle()
    (failed,) = await shop.events(RefundFailed)
    assert (failed.refund_id, failed.amount_minor, failed.succeeded_minor) == ("refund_1", 15000, 9500)
    assert failed.failure_code == "payment_closed"
    assert [(each.payment_id, each.amount_minor) for each in failed.shares] == [(payments[1], 9500)]
    assert await shop.events(RefundSucceeded) == []
    assert await ledger(shop, order) == [TOTAL, 20000, 9500, 0]
    rest = {"amount_minor": 5500, "currency": "CNY", "cause": "approval", "method": "bank_transfer"}
    offline = {"refund_id": "refund_2", "payment_id": order["payment_id"], "by_timeout": False}
    await shop.h.consume(shop.case(OfflineRefundConfirmed, order, **rest, **offline))
    assert await refunded(shop, payments) == [5500, 9500], "outside the provider, the closed payment comes first"
    assert await ledger(shop, order) == [TOTAL, 14500, 15000, 0]


async def test_a_share_that_is_declined_for_another_reason_does_not_move(shop):
    order, payments = await paid_by(shop, (20000, ORDINARY), (9500, "sim_refund_declined"))
    await shop.ask_refund(order, 10000)
    await shop.settle()
    (failed,) = await shop.events(RefundFailed)
    assert (failed.failure_code, failed.succeeded_minor) == ("refund_declined", 500)
    assert await refunded(shop, payments) == [500, 0]


async def test_an_unknown_share_keeps_the_refund_open(shop):
    order, payments = await paid_by(shop, (20000, ORDINARY), (9500, "sim_refund_lost_answer"))
    await shop.ask_refund(order, 10000)
    await shop.settle()
    states = [(await shop.payment(each))["refunds"][0]["state"] for each in payments]
    assert (states, await shop.events(RefundSucceeded)) == (["succeeded", "unknown"], [])
    assert await ledger(shop, order) == [TOTAL, 19500, 500, 9500]
    shop.h.clock.advance(seconds=5)
    await shop.settle()
    (done,) = await shop.events(RefundSucceeded)
    assert done.amount_minor == 10000


async def test_a_repeated_result_of_a_share_counts_once(shop):
    order, payments = await paid_by(shop, *THIRDS)
    await shop.ask_refund(order, 12000)
    await shop.settle()
    for share, payment_id, amount in (("refund_1", payments[2], 9500), ("refund_1_2", payments[1], 2500)):
        data = {"refund_id": share, "payment_id": payment_id, "reference": "r", "amount": amount, "currency": "CNY"}
        await shop.callback("refund.succeeded", data, message_id=f"again-{share}")
    assert await refunded(shop, payments) == [0, 2500, 9500]
    assert len(await shop.events(RefundSucceeded)) == 1


async def test_a_callback_with_the_amount_of_the_whole_is_not_that_of_a_share(shop):
    order, payments = await paid_by(shop, *THIRDS)
    shop.network.fail(httpx.ConnectError)
    await shop.ask_refund(order, 12000)
    data = {"refund_id": "refund_1", "payment_id": payments[2], "reference": "r", "amount": 12000, "currency": "CNY"}
    await shop.callback("refund.succeeded", data)
    assert (await shop.callbacks())[-1] == ("failed", "amount_mismatch")
    assert await refunded(shop, payments) == [0, 0, 0]
    shop.network.restore()


async def test_an_offline_refund_is_recorded_over_several_payments(shop):
    order, payments = await paid_by(shop, *THIRDS)
    facts = {"amount_minor": 12000, "currency": "CNY", "cause": "approval", "method": "cash", "by_timeout": False}
    event = shop.case(OfflineRefundConfirmed, order, refund_id="refund_1", payment_id=order["payment_id"], **facts)
    await shop.h.consume(event)
    await shop.h.consume(event)
    assert await refunded(shop, payments) == [0, 2500, 9500]
    (done,) = await shop.events(RefundSucceeded)
    assert (done.amount_minor, done.outside, len(done.shares)) == (12000, "cash", 2)
    assert [shop.provider.ledger.refunded(each, "succeeded") for each in payments] == [0, 0, 0]
    found = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
    assert found["refunded_outside"]["amount"] == 12000


@pytest.mark.parametrize(("days", "expected"), [(364, [0, 5000]), (366, [5000, 0])], ids=["in time", "too old"])
async def test_a_payment_that_is_too_old_for_its_provider_is_passed_over(shop, days, expected):
    order, payments = await paid_by(shop, (20000, ORDINARY), (9500, ORDINARY))
    await shop.h.runtime.pool.execute("UPDATE payments SET provider = 'alipay' WHERE id = $1", payments[1])
    shop.h.clock.advance(hours=24 * days)
    await shop.ask_refund(order, 5000)
    rows = await shop.h.runtime.pool.fetch("SELECT payment_id, amount_minor FROM refunds")
    by_payment = {row["payment_id"]: row["amount_minor"] for row in rows}
    assert [by_payment.get(each, 0) for each in payments] == expected
    await shop.h.runtime.pool.execute("UPDATE payments SET provider = 'simulator'")
    await shop.settle()


async def test_what_others_bear_is_split_over_the_shares(shop):
    order, _ = await paid_by(shop, *THIRDS)
    share = {"kind": PartKind.COST_SHARE, "effect": PartEffect.BESIDE, "payer": "platform", "payee": "merchant"}
    part = RefundPart(**share, line_id=order["lines"][0]["id"], units=0, amount_minor=4000, due_minor=4000)
    await shop.ask_refund(order, 12000, parts=(part,))
    await shop.settle()
    entries = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()["entries"]
    borne = {each["id"]: each["borne"] for each in entries if each["kind"] == "refund"}
    shares = {id_: [(b["bearer"], b["amount"]["amount"]) for b in each] for id_, each in borne.items()}
    assert shares == {
        "refund_1": [("merchant", 8000), ("platform", 1500)],
        "refund_1_2": [("platform", 2500)],
    }
