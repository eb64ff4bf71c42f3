"""Charge-backs: what the provider takes back is posted, cannot be refunded as well, and comes back where the merchant wins."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from aftercare_events import OrderLinesCancelled, RefundFailed, RefundSucceeded
from aftercare_events.catalogue.charge_backs import ChargeBackLost, ChargeBackReversed, PaymentChargedBack
from aftercare_simulators.payment.charge_backs import ChargeBackStatus
from order_svc import main
from order_svc.commands.payments import ledger_proofs
from order_svc.workers.reconciliation import WORKER
from payment_office import Office
from provider_worlds import StripeWorld, World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A Stripe account beside the simulator."""
    made, connect = StripeWorld(), main.payment_providers

    def providers(*given: Any, **named: Any) -> Any:
        return {**connect(*given, **named), "stripe": made.adapter}

    monkeypatch.setattr(main, "payment_providers", providers)
    return made


@pytest.fixture
def office(world: World, shop: Any) -> Office:
    return Office(shop, world)


def intent_of(office: Office) -> str:
    """The provider's number of the last payment."""
    return office.world.provider.ledger.payments()[-1].id


async def taken(office: Office, amount: int | None = None) -> str:
    """The number of a dispute about the last payment, once it is reported."""
    made = office.world.provider.charge_back(intent_of(office), amount, "fraudulent")
    await reported(office)
    return made.id


async def decided(office: Office, dispute: str, status: ChargeBackStatus) -> None:
    office.world.provider.decide(dispute, status)
    await reported(office)


async def reported(office: Office) -> None:
    office.world.now = office.shop.h.clock.now()
    await office.world.settled()
    await office.shop.process_callbacks()


async def ledger(office: Office, order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await office.shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
    return found


async def terms(office: Office, order: dict[str, Any]) -> tuple[int, ...]:
    found = await ledger(office, order)
    return tuple(found[name]["amount"] for name in ("paid", "kept", "refunded", "charged_back", "in_flight"))


async def proof(office: Office) -> dict[str, Any]:
    await office.shop.h.run_workers(ledger_proofs.WORKER)
    found: dict[str, Any] = (await office.admin.get("/v1/ledger/proof")).json()
    return found


async def test_what_is_taken_back_is_posted_and_shown(office: Office) -> None:
    order, payment = await office.paid()
    dispute = await taken(office)
    assert await terms(office, order) == (29500, 0, 29500, 29500, 0)
    (event,) = await office.shop.events(PaymentChargedBack)
    assert (event.payment_id, event.amount_minor, event.reason, event.result) == (
        payment["id"],
        29500,
        "fraudulent",
        "open",
    )
    found = await ledger(office, order)
    assert [(each["reference"], each["state"]) for each in found["charge_backs"]] == [(dispute, "open")]
    assert found["postings"][-1]["credit"] == "charged_back"
    proven = await proof(office)
    assert (proven["holds"], proven["sums"][0]["charged_back_minor"], proven["sums"][0]["kept_minor"]) == (
        True,
        29500,
        0,
    )


async def test_a_merchant_who_wins_has_the_money_again(office: Office) -> None:
    order, _ = await office.paid()
    dispute = await taken(office)
    await decided(office, dispute, ChargeBackStatus.WON)
    assert await terms(office, order) == (29500, 29500, 0, 0, 0)
    (event,) = await office.shop.events(ChargeBackReversed)
    assert (event.amount_minor, event.charged_back_minor) == (29500, 0)
    opened, reversed_ = (await ledger(office, order))["postings"][-2:]
    assert (opened["debit"], opened["credit"]) == (reversed_["credit"], reversed_["debit"])
    assert (await proof(office))["holds"]


async def test_what_is_lost_stays_with_the_buyer(office: Office) -> None:
    order, _ = await office.paid()
    await decided(office, await taken(office), ChargeBackStatus.LOST)
    assert await terms(office, order) == (29500, 0, 29500, 29500, 0)
    assert len(await office.shop.events(ChargeBackLost)) == 1
    assert (await ledger(office, order))["charge_backs"][0]["state"] == "lost"
    assert (await proof(office))["holds"]


async def test_what_was_taken_back_is_not_refunded_as_well(office: Office) -> None:
    order, payment = await office.paid()
    await taken(office, 20000)
    await office.shop.ask_refund(order, 9501)
    (failed,) = await office.shop.events(RefundFailed)
    assert failed.failure_code == "charged_back"
    await office.shop.ask_refund(order, 9500, refund_id="refund_2")
    await office.settle()
    assert await terms(office, order) == (29500, 0, 29500, 20000, 0)
    shown = await office.shop.payment(payment["id"])
    assert (shown["refunded"]["amount"], shown["charged_back"]["amount"]) == (9500, 20000)


async def test_an_order_that_is_cancelled_gives_back_what_is_left(office: Office) -> None:
    order, _ = await office.paid()
    await taken(office, 20000)
    assert (await office.shop.buyer.post(f"/v1/orders/{order['id']}/cancel")).is_success
    await office.settle()
    assert await terms(office, order) == (29500, 0, 29500, 20000, 0)


@pytest.mark.parametrize("amount", [29500, 20000])
async def test_what_the_merchant_wins_of_an_order_that_was_cancelled_meanwhile_goes_back(
    office: Office, amount: int
) -> None:
    order, _ = await office.paid()
    dispute = await taken(office, amount)
    assert (await office.shop.buyer.post(f"/v1/orders/{order['id']}/cancel")).is_success
    await office.settle()
    await decided(office, dispute, ChargeBackStatus.WON)
    await office.settle()
    assert await terms(office, order) == (29500, 0, 29500, 0, 0)
    assert (await proof(office))["holds"]


async def test_what_the_merchant_wins_of_a_refunded_order_is_not_refunded_again(office: Office) -> None:
    order, _ = await office.paid()
    assert (await office.shop.buyer.post(f"/v1/orders/{order['id']}/cancel")).is_success
    await office.settle()
    await decided(office, await taken(office), ChargeBackStatus.WON)
    await office.settle()
    assert await terms(office, order) == (29500, 0, 29500, 0, 0)


async def test_a_cancellation_names_the_refund_that_is_made_and_the_one_that_is_refused(office: Office) -> None:
    order, _ = await office.paid()
    await taken(office, 25000)
    body = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 2}]}
    assert (await office.shop.buyer.post(f"/v1/orders/{order['id']}/cancel", json=body)).is_success
    await office.settle()
    (made,) = await office.shop.events(RefundSucceeded)
    (refused,) = await office.shop.events(RefundFailed)
    (cancelled,) = await office.shop.events(OrderLinesCancelled)
    assert cancelled.refund_ids == (made.refund_id, refused.refund_id)
    assert made.amount_minor + refused.amount_minor == cancelled.amount_minor


