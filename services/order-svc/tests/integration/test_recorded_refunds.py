"""Refunds of no case that no provider makes: the merchant gives the money back by other means, and records it once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aftercare_checker import database, money, postings
from aftercare_checker.log import Log
from aftercare_events import OrderCancelled, RefundSucceeded
from aftercare_simulators.payment.methods import Method

PROOF = "sha256:" + "5e" * 32
HASH = "sha256:" + "a" * 64


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


def transfer(amount: int | None = None, reference: str = "T-1", **other: Any) -> dict[str, Any]:
    stated = {} if amount is None else {"amount": cny(amount)}
    return {"method": "bank_transfer", "reference": reference, "evidence": PROOF, **stated, **other}


async def recorded(who: Any, payment_id: str, **body: Any) -> Any:
    return await who.post(f"/v1/payments/{payment_id}/record-refund", json=transfer(**body))


async def may_record(who: Any, payment_id: str) -> Any:
    """Whether this reader may record a refund of the payment, or why not."""
    listed = (await who.get(f"/v1/payments/{payment_id}")).json()["allowed_actions"]
    [action] = [each for each in listed if each["action"] == "record_refund"]
    return action.get("why_not", action["allowed"])


async def cancelled(shop: Any, method: str = "sim_refund_declined") -> tuple[dict[str, Any], dict[str, Any]]:
    """An order that was cancelled, and its payment, whose refund the provider has declined."""
    order, payment = await shop.paid(method)
    response = await shop.seller.post(f"/v1/orders/{order['id']}/cancel")
    assert response.status_code == 200, response.text
    await shop.settle()
    return await shop.order(order["id"]), await shop.payment(payment["id"])


async def imported(shop: Any, kettles: Any) -> dict[str, Any]:
    """A paid order of another system, imported and then cancelled by the buyer."""
    placed_at = shop.h.clock.now() - timedelta(days=20)
    times = {"created_at": placed_at.isoformat(), "paid_at": (placed_at + timedelta(hours=1)).isoformat()}
    started = (await shop.seller.post("/v1/order-imports", json={"file_hash": HASH})).json()
    row = {"row": 1, "order": {**kettles(), "order_no": "A-1", "state": "paid", **times}}
    path = f"/v1/order-imports/{started['id']}/rows"
    assert (await shop.seller.post(path, json={"orders": [row], "next_row": 2})).json()["imported"] == 1
    [order] = (await shop.seller.get("/v1/orders")).json()["data"]
    await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    await shop.settle()
    found: dict[str, Any] = await shop.order(order["id"])
    return found


async def ledger(shop: Any, order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
    assert found["balanced"] is True
    return found


async def test_the_money_of_an_imported_order_that_was_cancelled(shop: Any, kettles: Any) -> None:
    order = await imported(shop, kettles)
    assert order["refund_owed"] == {"amount": cny(29500), "whose_turn": "merchant"}
    assert (await ledger(shop, order))["refund_owed"] == cny(29500)
    assert await may_record(shop.seller, order["payment_id"]) is True
    shown = (await recorded(shop.seller, order["payment_id"])).json()
    assert shown["refunded"] == cny(29500)
    assert [(each["failure_code"], each["outside"], each["reference"]) for each in shown["refunds"]] == [
        ("paid_elsewhere", None, None),
        (None, "bank_transfer", "T-1"),
    ]
    [done] = await shop.events(RefundSucceeded)
    assert (done.outside, done.amount_minor, done.refunded_minor, done.case_id) == ("bank_transfer", 29500, 29500, None)
    assert (await shop.order(order["id"])).get("refund_owed") is None
    books = await ledger(shop, order)
    assert [books[name]["amount"] for name in ("kept", "refunded", "refunded_outside", "refund_owed")] == [
        *(0, 29500, 29500, 0)
    ]
    [posted] = [each for each in books["postings"] if each["kind"] == "refund_recorded"]
    assert (posted["credit"], posted["amount"]) == ("refunds_paid_outside", cny(29500))
    [step] = [
        each
        for each in (await shop.buyer.get(f"/v1/orders/{order['id']}/timeline")).json()["data"]
        if each["event"] == "RefundSucceeded"
    ]
    assert (step["refund_id"], step["amount"]) == (done.refund_id, cny(29500))


async def test_parts_are_recorded_until_nothing_is_owed(shop: Any) -> None:
    order, payment = await cancelled(shop)
    await recorded(shop.seller, payment["id"], amount=20000)
    assert (await shop.order(order["id"]))["refund_owed"]["amount"] == cny(9500)
    beyond = await recorded(shop.seller, payment["id"], amount=9501, reference="T-2")
    problem = shop.problem(beyond, 422, "amount_exceeds_owed")
    assert problem["owed_minor"] == 9500
    assert problem["errors"][0]["pointer"] == "/amount/amount"
    operator = shop.h.client("agent", "agent-1")
    rest = await operator.post(f"/v1/payments/{payment['id']}/record-refund", json={"method": "cash", "reference": "K"})
    assert rest.json()["refunded"] == cny(29500), "an operator need not prove it"
    shop.problem(await recorded(shop.seller, payment["id"], reference="T-3"), 409, "nothing_owed")
    state = await database.read("order-svc", shop.h.settings.database_url)
    assert postings.posted([state]).violations == []
    assert len(money.refunds([state], Log()).violations) == 1, "the books hold it; this log is empty"


@pytest.mark.parametrize(
    "party", [("buyer-1", None), ("m-1", None), ("staff-7", "m-1")], ids=["buyer", "merchant", "employee"]
)
@pytest.mark.parametrize("role", ["agent", "admin"])
async def test_no_party_decides_for_the_platform(shop: Any, party: tuple[str, str | None], role: str) -> None:
    _, payment = await cancelled(shop)
    staff, path = shop.h.client(role, *party), f"/v1/payments/{payment['id']}"
    assert await may_record(staff, payment["id"]) == "party_cannot_decide"
    record = await staff.post(f"{path}/record-refund", json={"method": "cash", "reference": "K"})
    shop.problem(record, 409, "party_cannot_decide")
    shop.problem(await staff.post(f"{path}/refund-remainder"), 409, "party_cannot_decide")
    assert (await shop.payment(payment["id"]))["refunded"] == cny(0)


async def test_what_is_recorded_twice_counts_once(shop: Any) -> None:
    _, payment = await cancelled(shop)
    answers = await asyncio.gather(*(recorded(shop.seller, payment["id"], amount=29500) for _ in range(6)))
    assert {each.status_code for each in answers} == {200}
    shown = await shop.payment(payment["id"])
    assert (shown["refunded"], len(shown["refunds"])) == (cny(29500), 2)
    assert len(await shop.events(RefundSucceeded)) == 1
    for other in ({"amount": 29499}, {"method": "cash"}):
        problem = shop.problem(await recorded(shop.seller, payment["id"], **other), 409, "refund_reference_taken")
        assert problem["refund_id"] == shown["refunds"][1]["id"]


async def test_what_the_provider_may_still_give_back_is_not_recorded(shop: Any) -> None:
    order, payment = await shop.paid("sim_refund_lost_answer")
    shop.problem(await recorded(shop.seller, payment["id"]), 409, "nothing_owed")
    await shop.seller.post(f"/v1/orders/{order['id']}/cancel")
    shop.problem(await recorded(shop.seller, payment["id"]), 409, "nothing_owed")
    await shop.h.run_workers("provider-calls")
    assert (await shop.payment(payment["id"]))["refunds"][0]["state"] == "unknown"
    assert await may_record(shop.seller, payment["id"]) == "nothing_owed"
    shop.problem(await recorded(shop.seller, payment["id"]), 409, "nothing_owed")
    shop.h.clock.advance(seconds=5)
    await shop.settle()
    shop.problem(await recorded(shop.seller, payment["id"]), 409, "nothing_owed")
    assert (shop.paid_back(payment), (await shop.payment(payment["id"]))["refunded"]) == (29500, cny(29500))


async def test_a_refund_that_is_tried_again_is_not_recorded_as_well(shop: Any) -> None:
    order, payment = await cancelled(shop)
    shop.provider.override = Method.SUCCESS
    operator = shop.h.client("agent", "agent-1")
    tries = [operator.post(f"/v1/payments/{payment['id']}/refund-remainder")]
    tries += [recorded(shop.seller, payment["id"], reference=f"T-{number}") for number in range(5)]
    answers = await asyncio.gather(*tries)
    assert sorted(each.status_code for each in answers) == [200, *[409] * 5]
    await shop.settle()
    assert (await shop.payment(payment["id"]))["refunded"] == cny(29500)
    assert (await ledger(shop, order))["refunded"] == cny(29500)


async def test_a_report_that_comes_after_the_refund_was_recorded_changes_nothing(shop: Any) -> None:
    order, payment = await cancelled(shop)
    await recorded(shop.seller, payment["id"])
    [failed, _] = (await shop.payment(payment["id"]))["refunds"]
    late = {"refund_id": failed["id"], "payment_id": payment["id"], "reference": "r", **cny(29500)}
    await shop.callback("refund.succeeded", late)
    assert (await ledger(shop, order))["refunded"] == cny(29500)
    assert len(await shop.events(RefundSucceeded)) == 1


async def test_units_that_were_cancelled_are_owed_without_the_rest_of_the_order(shop: Any) -> None:
    order, payment = await shop.paid("sim_refund_declined")
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 1}]
    await shop.buyer.post(f"/v1/orders/{order['id']}/cancel", json={"lines": lines})
    await shop.settle()
    operator = shop.h.client("agent", "agent-1")
    assert (await operator.post(f"/v1/payments/{payment['id']}/refund-remainder")).status_code == 200
    await shop.settle()
    owed = (await shop.order(order["id"]))["refund_owed"]["amount"]
    assert owed == cny(9566), "what an operator has tried again is owed once"
    shop.problem(await recorded(shop.seller, payment["id"], amount=9567), 422, "amount_exceeds_owed")
    await recorded(shop.seller, payment["id"])
    assert (await shop.payment(payment["id"]))["refunded"] == cny(9566)
    shop.problem(await operator.post(f"/v1/payments/{payment['id']}/refund-remainder"), 409, "not_refundable")


async def test_a_surplus_payment_is_given_back_by_itself(shop: Any) -> None:
    order = await shop.place()
    late = await shop.start_payment(order["id"], "sim_declined")
    await shop.settle()
    await shop.start_payment(order["id"])
    await shop.settle()
    shop.provider.override = Method.REFUND_DECLINED
    data = {"payment_id": late["id"], "reference": "r", **cny(29500)}
    await shop.callback("payment.succeeded", data)
    await shop.settle()
    shown = await shop.order(order["id"])
    assert (shown["state"], shown["refund_owed"]["amount"]) == ("paid", cny(29500))
    shop.problem(await recorded(shop.seller, shown["payment_id"]), 409, "nothing_owed")
    assert (await recorded(shop.seller, late["id"])).json()["refunded"] == cny(29500)
    assert await shop.events(OrderCancelled) == []


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"amount": 0}, "amount_exceeds_owed", "/amount/amount"),
        ({"amount": 29501}, "amount_exceeds_owed", "/amount/amount"),
        ({"evidence": None}, "evidence_required", "/evidence"),
        ({"method": "gold"}, "validation_failed", "/method"),
        ({"reference": ""}, "validation_failed", "/reference"),
        ({"evidence": "photo"}, "validation_failed", "/evidence"),
    ],
    ids=["nothing", "too much", "no proof", "unknown method", "no reference", "no hash"],
)
async def test_what_cannot_be_recorded(shop: Any, body: dict[str, Any], code: str, pointer: str) -> None:
    _, payment = await cancelled(shop)
    problem = shop.problem(await recorded(shop.seller, payment["id"], **body), 422, code)
    assert [each["pointer"] for each in problem["errors"]] == [pointer]
    assert len((await shop.payment(payment["id"]))["refunds"]) == 1


async def test_another_currency_is_refused(shop: Any) -> None:
    _, payment = await cancelled(shop)
    body = {**transfer(), "amount": {"amount": 1, "currency": "USD"}}
    response = await shop.seller.post(f"/v1/payments/{payment['id']}/record-refund", json=body)
    shop.problem(response, 422, "currency_mismatch")


async def test_who_may_record_a_refund(shop: Any) -> None:
    _, payment = await cancelled(shop)
    assert await may_record(shop.buyer, payment["id"]) == "merchant_or_operator_only"
    shop.problem(await recorded(shop.buyer, payment["id"]), 403, "forbidden")
    other_seller = shop.h.client("seller", "seller-2", tenant="m-2")
    shop.problem(await recorded(other_seller, payment["id"]), 404, "not_found")
    arbitrator = shop.h.client("arbitrator", "arbitrator-1")
    shop.problem(await recorded(arbitrator, payment["id"]), 403, "forbidden")
