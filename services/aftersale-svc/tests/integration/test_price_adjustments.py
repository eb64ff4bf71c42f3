"""Price protection: the buyer keeps the goods and gets a part of the price back."""

from typing import Any

import pytest
import refused_parcels_back
from aftercare_events import (
    AfterSaleApproved,
    AfterSaleCompleted,
    AfterSaleEscalated,
    AfterSaleRequested,
    AfterSaleShareChanged,
    RefundRequested,
)
from aftersale_shop import Shop
from past_views import PastViews


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


def line(quantity: int = 3, reference: int = 9900, checked: int = 9600, **more: Any) -> dict[str, Any]:
    prices = {"reference_price": cny(reference), "checked_price": cny(checked)}
    return {"line_id": "line_1", "quantity": quantity, **prices, **more}


async def asked(shop: Shop, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return await shop.case(type_="price_adjust", reason="price_dropped", lines=list(lines or [line()]), **more)


async def test_a_price_adjustment_is_approved_and_the_goods_can_still_be_returned(shop: Shop) -> None:
    await shop.delivered()
    case = await asked(shop)
    assert (case["requested"]["amount"], case["shipping_refund"]["amount"]) == (900, 0)
    assert (case["price_checks"][0]["reference_price"]["amount"], case["deadline_effect"]) == (
        9900,
        "escalated_review_late",
    )
    event = await shop.last(AfterSaleRequested)
    assert (event.goods, event.money, event.requested_minor) == ("none", "refund", 900)
    await shop.act(shop.seller, case["id"], "approve")
    refund = await shop.refund_succeeds()
    assert (refund.amount_minor, refund.before_shipment) == (900, False)
    done = await shop.get(case["id"])
    assert (done["state"], done["refunded"]["amount"], done["price_checks"][0]["granted"]["amount"]) == (
        "completed",
        900,
        900,
    )
    [refunded] = (await shop.last(AfterSaleCompleted)).lines
    assert (refunded.quantity, refunded.amount_minor) == (0, 900)
    back = await shop.case(3, type_="refund_only")
    assert back["requested"]["amount"] == 27800, "exactly the rest"
    assert back["shipping_refund"]["amount"] == 800


async def test_the_merchant_grants_a_part_with_a_reason(shop: Shop) -> None:
    await shop.delivered()
    case = await asked(shop)
    granted = [{"line_id": "line_1", "amount": cny(500)}]
    path = f"/v1/cases/{case['id']}/grant"
    assert (await shop.buyer.post(path, json={"lines": granted, "reason": "reason_untrue"})).status_code == 403
    for amount, code in ((901, "grant_exceeds_request"), (0, "nothing_granted")):
        body = {"lines": [{"line_id": "line_1", "amount": cny(amount)}], "reason": "reason_untrue"}
        shop.harness.problem(await shop.seller.post(path, json=body), 422, code)
    shop.harness.problem(
        await shop.seller.post(
            path, json={"lines": [{"line_id": "line_9", "amount": cny(1)}], "reason": "reason_untrue"}
        ),
        422,
        "line_unknown",
    )
    await shop.act(shop.seller, case["id"], "grant", lines=granted, reason="reason_untrue", note="94 元")
    approved = await shop.last(AfterSaleApproved)
    assert (approved.granted_minor, approved.reduction_reason) == (500, "reason_untrue")
    steps = (await shop.buyer.get(f"/v1/cases/{case['id']}/timeline")).json()["data"]
    [step] = [each for each in steps if each["action"] == "grant"]
    assert (step["reason"], step["note"], step["state"]) == ("reason_untrue", "94 元", "refunding")
    assert step["text"]["zh_cn"] == "商家核定了退款金额，原因：申请原因与事实不符：核定 5.00 CNY"
    assert (await shop.refund_succeeds()).amount_minor == 500
    assert (await shop.case(3, type_="refund_only"))["requested"]["amount"] == 28200


async def test_silence_grants_nothing(shop: Shop) -> None:
    await shop.delivered()
    case = await asked(shop)
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    assert (await shop.get(case["id"]))["state"] == "manual_review"
    assert (await shop.last(AfterSaleEscalated)).case_id == case["id"]
    await shop.act(
        shop.agent, case["id"], "grant", lines=[{"line_id": "line_1", "amount": cny(1)}], reason="reason_untrue"
    )
    assert (await shop.last(RefundRequested)).amount_minor == 1


async def test_a_return_that_was_opened_first_keeps_its_share(shop: Shop) -> None:
    await shop.delivered()
    case = await asked(shop)
    back = await shop.case(3, type_="refund_only")
    assert back["requested"]["amount"] == 28700
    granted = {"lines": [{"line_id": "line_1", "amount": cny(500)}], "reason": "reason_untrue"}
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/grant", json=granted)
    shop.harness.problem(refused, 422, "adjustment_exceeds_left")


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"line_id": "line_1", "quantity": 1}, "prices_missing", "/lines/0/checked_price"),
        (line(1, 9900, 9900), "price_not_lower", "/lines/0/checked_price"),
        (line(1, 9900, 0, checked_price={"amount": 1, "currency": "USD"}), "price_currency_mismatch", None),
        (line(3, 9900, 0), "adjustment_exceeds_left", "/lines/0/checked_price"),
    ],
)
async def test_prices_that_make_no_sense(shop: Shop, body: dict[str, Any], code: str, pointer: str | None) -> None:
    await shop.delivered()
    refused = await shop.ask(type_="price_adjust", reason="price_dropped", lines=[body])
    problem = shop.harness.problem(refused, 422, code)
    assert pointer in (None, problem["errors"][0]["pointer"])