@pytest.mark.parametrize(("status", "owed"), [(ChargeBackStatus.WON, 9566), (ChargeBackStatus.LOST, 0)])
async def test_units_that_are_cancelled_while_the_money_is_charged_back_are_owed_once_it_is_won(
    office: Office, status: ChargeBackStatus, owed: int
) -> None:
    order, payment = await office.paid()
    dispute = await taken(office)
    body = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}]}
    assert (await office.shop.buyer.post(f"/v1/orders/{order['id']}/cancel", json=body)).is_success
    await office.settle()
    (failed,) = await office.shop.events(RefundFailed)
    assert failed.failure_code == "charged_back"
    (cancelled,) = await office.shop.events(OrderLinesCancelled)
    assert cancelled.refund_ids == (failed.refund_id,)
    assert (await ledger(office, order))["refund_owed"]["amount"] == 0
    await decided(office, dispute, status)
    assert (await ledger(office, order))["refund_owed"]["amount"] == owed
    agent = office.shop.h.client("agent", "agent-1")
    repeated = await agent.post(f"/v1/payments/{payment['id']}/refund-remainder")
    assert repeated.is_success is (owed > 0)
    await office.settle()
    assert (await ledger(office, order))["refund_owed"]["amount"] == 0
    assert (await terms(office, order))[2] == (owed or 29500)
    assert (await proof(office))["holds"]


async def test_what_was_refunded_before_is_overdrawn(office: Office) -> None:
    order, _ = await office.paid()
    await office.shop.ask_refund(order, 9567)
    await office.settle()
    await taken(office)
    found = await ledger(office, order)
    assert (found["kept"]["amount"], found["refunded"]["amount"], found["overdrawn"]["amount"]) == (0, 39067, 9567)
    sums = (await proof(office))["sums"][0]
    assert (sums["kept_minor"], sums["refunded_minor"], sums["difference_minor"]) == (-9567, 39067, 0)


async def test_a_report_is_applied_once_and_an_older_one_not_at_all(office: Office) -> None:
    order, _ = await office.paid()
    dispute = await taken(office)
    await decided(office, dispute, ChargeBackStatus.WON)
    for status in (ChargeBackStatus.OPEN, ChargeBackStatus.LOST, ChargeBackStatus.WON):
        office.world.provider._reported(replace(office.world.provider.charge_backs._known[dispute], status=status))
        await reported(office)
    assert await terms(office, order) == (29500, 29500, 0, 0, 0)
    kinds = (PaymentChargedBack, ChargeBackReversed, ChargeBackLost)
    assert [len(await office.shop.events(kind)) for kind in kinds] == [1, 1, 0]


async def test_a_decision_may_be_the_first_report(office: Office) -> None:
    order, _ = await office.paid()
    made = office.world.provider.charge_backs.open(office.world.provider.ledger.payments()[-1], 500, "fraudulent")
    await decided(office, made.id, ChargeBackStatus.LOST)
    assert await terms(office, order) == (29500, 29000, 500, 500, 0)


async def test_a_dispute_about_another_payment_or_amount_changes_nothing(office: Office) -> None:
    order, _ = await office.paid()
    office.world.provider.ledger._file.execute("UPDATE operation SET amount = 40000")
    await taken(office)
    assert await terms(office, order) == (29500, 29500, 0, 0, 0)
    assert (await office.shop.callbacks())[-1] == ("failed", "amount_mismatch")


async def test_the_statement_agrees_with_what_is_known_of_it(office: Office) -> None:
    await office.paid()
    dispute = await taken(office)
    await office.next_day()
    assert await office.differences() == []
    await decided(office, dispute, ChargeBackStatus.WON)
    await office.next_day()
    assert await office.differences() == []


async def test_a_charge_back_that_was_not_reported_is_a_difference(office: Office) -> None:
    await office.paid()
    office.world.provider.callbacks.client = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(503))
    )
    made = office.world.provider.charge_back(intent_of(office), None, "fraudulent")
    await office.shop.h.run_workers(WORKER)
    await office.next_day()
    [found] = await office.differences()
    assert (found["cause"], found["reference"], found["theirs"]["amount"]) == ("chargeback", made.id, 29500)


async def test_the_simulator_of_the_local_stack_charges_back_too(shop: Any) -> None:
    order, payment = await shop.paid()
    made = shop.provider.charge_back(payment["id"], 500, "product_not_received")
    await shop.settle()
    found = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
    assert (found["charged_back"]["amount"], found["kept"]["amount"]) == (500, 29000)
    shop.provider.decide(made.id, ChargeBackStatus.WON)
    await shop.settle()
    found = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
    assert (found["charged_back"]["amount"], found["kept"]["amount"]) == (0, 29500)
