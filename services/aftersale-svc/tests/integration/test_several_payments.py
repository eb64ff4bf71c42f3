"""Cases of orders that were paid in several payments: which are refunded first, what went back to each, and what is still missing."""

from typing import Any

from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleRefundFailed,
    OfflineRefundConfirmed,
    OrderPayment,
    RefundFailed,
    RefundRequested,
    RefundShare,
    RefundSucceeded,
)
from aftersale_shop import HASH, KETTLE, Shop
from checked_files import files_of

PAYMENTS = tuple(
    OrderPayment(payment_id=id_, provider="simulator", method=method, amount_minor=minor)
    for id_, method, minor in (("pay_a", "sim_success", 20000), ("pay_ord_1", "sim_slow", 9500))
)


async def a_case(shop: Shop, quantity: int = 3) -> str:
    """A case about units of an order that was paid in two payments; its id."""
    await shop.created()
    await shop.payment(payments=PAYMENTS)
    await shop.leaves({KETTLE.line_id: 3})
    await shop.arrives()
    await files_of(shop, HASH)
    return str((await shop.case(quantity, type_="refund_only"))["id"])


def shares(*parts: tuple[str, int]) -> tuple[RefundShare, ...]:
    methods = {each.payment_id: each.method for each in PAYMENTS}
    return tuple(
        RefundShare(share_id=f"s_{id_}", payment_id=id_, provider="simulator", method=methods[id_], amount_minor=minor)
        for id_, minor in parts
    )


async def succeeds(shop: Shop, *parts: tuple[str, int]) -> None:
    request = await shop.last(RefundRequested)
    await shop.harness.consume(RefundSucceeded(**shop._refund(request, "succeeded"), shares=shares(*parts) or None))


async def fails(shop: Shop, *parts: tuple[str, int]) -> RefundRequested:
    request: RefundRequested = await shop.last(RefundRequested)
    back = {"shares": shares(*parts), "succeeded_minor": sum(minor for _, minor in parts)}
    event = RefundFailed(**shop._refund(request, "failed"), failure_code="payment_closed", **back)
    await shop.harness.consume(event)
    return request


def shown(case: dict[str, Any]) -> list[tuple[str, str, int]]:
    found = case["refund"]["shares"]
    return [(each["payment_id"], each["payment_method"], each["amount"]["amount"]) for each in found]


async def test_a_case_shows_what_went_back_to_which_means_of_payment(shop: Shop) -> None:
    case_id = await a_case(shop)
    await shop.act(shop.seller, case_id, "approve")
    assert (await shop.last(RefundRequested)).payment_ids is None
    await succeeds(shop, ("pay_ord_1", 9500), ("pay_a", 20000))
    case = await shop.get(case_id)
    assert (case["state"], case["refunded"]["amount"]) == ("completed", 29500)
    assert shown(case) == [("pay_ord_1", "sim_slow", 9500), ("pay_a", "sim_success", 20000)]


async def test_an_approval_chooses_the_payments(shop: Shop) -> None:
    case_id = await a_case(shop)
    body = {"payment_ids": ["pay_a", "pay_unknown"]}
    problem = shop.harness.problem(
        await shop.seller.post(f"/v1/cases/{case_id}/approve", json=body), 422, "payment_unknown"
    )
    assert problem["errors"][0]["pointer"] == "/payment_ids/1"
    assert (await shop.get(case_id))["state"] == "pending_review"
    await shop.act(shop.seller, case_id, "approve", payment_ids=["pay_a", "pay_a", "pay_ord_1"])
    assert (await shop.last(RefundRequested)).payment_ids == ("pay_a", "pay_ord_1")