async def test_what_it_needs(shop: Shop) -> None:
    await shop.delivered()
    more: dict[str, Any] = {"type_": "price_adjust", "lines": [line()]}
    shop.harness.problem(await shop.ask(reason="price_dropped", evidence=[], **more), 422, "evidence_required")
    shop.harness.problem(await shop.ask(reason="lost_in_transit", **more), 409, "reason_unsuitable")
    shop.harness.problem(await shop.ask(type_="refund_only", lines=[line()]), 422, "prices_unused")
    for price in ("reference_price", "checked_price"):
        lone = {"line_id": "line_1", "quantity": 1, price: {"amount": 9900, "currency": "CNY"}}
        refused = shop.harness.problem(await shop.ask(type_="exchange", lines=[lone]), 422, "prices_unused")
        assert refused["errors"][0]["pointer"] == f"/lines/0/{price}"


async def test_a_verdict_awards_at_most_what_was_asked_for(shop: Shop) -> None:
    await shop.delivered()
    case = await asked(shop)
    await shop.act(shop.seller, case["id"], "reject", reason="reason_untrue")
    await shop.act(shop.buyer, case["id"], "accept")
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    body = {"liable": "seller", "remedy": "refund", "grounds": "?", "amount": cny(901)}
    refused = await shop.arbitrator.post(f"/v1/disputes/{dispute['id']}/verdict", json=body)
    shop.harness.problem(refused, 422, "amount_exceeds_paid")
    await shop.verdict(dispute["id"], 300)
    await shop.refund_succeeds()
    assert (await shop.get(case["id"]))["refunded"]["amount"] == 300
    assert (await shop.case(3, type_="refund_only"))["requested"]["amount"] == 28400


async def test_a_refund_that_fails_is_tried_again(shop: Shop) -> None:
    await shop.delivered()
    case = await asked(shop)
    await shop.act(
        shop.seller, case["id"], "grant", lines=[{"line_id": "line_1", "amount": cny(700)}], reason="reason_untrue"
    )
    await shop.refund_fails()
    await shop.act(shop.agent, case["id"], "refund")
    assert (await shop.refund_succeeds()).amount_minor == 700


async def test_what_other_cases_have_taken_is_not_approved_as_nothing(shop: Shop) -> None:
    await shop.delivered()
    case, offered = await asked(shop), await asked(shop)
    await shop.act(shop.seller, offered["id"], "offer", amount=cny(100))
    other = await shop.case(3, type_="refund_only")
    path = f"/v1/cases/{case['id']}"
    shop.harness.problem(await shop.seller.post(f"{path}/approve", json={}), 409, "nothing_left")
    accepted = await shop.buyer.post(f"/v1/cases/{offered['id']}/accept-offer", json={})
    shop.harness.problem(accepted, 409, "nothing_left")
    batch = {"case_ids": [case["id"], other["id"]]}
    outcomes = (await shop.seller.post("/v1/case-batches/approve", json=batch)).json()["data"]
    assert [each["refused"] and each["refused"]["code"] for each in outcomes] == ["nothing_left", None]
    await shop.act(shop.seller, case["id"], "escalate")
    shop.harness.problem(await shop.agent.post(f"{path}/refund", json={}), 409, "nothing_left")
    assert (await shop.get(case["id"]))["state"] == "manual_review"
    decided = (await shop.agent.get(f"{path}/decisions")).json()["data"]
    assert [each["outcome"] for each in decided] == ["handed_over"]
    assert (await shop.act(shop.agent, case["id"], "reject", reason="reason_untrue"))["state"] == "rejected"


