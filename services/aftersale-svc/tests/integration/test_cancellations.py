"""Units that have not left are cancelled, line by line, also while others of the order are on their way."""

from typing import Any

import pytest
from aftercare_events import AfterSaleClosed, AfterSaleCompleted, AfterSaleRequested, AfterSaleRestaged, RefundRequested
from aftersale_shop import CUP, KETTLE, Shop, done
from aftersale_svc.domain.cases.reasons import REASONS_VERSION


async def cancelling(shop: Shop, quantity: int = 1, **more: Any) -> dict[str, Any]:
    return await shop.case(quantity, **{"type_": "cancel_unshipped", "reason": "wrong_size_or_model", **more})


async def test_units_are_cancelled_and_their_money_goes_back(shop: Shop) -> None:
    await shop.paid(lines=(KETTLE, CUP))
    case = await cancelling(shop, 2)
    assert (case["state"], case["stage"], case["reasons_version"]) == ("pending_review", "pre_ship", REASONS_VERSION)
    assert (case["requested"]["amount"], case["deadline_effect"]) == (19133, "approved_by_timeout")
    requested = await shop.last(AfterSaleRequested)
    assert (requested.goods, requested.money, requested.reasons_version) == ("keep", "refund", REASONS_VERSION)
    await shop.act(shop.seller, case["id"], "approve")
    refund = await shop.refund_succeeds()
    assert (refund.amount_minor, refund.before_shipment) == (19133, True)
    assert (await shop.get(case["id"]))["state"] == "completed"
    [line] = (await shop.last(AfterSaleCompleted)).lines
    assert (line.quantity, line.amount_minor) == (2, 19133)


async def test_silence_approves_after_a_short_time(shop: Shop) -> None:
    await shop.paid()
    case = await cancelling(shop)
    shop.clock.advance(hours=23.9)
    await shop.harness.run_due()
    assert (await shop.get(case["id"]))["state"] == "pending_review"
    shop.clock.advance(hours=0.2)
    await shop.harness.run_due()
    assert (await shop.get(case["id"]))["state"] == "refunding"


async def test_what_has_left_cannot_be_cancelled_and_the_rest_can(shop: Shop) -> None:
    await shop.paid()
    await shop.leaves({"line_1": 1})
    problem = shop.harness.problem(await shop.ask(3, type_="cancel_unshipped"), 409, "units_shipped")
    assert problem["errors"][0]["pointer"] == "/lines/0/quantity"
    assert problem["allowed"] == ["refund_only", "consult", "price_adjust"], "one unit has left, two have not"
    case = await cancelling(shop, 2)
    assert case["stage"] == "pre_ship"
    await shop.act(shop.seller, case["id"], "approve")
    assert (await shop.last(RefundRequested)).before_shipment


async def test_what_is_on_its_way_is_refused_at_the_door_instead(shop: Shop) -> None:
    await shop.shipped()
    problem = shop.harness.problem(await shop.ask(3, type_="cancel_unshipped"), 409, "units_shipped")
    assert "refused_delivery" in problem["allowed"]
    assert "拒收" in problem["detail"]
    shown = done(await shop.buyer.get("/v1/orders/ord_1/after-sale-options"))
    [why_not] = [each["why_not"] for each in shown["lines"][0]["options"] if each["type"] == "cancel_unshipped"]
    assert "Refused delivery" in why_not["message"]["en"]
    for type_ in problem["allowed"]:
        [option] = [each for each in shown["lines"][0]["options"] if each["type"] == type_]
        assert option["allowed"], type_


async def test_once_all_has_arrived_there_is_nothing_to_cancel(shop: Shop) -> None:
    await shop.delivered()
    problem = shop.harness.problem(await shop.ask(1, type_="cancel_unshipped"), 409, "stage_unsuitable")
    assert "cancel_unshipped" not in problem["allowed"]


@pytest.mark.parametrize("decision", [None, "reject"])
async def test_a_cancellation_ends_when_its_units_leave_after_all(shop: Shop, decision: str | None) -> None:
    """A parcel was handed over while the request was made; the units are free for a return then."""
    await shop.paid()
    case = await cancelling(shop, 3)
    if decision:
        await shop.act(shop.seller, case["id"], decision, reason="final_sale_category")
    await shop.leaves({"line_1": 3})
    ended = await shop.get(case["id"])
    assert (ended["state"], ended["close_cause"], ended["stage"]) == ("closed", "units_shipped", "in_transit")
    assert (await shop.last(AfterSaleRestaged)).case_id == case["id"]
    assert (await shop.last(AfterSaleClosed)).cause == "units_shipped"
    await shop.case(3)


@pytest.mark.parametrize("remedy", ["resume", "none", "refund"])
async def test_units_that_leave_during_a_dispute(shop: Shop, remedy: str) -> None:
    await shop.paid()
    case = await cancelling(shop, 3)
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.leaves({"line_1": 3})
    assert (await shop.get(case["id"]))["state"] == "disputed"
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], 100 if remedy == "refund" else None, remedy)
    ended = await shop.get(case["id"])
    expected = {"resume": ("closed", "units_shipped"), "none": ("closed", "verdict"), "refund": ("refunding", None)}
    assert (ended["state"], ended["close_cause"]) == expected[remedy]


async def test_a_cancellation_ends_with_its_cancelled_order(shop: Shop) -> None:
    await shop.paid()
    case = await cancelling(shop)
    await shop.cancelled()
    ended = await shop.get(case["id"])
    assert (ended["state"], ended["close_cause"]) == ("closed", "order_cancelled")


async def test_a_refund_that_order_svc_refuses_for_units_that_have_left_goes_to_an_agent(shop: Shop) -> None:
    await shop.paid()
    case = await cancelling(shop)
    await shop.act(shop.seller, case["id"], "approve")
    await shop.refund_fails(failure_code="units_shipped")
    failed = await shop.get(case["id"])
    assert (failed["state"], failed["whose_turn"]) == ("manual_review", "agent")