async def test_another_attempt_chooses_the_payments_again(shop: Shop) -> None:
    case_id = await a_case(shop)
    await shop.act(shop.seller, case_id, "approve", payment_ids=["pay_ord_1"])
    await fails(shop)
    path, body = f"/v1/cases/{case_id}/refund", {"payment_ids": ["pay_unknown"]}
    problem = shop.harness.problem(await shop.agent.post(path, json=body), 422, "payment_unknown")
    assert problem["errors"][0]["pointer"] == "/payment_ids/0"
    assert (await shop.get(case_id))["state"] == "manual_review"
    await shop.act(shop.agent, case_id, "refund")
    assert (await shop.last(RefundRequested)).payment_ids == ("pay_ord_1",)
    await fails(shop)
    await shop.act(shop.agent, case_id, "refund", payment_ids=["pay_a"])
    assert (await shop.last(RefundRequested)).payment_ids == ("pay_a",)


async def test_a_verdict_chooses_the_payments(shop: Shop) -> None:
    case_id = await a_case(shop, 2)
    await shop.act(shop.seller, case_id, "reject", reason="used_or_affects_resale", note="有使用痕迹")
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="壶身有明显使用痕迹", evidence=[])
    body: dict[str, Any] = {
        "liable": "seller",
        "remedy": "refund",
        "grounds": "卖家未能证明",
        "takes_effect": "at_once",
    }
    body |= {"amount": {"amount": 5000, "currency": "CNY"}, "payment_ids": ["pay_a"]}
    response = await shop.arbitrator.post(
        f"/v1/disputes/{dispute['id']}/verdict", json={**body, "payment_ids": ["pay_x"]}
    )
    shop.harness.problem(response, 422, "payment_unknown")
    await shop.rule(dispute["id"], "verdict", shop.arbitrator, **body)
    request = await shop.last(RefundRequested)
    assert (request.amount_minor, request.payment_ids) == (5000, ("pay_a",))


async def test_a_refund_after_a_part_went_back_is_of_the_rest(shop: Shop) -> None:
    case_id = await a_case(shop)
    await shop.act(shop.seller, case_id, "approve")
    first = await fails(shop, ("pay_ord_1", 9500))
    case = await shop.get(case_id)
    assert (case["state"], case["refund"]["given_back"]["amount"]) == ("manual_review", 9500)
    assert shown(case) == [("pay_ord_1", "sim_slow", 9500)]
    assert (await shop.last(AfterSaleRefundFailed)).succeeded_minor == 9500
    await shop.act(shop.agent, case_id, "refund")
    second = await shop.last(RefundRequested)
    assert (first.amount_minor, second.amount_minor) == (29500, 20000)
    await fails(shop, ("pay_a", 5000))
    await shop.act(shop.agent, case_id, "refund")
    assert (await shop.last(RefundRequested)).amount_minor == 15000
    await succeeds(shop)
    case = await shop.get(case_id)
    assert (case["state"], case["refunded"]["amount"], case["refund"]["amount"]["amount"]) == (
        "completed",
        29500,
        29500,
    )
    assert (await shop.last(AfterSaleCompleted)).refunded_minor == 29500
    assert await shop.harness.parked() == []


async def test_the_rest_goes_back_outside_the_provider(shop: Shop) -> None:
    case_id = await a_case(shop)
    await shop.act(shop.seller, case_id, "approve")
    await fails(shop, ("pay_ord_1", 9500))
    stated = {"method": "bank_transfer", "reference": "转账 1", "evidence": [HASH]}
    case = await shop.act(shop.seller, case_id, "state-offline-refund", **stated)
    assert case["offline_refund"]["amount"]["amount"] == 20000
    done = await shop.act(shop.buyer, case_id, "confirm-offline-refund")
    assert (done["state"], done["refunded"]["amount"]) == ("completed", 29500)
    assert (await shop.last(OfflineRefundConfirmed)).amount_minor == 20000
    assert (await shop.last(AfterSaleCompleted)).refunded_minor == 29500


async def test_a_claim_on_the_deposit_is_for_the_rest_at_most(shop: Shop) -> None:
    case_id = await a_case(shop)
    await shop.act(shop.seller, case_id, "approve")
    await fails(shop, ("pay_ord_1", 9500))
    body = {"kind": "merchant_deposit"}
    response = await shop.buyer.post(f"/v1/cases/{case_id}/guarantee-claims", json=body)
    assert response.status_code == 201, response.text
    assert response.json()["claimed"]["amount"] == 20000
