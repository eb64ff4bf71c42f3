"""Refunds that had succeeded and came back to the merchant: the money is owed to the buyer, and can be given back by other means."""

from typing import Any

import pytest
from aftercare_events import RefundReversed, RefundSucceeded
from order_svc.commands.payments import provider_calls
from order_svc.domain.payments.statements import DifferenceCause, EntryKind
from order_svc.integrations.payments.port import Outcome, ProviderResult
from reversed_refunds import TOTAL, Reversals, cny


@pytest.fixture
def reversals(shop: Any) -> Reversals:
    return Reversals(shop)


async def test_a_refund_that_came_back_is_owed_until_it_is_given_back_otherwise(reversals, shop):
    order, payment = await reversals.refunded()
    await reversals.report(payment)
    [refund] = (await shop.payment(payment["id"]))["refunds"]
    assert (refund["state"], refund["failure_code"]) == ("failed", "account_closed")
    assert refund["reversed_at"] is not None
    [event] = await shop.events(RefundReversed)
    assert (event.case_id, event.amount_minor, event.refunded_minor) == ("case_1", 9000, 0)
    assert await reversals.ledger(order) == {"paid": TOTAL, "kept": TOTAL, "refunded": 0, "in_flight": 0}
    assert (await shop.order(order["id"]))["refund_owed"]["amount"] == cny(9000)
    assert (await reversals.record(payment)).status_code == 200
    assert await reversals.ledger(order) == {"paid": TOTAL, "kept": TOTAL - 9000, "refunded": 9000, "in_flight": 0}
    assert (await shop.order(order["id"]))["refund_owed"] is None
    shop.problem(await reversals.record(payment, "bank-2"), 409, "nothing_owed")
    assert await reversals.proof_holds()


async def test_a_repeated_report_that_a_refund_came_back_changes_nothing(reversals, shop):
    order, payment = await reversals.refunded()
    for number in range(2):
        await reversals.report(payment, number)
    assert len(await shop.events(RefundReversed)) == 1
    assert (await shop.order(order["id"]))["refund_owed"]["amount"] == cny(9000)


async def test_the_refund_of_a_cancelled_order_that_came_back_is_owed(reversals, shop):
    order, payment = await shop.paid()
    await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    await shop.settle()
    assert shop.paid_back(payment) == TOTAL
    await reversals.report(payment)
    assert (await shop.order(order["id"]))["refund_owed"]["amount"] == cny(TOTAL)
    assert (await reversals.record(payment)).status_code == 200
    assert (await reversals.ledger(order))["refunded"] == TOTAL
    assert await reversals.proof_holds()


async def test_a_response_that_is_older_than_the_success_reverses_nothing(reversals, shop):
    """A call under way is answered "already refunded" after the callback of an earlier one has reported the success."""
    order, payment = await shop.paid()
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 9000)
    async with shop.h.runtime.transaction() as tx:
        call = await provider_calls.next_call(tx)
        assert call is not None
        await provider_calls.lease(tx, call)
    async with shop.h.runtime.transaction() as tx:
        prepared = await provider_calls.prepare(tx, call)
    assert prepared is not None
    data = {"refund_id": "refund_1", "payment_id": payment["id"], "reference": "r", **cny(9000)}
    await shop.callback("refund.succeeded", data)
    async with shop.h.runtime.transaction() as tx:
        await provider_calls.close(tx, prepared, ProviderResult(outcome=Outcome.DECLINED))
    [refund] = (await shop.payment(payment["id"]))["refunds"]
    assert (refund["state"], refund["reversed_at"]) == ("succeeded", None)
    assert await shop.events(RefundReversed) == []
    assert (await shop.order(order["id"]))["refund_owed"] is None


async def test_what_was_given_back_outside_the_provider_does_not_come_back_by_its_report(reversals, shop):
    _, payment = await reversals.refunded()
    await reversals.report(payment)
    await reversals.record(payment)
    recorded = next(each for each in (await shop.payment(payment["id"]))["refunds"] if each["outside"])
    data = {"refund_id": recorded["id"], "payment_id": payment["id"], "reference": "r", "failure_code": "x"}
    await shop.callback("refund.declined", {**data, **recorded["amount"]}, message_id="msg_of_ours")
    assert (await shop.payment(payment["id"]))["refunded"]["amount"] == 9000


