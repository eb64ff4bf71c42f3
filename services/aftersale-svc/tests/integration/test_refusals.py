"""What cannot be asked for, and that asking changes nothing."""

import asyncio
from datetime import timedelta

import pytest
from aftercare_chassis.testing import until
from aftersale_shop import CUP, KETTLE, Shop


async def nothing_happened(shop: Shop) -> None:
    assert (await shop.agent.get("/v1/cases")).json()["data"] == []
    assert await shop.harness.published() == []


async def test_an_order_that_is_not_known_here(shop: Shop) -> None:
    response = await shop.ask()
    body = shop.harness.problem(response, 404, "order_unknown")
    assert response.headers["retry-after"] == "1"
    assert "稍后重试" in body["detail"]
    await nothing_happened(shop)


async def test_an_order_of_somebody_else_is_unknown(shop: Shop) -> None:
    await shop.delivered()
    for other_buyer in (
        shop.harness.client("buyer", "buyer-2"),
        shop.harness.client("seller", "seller-2", tenant="m-2"),
    ):
        shop.harness.problem(await shop.ask(client=other_buyer), 404, "order_unknown")
    await nothing_happened(shop)


async def test_the_seller_and_an_agent_may_ask_for_the_buyer(shop: Shop) -> None:
    await shop.delivered()
    for client in (shop.seller, shop.agent):
        case = await shop.case(1, client=client)
        assert case["buyer_id"] == "buyer-1"
    shop.harness.problem(await shop.ask(1, client=shop.arbitrator), 403, "forbidden")


async def test_an_order_that_is_not_paid(shop: Shop) -> None:
    await shop.created()
    shop.harness.problem(await shop.ask(type_="refund_only"), 404, "order_unknown")
    await nothing_happened(shop)


@pytest.mark.parametrize("known", [False, True], ids=["unknown", "known as unpaid"])
async def test_a_case_asked_for_right_after_the_payment_waits_for_its_event(shop: Shop, known: bool) -> None:
    if known:
        await shop.created()
    shop.harness.runtime.leaving = lambda: False
    asked = asyncio.ensure_future(shop.ask(type_="refund_only"))

    async def waits() -> bool:
        return shop.harness.runtime.waiting == 1

    await until(waits, "the command waits")
    await (shop.payment() if known else shop.paid())
    assert (await asyncio.wait_for(asked, 60)).status_code == 201


async def test_an_order_that_was_cancelled(shop: Shop) -> None:
    await shop.paid()
    await shop.cancelled()
    shop.harness.problem(await shop.ask(type_="refund_only"), 409, "order_cancelled")


async def test_goods_that_have_not_left_cannot_be_returned(shop: Shop) -> None:
    await shop.paid()
    response = await shop.ask()
    body = shop.harness.problem(response, 409, "stage_unsuitable")
    assert (body["stage"], body["allowed"]) == (
        "pre_ship",
        ["refund_only", "cancel_unshipped", "consult", "price_adjust"],
    )
    assert body["errors"][0]["pointer"] == "/type"
    assert response.headers["retry-after"] == "1"
    await nothing_happened(shop)
    await shop.case(type_="refund_only")


async def test_a_reason_that_cannot_be_true_yet(shop: Shop) -> None:
    await shop.paid()
    response = await shop.ask(type_="refund_only", reason="lost_in_transit")
    body = shop.harness.problem(response, 409, "reason_unsuitable")
    assert body["errors"][0]["pointer"] == "/reason"
    assert {"quality_defect", "packaging_damaged", "changed_mind"} < set(body["allowed"])
    assert "lost_in_transit" not in body["allowed"]
    await nothing_happened(shop)
    await shop.leaves({"line_1": 3})
    await shop.case(1, type_="refund_only", reason="lost_in_transit")


@pytest.mark.parametrize(
    "asked_for", [{}, {"type_": "refund_only", "reason": "lost_in_transit"}], ids=["type", "reason"]
)
async def test_a_request_right_after_the_shipment_waits_for_its_event(shop: Shop, asked_for: dict[str, str]) -> None:
    await shop.paid()
    shop.harness.runtime.leaving = lambda: False
    asked = asyncio.ensure_future(shop.ask(**asked_for))

    async def waits() -> bool:
        return shop.harness.runtime.waiting == 1

    await until(waits, "the command waits")
    await shop.leaves({"line_1": 3})
    assert (await asyncio.wait_for(asked, 60)).status_code == 201


async def test_the_window_closes(shop: Shop) -> None:
    await shop.delivered()
    await shop.received(shop.clock.now() + timedelta(hours=1))
    await shop.case(1)
    shop.clock.advance(hours=1)
    shop.harness.problem(await shop.ask(1), 409, "window_passed")


