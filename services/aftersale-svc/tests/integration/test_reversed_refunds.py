"""Refunds that were paid and came back to the merchant: the case owes the money until the buyer has it, and says so."""

from typing import Any

from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleEscalated,
    AfterSaleRefundReversed,
    OrderPayment,
    RefundFailed,
    RefundRequested,
    RefundReversed,
    RefundSucceeded,
)
from aftersale_shop import HASH, KETTLE, Shop
from checked_files import files_of

PAYMENTS = tuple(
    OrderPayment(payment_id=id_, provider="simulator", method="sim_success", amount_minor=minor)
    for id_, minor in (("pay_a", 20000), ("pay_ord_1", 9500))
)


async def refunded(shop: Shop, units: int = 2) -> str:
    """A completed case that has given back the money of these units; its id."""
    await shop.delivered()
    return await by_case(shop, units)


async def by_case(shop: Shop, units: int) -> str:
    case = await shop.case(units, type_="refund_only")
    await shop.act(shop.seller, case["id"], "approve")
    await shop.refund_succeeds()
    return str(case["id"])


async def comes_back(shop: Shop, request: RefundRequested, minor: int, left: int = 0, **more: Any) -> None:
    facts = {"failure_code": "account_closed", "amount_minor": minor, "succeeded_minor": left or None}
    await shop.harness.consume(RefundReversed(**shop._refund(request, "failed") | facts | more))


async def money(shop: Shop, case_id: str) -> str:
    return str((await shop.get(case_id))["explanation"]["money"]["en"])


async def test_a_completed_case_owes_what_came_back_until_it_is_paid(shop: Shop) -> None:
    case_id = await refunded(shop)
    first = await shop.last(RefundRequested)
    await comes_back(shop, first, 19133)
    case = await shop.get(case_id)
    assert (case["state"], case["whose_turn"], case["refunded"]["amount"]) == ("manual_review", "agent", 0)
    assert (await shop.last(AfterSaleRefundReversed)).amount_minor == 19133
    assert (await shop.last(AfterSaleEscalated)).cause == "refund_reversed"
    assert (
        await money(shop, case_id)
        == "191.33 CNY came back to the merchant after it was paid, and is owed; an agent has to decide"
    )
    step = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"][-1]
    assert step["text"]["zh_cn"] == "退款到账后被退回商家，仍欠买家"
    shop.harness.problem(
        await shop.agent.post(f"/v1/cases/{case_id}/close", json={"note": "渠道关闭"}), 409, "refund_owed_again"
    )
    await shop.act(shop.agent, case_id, "refund")
    again = await shop.refund_succeeds()
    assert (again.refund_id != first.refund_id, again.amount_minor) == (True, 19133)
    assert [each.refunded_minor for each in await shop.published(AfterSaleCompleted)] == [19133, 19133]
    assert await money(shop, case_id) == "191.33 CNY went back"
    assert await shop.harness.parked() == []


async def test_what_came_back_is_given_back_without_the_provider(shop: Shop) -> None:
    case_id = await refunded(shop)
    await files_of(shop, HASH)
    await comes_back(shop, await shop.last(RefundRequested), 19133)
    stated = {"method": "bank_transfer", "reference": "bank-1", "evidence": [HASH]}
    await shop.act(shop.seller, case_id, "state-offline-refund", **stated)
    await shop.act(shop.buyer, case_id, "confirm-offline-refund")
    case = await shop.get(case_id)
    assert (case["state"], case["refunded"]["amount"]) == ("completed", 19133)


async def test_other_cases_do_not_get_the_units_or_the_money_meanwhile(shop: Shop) -> None:
    case_id = await refunded(shop)
    await comes_back(shop, await shop.last(RefundRequested), 19133)
    problem = shop.harness.problem(await shop.ask(2, type_="refund_only"), 422, "quantity_exceeds_remaining")
    assert problem["remaining"] == 1
    await by_case(shop, 1)
    await shop.act(shop.agent, case_id, "refund")
    assert (await shop.refund_succeeds()).amount_minor == 19133


async def test_a_cancelled_order_leaves_what_came_back_to_the_case(shop: Shop) -> None:
    await shop.paid()
    case_id = await by_case(shop, 3)
    await comes_back(shop, await shop.last(RefundRequested), 29500)
    await shop.cancelled()
    assert (await shop.get(case_id))["state"] == "manual_review"
    await shop.act(shop.agent, case_id, "refund")
    await shop.refund_fails()
    assert (await shop.get(case_id))["state"] == "manual_review"
    await files_of(shop, HASH)
    stated = {"method": "bank_transfer", "reference": "bank-1", "evidence": [HASH]}
    await shop.act(shop.seller, case_id, "state-offline-refund", **stated)
    await shop.act(shop.buyer, case_id, "confirm-offline-refund")
    assert (await shop.get(case_id))["refunded"]["amount"] == 29500