@pytest.mark.parametrize(("minor", "differences"), [(9000, 0), (8999, 1)])
async def test_a_statement_shows_that_a_refund_came_back(reversals, shop, minor, differences):
    order, payment = await reversals.refunded()
    [refund] = (await shop.payment(payment["id"]))["refunds"]
    for days in range(2):
        assert len(await reversals.reconcile((EntryKind.REVERSAL, refund["id"], minor), days=days)) == differences
    owed = (await shop.order(order["id"]))["refund_owed"]
    assert owed is None if differences else owed["amount"] == cny(9000)


async def test_a_difference_of_the_same_statement_is_not_caused_by_the_case(reversals, shop):
    _, payment = await reversals.refunded()
    [refund] = (await shop.payment(payment["id"]))["refunds"]
    entries = (EntryKind.REVERSAL, refund["id"], 9000), (EntryKind.REVERSAL, "refund_unknown", 100)
    assert await reversals.reconcile(*entries) == [DifferenceCause.REVERSAL]
    causes = {each.type: each.causation_id for each in await shop.h.envelopes()}
    assert causes["RefundReversed.v1"] is not None
    assert causes["PaymentDifferenceOpened.v1"] is None


async def test_neither_a_payment_nor_what_was_given_back_outside_comes_back_by_a_statement(reversals, shop):
    _, payment = await reversals.refunded()
    await reversals.report(payment)
    await reversals.record(payment)
    recorded = next(each for each in (await shop.payment(payment["id"]))["refunds"] if each["outside"])
    entries = (EntryKind.REVERSAL, payment["id"], TOTAL), (EntryKind.REVERSAL, recorded["id"], 9000)
    assert await reversals.reconcile(*entries) == [DifferenceCause.REVERSAL] * 2
    assert (await shop.payment(payment["id"]))["refunded"]["amount"] == 9000


async def in_two_shares(shop, newest):
    """A refund of 100.00 of an order with two payments: 95.00 of the newest one, 5.00 of the other; the payments."""
    order = await shop.place()
    payments = []
    for amount, method in ((20000, "sim_success"), (9500, newest)):
        body = {"payment_method": method, "amount": cny(amount)}
        payments.append((await shop.buyer.post(f"/v1/orders/{order['id']}/payments", json=body)).json())
        await shop.settle()
    order = await shop.order(order["id"])
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 10000)
    await shop.settle()
    return payments


async def test_of_a_refund_in_shares_the_event_states_what_the_buyer_still_has(reversals, shop):
    first, newest = await in_two_shares(shop, "sim_success")
    await reversals.report(newest)
    await reversals.report(first, 1)
    came_back = [(each.share_id, each.succeeded_minor) for each in await shop.events(RefundReversed)]
    assert came_back == [("refund_1", 500), ("refund_1_2", None)]


async def test_a_share_that_comes_back_while_others_are_on_their_way_agrees_with_the_statement(reversals, shop):
    """It fails with all of the refund, and the statement has both that it was paid and that it came back."""
    first, newest = await in_two_shares(shop, "sim_refund_lost_answer")
    assert (await shop.payment(newest["id"]))["refunds"][0]["state"] == "unknown"
    await reversals.report(first)
    [share] = (await shop.payment(first["id"]))["refunds"]
    assert (share["state"], share["reversed_at"]) == ("failed", None)
    assert await reversals.reconcile((EntryKind.REFUND, share["id"], 500), (EntryKind.REVERSAL, share["id"], 500)) == []
    shop.h.clock.advance(seconds=5)
    await shop.settle()


async def test_nothing_was_refunded_twice(reversals, shop):
    _, payment = await reversals.refunded()
    await reversals.report(payment)
    await reversals.record(payment)
    assert [each.outside for each in await shop.events(RefundSucceeded)] == [None, "bank_transfer"]
    assert (await shop.payment(payment["id"]))["refunded"]["amount"] == 9000