async def test_what_an_adjustment_does_not_pay_after_all_goes_to_the_return_opened_meanwhile(shop: Shop) -> None:
    await shop.delivered()
    adjustment = await asked(shop)
    await shop.act(shop.seller, adjustment["id"], "approve")
    back = await shop.case(3, type_="refund_only")
    assert back["requested"]["amount"] == 27800
    views = PastViews(shop, back["id"])
    await views.look()
    await shop.refund_fails()
    await shop.act(shop.agent, adjustment["id"], "close", note="多次失败")
    shown = await shop.get(back["id"])
    await views.look()
    assert (shown["requested"]["amount"], shown["lines"][0]["requested"]["amount"]) == (28700, 28700)
    changed = await shop.last(AfterSaleShareChanged)
    assert (changed.case_id, changed.requested_minor, changed.lines[0].amount_minor) == (back["id"], 28700, 28700)
    steps = (await shop.buyer.get(f"/v1/cases/{back['id']}/timeline")).json()["data"]
    assert steps[-1]["action"] == "reshare"
    await shop.act(shop.seller, back["id"], "approve")
    assert (await shop.refund_succeeds()).amount_minor == 28700 + 800
    await views.check()


@pytest.mark.parametrize("part", [None, 5000])
async def test_an_open_offer_of_all_is_one_of_all_that_the_case_is_about_now(shop: Shop, part: int | None) -> None:
    await shop.delivered()
    adjustment = await asked(shop)
    await shop.act(shop.seller, adjustment["id"], "approve")
    back = await shop.case(3, type_="return_refund")
    await shop.act(
        shop.seller, back["id"], "offer", type="refund_only", **({} if part is None else {"amount": cny(part)})
    )
    await shop.refund_fails()
    await shop.act(shop.agent, adjustment["id"], "close", note="多次失败")
    offered = (await shop.get(back["id"]))["offer"]["amount"]["amount"]
    assert offered == (28700 if part is None else part), "what was offered in part stays as it was offered"
    assert (await shop.last(AfterSaleShareChanged)).offered_minor == (28700 if part is None else None)
    await shop.act(shop.buyer, back["id"], "accept-offer")
    assert (await shop.refund_succeeds()).amount_minor == (28700 + 800 if part is None else part)


async def test_what_was_accepted_of_a_return_has_its_part_of_it(shop: Shop) -> None:
    """An exchange of which two of three units were accepted, and for which there is nothing to send."""
    await shop.delivered()
    adjustment = await asked(shop)
    await shop.act(shop.seller, adjustment["id"], "approve")
    exchange = await shop.arrived(3, type_="exchange")
    await shop.inspect(exchange["id"], 2)
    await shop.refund_fails()
    await shop.act(shop.agent, adjustment["id"], "close", note="多次失败")
    await shop.act(shop.seller, exchange["id"], "no-stock")
    assert (await shop.refund_succeeds()).amount_minor == 19133
    await refused_parcels_back.back(shop, exchange["id"])
    rest = await shop.case(1, type_="refund_only")
    assert rest["requested"]["amount"] == 9567


async def test_a_refund_on_its_way_stays_as_it_was_decided(shop: Shop) -> None:
    await shop.delivered()
    adjustment = await asked(shop)
    await shop.act(shop.seller, adjustment["id"], "approve")
    request = await shop.last(RefundRequested)
    back = await shop.case(3, type_="refund_only")
    await shop.act(shop.seller, back["id"], "approve")
    await shop.refund_fails(request)
    await shop.act(shop.agent, adjustment["id"], "close", note="多次失败")
    assert (await shop.refund_succeeds()).amount_minor == 27800 + 800
    assert not await shop.published(AfterSaleShareChanged)