async def two_payments(shop: Shop) -> None:
    await shop.created()
    await shop.payment(lines=(KETTLE,), fee=800, payments=PAYMENTS)  # type: ignore[arg-type]  # one more field of the event
    await shop.leaves({"line_1": 3})
    await shop.arrives()
    await files_of(shop, HASH)


async def test_a_share_that_came_back_is_all_that_is_owed(shop: Shop) -> None:
    await two_payments(shop)
    case_id = await by_case(shop, 3)
    await comes_back(shop, await shop.last(RefundRequested), 9500, left=20000)
    case = await shop.get(case_id)
    assert (case["state"], case["refunded"]["amount"]) == ("manual_review", 20000)
    await shop.act(shop.agent, case_id, "refund")
    assert (await shop.refund_succeeds()).amount_minor == 9500
    assert (await shop.get(case_id))["refunded"]["amount"] == 29500


async def test_a_share_that_comes_back_while_the_rest_is_on_its_way_is_owed_after_it(shop: Shop) -> None:
    await two_payments(shop)
    case_id = await by_case(shop, 3)
    first = await shop.last(RefundRequested)
    await comes_back(shop, first, 9500, left=20000)
    await shop.act(shop.agent, case_id, "refund")
    await comes_back(shop, first, 20000)
    assert (await shop.get(case_id))["state"] == "refunding"
    second = await shop.last(RefundRequested)
    await shop.refund_succeeds(second)
    case = await shop.get(case_id)
    assert (case["state"], case["refunded"]["amount"]) == ("manual_review", 9500)
    await shop.act(shop.agent, case_id, "refund")
    assert (await shop.refund_succeeds()).amount_minor == 20000
    assert (await shop.get(case_id))["refunded"]["amount"] == 29500
    assert await shop.harness.parked() == []


async def test_more_than_is_stated_outside_is_stated_again(shop: Shop) -> None:
    await two_payments(shop)
    case_id = await by_case(shop, 3)
    first = await shop.last(RefundRequested)
    await comes_back(shop, first, 9500, left=20000)
    stated = {"method": "bank_transfer", "reference": "bank-1", "evidence": [HASH]}
    await shop.act(shop.seller, case_id, "state-offline-refund", **stated)
    await comes_back(shop, first, 20000)
    assert (await shop.get(case_id))["state"] == "manual_review"
    await shop.act(shop.seller, case_id, "state-offline-refund", **stated)
    await shop.act(shop.buyer, case_id, "confirm-offline-refund")
    assert (await shop.get(case_id))["refunded"]["amount"] == 29500


async def test_what_is_back_of_a_refund_that_had_failed_counts_no_more_once_it_came_back(shop: Shop) -> None:
    await two_payments(shop)
    case = await shop.case(3, type_="refund_only")
    await shop.act(shop.seller, case["id"], "approve")
    request = await shop.last(RefundRequested)
    failed = shop._refund(request, "failed") | {"failure_code": "declined", "succeeded_minor": 9500}
    await shop.harness.consume(RefundFailed(**failed))
    await comes_back(shop, request, 9500)
    assert (await shop.get(case["id"]))["refunded"]["amount"] == 0
    assert await shop.harness.runtime.pool.fetchval("SELECT sum(returned_minor)::int FROM case_lines") == 0
    await shop.act(shop.agent, case["id"], "refund")
    assert (await shop.refund_succeeds()).amount_minor == 29500


async def test_a_refund_that_no_case_has_decided_is_ignored(shop: Shop) -> None:
    case_id = await refunded(shop)
    await comes_back(shop, await shop.last(RefundRequested), 100, case_id=None)
    assert (await shop.get(case_id))["state"] == "completed"


async def test_the_refund_of_another_case_is_set_aside(shop: Shop) -> None:
    case_id = await refunded(shop)
    await comes_back(shop, await shop.last(RefundRequested), 100, refund_id="ref_other")
    assert (await shop.get(case_id))["state"] == "completed"
    assert len(await shop.harness.parked()) == 1


async def test_the_success_of_a_refund_is_not_reported_twice(shop: Shop) -> None:
    case_id = await refunded(shop)
    request = await shop.last(RefundRequested)
    await comes_back(shop, request, 19133)
    await shop.harness.consume(RefundSucceeded(**shop._refund(request, "succeeded")))
    assert (await shop.get(case_id))["state"] == "manual_review"
    assert len(await shop.harness.parked()) == 1