async def test_a_completed_order(shop: Shop) -> None:
    await shop.delivered()
    await shop.completed()
    shop.harness.problem(await shop.ask(1), 409, "window_passed")


async def test_more_units_than_there_are(shop: Shop) -> None:
    await shop.delivered()
    body = shop.harness.problem(await shop.ask(4), 422, "quantity_exceeds_remaining")
    assert body["remaining"] == 3
    assert body["errors"][0]["pointer"] == "/lines/0/quantity"
    await nothing_happened(shop)


async def test_units_of_a_live_case(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    refused = shop.harness.problem(await shop.ask(2), 409, "units_in_live_case")
    assert (refused["free"], refused["cases"]) == (1, [case["id"]])
    assert case["id"] in refused["detail"]
    await shop.act(shop.buyer, case["id"], "cancel")
    assert (await shop.case(3))["requested"]["amount"] == KETTLE.paid_minor


async def test_lines_that_make_no_sense(shop: Shop) -> None:
    await shop.delivered(lines=(KETTLE, CUP))
    unknown = [{"line_id": "line_2", "quantity": 1}, {"line_id": "line_9", "quantity": 1}]
    body = shop.harness.problem(await shop.ask(lines=unknown), 422, "line_unknown")
    assert (body["errors"][0]["pointer"], sorted(body["allowed"])) == ("/lines/1/line_id", ["line_1", "line_2"])
    twice = [{"line_id": "line_2", "quantity": 1}] * 2
    shop.harness.problem(await shop.ask(lines=twice), 422, "line_repeated")
    await nothing_happened(shop)


async def test_several_lines_in_one_case(shop: Shop) -> None:
    await shop.delivered(lines=(KETTLE, CUP))
    both = [{"line_id": "line_2", "quantity": 1}, {"line_id": "line_1", "quantity": 3}]
    case = await shop.case(lines=both, type_="refund_only")
    assert case["requested"]["amount"] == 28700 + 1500
    await shop.act(shop.seller, case["id"], "approve")
    assert (await shop.refund_succeeds()).amount_minor == 28700 + 1500
    shop.harness.problem(await shop.ask(lines=both), 422, "quantity_exceeds_remaining")
    assert (await shop.case(lines=[{"line_id": "line_2", "quantity": 1}]))["requested"]["amount"] == 1500


async def test_asking_again_and_again_after_rejections_has_an_end(shop: Shop) -> None:
    await shop.delivered()
    for _ in range(6):
        case = await shop.rejected(2)
        closed = await shop.act(shop.buyer, case["id"], "accept", note="好吧")
        assert (closed["state"], closed["close_cause"]) == ("closed", "rejection_accepted")
    shop.harness.problem(await shop.ask(1), 409, "reapplied_too_often")


async def test_a_rejection_that_a_verdict_left_as_it_was_is_a_rejection(shop: Shop) -> None:
    await shop.delivered()
    for number in range(6):
        case = await shop.rejected(1)
        dispute = await shop.complaint(case["id"], f"cmp_{number}")
        assert dispute is not None
        await shop.rule(dispute["id"], "answer", shop.seller, text="?")
        await shop.verdict(dispute["id"], None, "none")
    assert shop.harness.problem(await shop.ask(1), 409, "reapplied_too_often")["times"] == 6


async def test_returned_goods_that_were_refused_count_as_well(shop: Shop) -> None:
    await shop.delivered()
    for number in range(6):
        case = await shop.case(1)
        await shop.approve(case["id"])
        await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no=f"SF200{number}")
        await shop.act(shop.seller, case["id"], "receive")
        await shop.inspect(case["id"], 0, reason="empty_return")
        await shop.act(shop.buyer, case["id"], "accept")
    shop.harness.problem(await shop.ask(1), 409, "reapplied_too_often")


async def test_a_verdict_for_the_buyer_or_against_an_open_request_is_no_rejection(shop: Shop) -> None:
    await shop.delivered()
    for number in range(6):
        case = await shop.case(1)
        dispute = await shop.complaint(case["id"], f"cmp_{number}")
        assert dispute is not None
        await shop.rule(dispute["id"], "answer", shop.seller, text="?")
        await shop.verdict(dispute["id"], None, "none")
    await shop.case(1)


async def test_a_buyer_does_not_state_what_was_agreed_with_the_buyer(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/cancel", json={"reason": "agreed_with_buyer"})
    problem = shop.harness.problem(refused, 422, "handling_reason_unsuitable")
    assert "agreed_with_buyer" not in problem["allowed"]
    assert "other" in problem["allowed"]
    assert (await shop.get(case["id"]))["state"] == "pending_review"
    await shop.act(shop.seller, case["id"], "escalate", reason="agreed_with_buyer")
