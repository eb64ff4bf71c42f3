"""What can be asked for once the after-sale window is over: by a warranty, because of a recall, about the outcome of a case, as a question."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from aftercare_events import (
    AfterSaleEscalated,
    AfterSaleRequested,
    OrderReceiptConfirmed,
    RefundRequested,
    ServiceTermsSet,
)
from aftersale_shop import CUP, HASH, KETTLE, RETURN_ADDRESS, Shop

DAY = 24
REASONS = {"recall", "safety_incident"}


async def completed(shop: Shop, days: int = 8) -> None:
    """An order that was received so many days ago, and completed when its window of a week was over."""
    await shop.delivered()
    await shop.received(shop.clock.now() + timedelta(days=7))
    shop.clock.advance(hours=days * DAY)
    await shop.completed()


async def options(shop: Shop) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is shown of the order, and its options by their types."""
    shown = (await shop.buyer.get("/v1/orders/ord_1/after-sale-options")).json()
    return shown, {each["type"]: each for each in shown["lines"][0]["options"]}


async def refused(shop: Shop, response: httpx.Response, code: str, *allowed: str) -> None:
    problem = shop.harness.problem(response, 409, code)
    assert set(allowed) <= set(problem["allowed"])
    assert problem["detail"]


async def test_a_repair_under_warranty_after_the_order_is_completed(shop: Shop) -> None:
    await completed(shop, 300)
    shown, found = await options(shop)
    assert (shown["stage"], found["repair"]["allowed"]) == ("post_receipt", True)
    assert "warranty_repair" in found["repair"]["reasons"]
    terms = {each["term"]: each for each in shown["terms"]}
    assert (terms["window"]["is_over"], terms["warranty"]["is_over"]) == (True, False)
    assert terms["warranty"]["message"]["en"].startswith("The warranty: until 20")
    case = await shop.arrived(2, type_="repair", reason="warranty_repair")
    assert case["state"] == "in_repair"
    await shop.act(shop.seller, case["id"], "repaired", work=["part_replaced"])
    await shop.act(shop.seller, case["id"], "ship-replacement", carrier="zto", waybill_no="73100001")
    done = await shop.act(shop.buyer, case["id"], "confirm-replacement")
    assert done["state"] == "completed"


async def test_what_is_over_is_refused_as_the_options_have_it(shop: Shop) -> None:
    await shop.setting("service-terms", warranty_days=30)
    await completed(shop, 30)
    _, found = await options(shop)
    assert found["price_adjust"]["why_not"]["code"] == "window_passed"
    assert "recall" in found["price_adjust"]["why_not"]["message"]["en"] or "none" in str(found["price_adjust"])
    assert set(found["return_refund"]["reasons"]) == REASONS
    await refused(shop, await shop.ask(1), "window_passed", *REASONS)
    await refused(shop, await shop.ask(1, type_="repair", reason="warranty_repair"), "warranty_passed", "paid_repair")
    preview = await shop.buyer.post(
        "/v1/cases/preview",
        json={
            "order_id": "ord_1",
            "type": "return_refund",
            "reason": "changed_mind",
            "lines": [{"line_id": "line_1", "quantity": 1}],
            "evidence": [],
        },
    )
    await refused(shop, preview, "window_passed", *REASONS)
    assert await shop.published(AfterSaleRequested) == []
    await shop.case(1, type_="return_refund", reason="recall")


async def test_a_merchant_sets_its_terms(shop: Shop) -> None:
    await shop.setting("service-terms", warranty_days=30)
    await completed(shop, 60)
    body = {"warranty_days": 61, "recall_ends_at": shop.clock.now().isoformat()}
    await shop.setting("service-terms", shop.seller, **body)
    assert (await shop.last(ServiceTermsSet)).warranty_days == 61
    await refused(shop, await shop.ask(1, reason="recall"), "reason_closed", "safety_incident")
    case = await shop.case(1, type_="repair", reason="warranty_repair")
    [used] = (await shop.get(case["id"]))["settings"]
    assert (used["kind"], used["version"]) == ("service_terms", 2)
    await shop.setting("service-terms", shop.seller, warranty_days=0)
    await refused(shop, await shop.ask(1, type_="repair", reason="warranty_repair"), "no_warranty")
    for days in (-1, 36_501, "?", None):
        bad = await shop.seller.put("/v1/merchants/m-1/service-terms", json={"warranty_days": days})
        assert bad.status_code == 422


async def test_a_case_does_not_become_what_would_be_asked_for_too_late(shop: Shop) -> None:
    await completed(shop)
    case = await shop.case(1, type_="exchange", reason="warranty_repair")
    body = {"type": "return_refund", "reason": "quality_defect"}
    await refused(shop, await shop.buyer.post(f"/v1/cases/{case['id']}/change-type", json=body), "window_passed")
    await shop.act(shop.seller, case["id"], "reject", reason="no_defect_found")
    again = await shop.buyer.post(f"/v1/cases/{case['id']}/reapply", json=body)
    await refused(shop, again, "window_passed")
    assert (await shop.get(case["id"]))["state"] == "rejected"
    done = await shop.buyer.post(f"/v1/cases/{case['id']}/reapply", json={"type": "repair"})
    assert done.status_code == 201, done.text


async def test_who_was_rejected_in_the_window_asks_again_after_it(shop: Shop) -> None:
    await shop.delivered()
    await shop.received(shop.clock.now() + timedelta(hours=1))
    case = await shop.rejected(1)
    shop.clock.advance(hours=2)
    again = await shop.buyer.post(f"/v1/cases/{case['id']}/reapply", json={"description": "附视频"})
    assert again.status_code == 201, again.text


async def test_the_outcome_of_a_case_is_followed_up_after_the_window(shop: Shop) -> None:
    """The inspection has refused a unit, and the window is over: the buyer asks again, and disputes a rejection (ADR 53)."""
    await shop.delivered()
    await shop.received(shop.clock.now() + timedelta(days=7))
    case = await shop.arrived(2)
    shop.clock.advance(hours=8 * DAY)
    await shop.inspect(case["id"], 1)
    await shop.refund_succeeds()
    await shop.completed()
    shown, found = await options(shop)
    assert found["refund_only"]["allowed"]
    assert shown["lines"][0]["window_ends_at"] > shown["window_ends_at"]
    again = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, again["id"], "reject", reason="no_defect_found")
    dispute = await shop.buyer.post(
        f"/v1/cases/{again['id']}/dispute", json={"category": "unfair_rejection", "text": "?", "evidence": [HASH]}
    )
    assert dispute.status_code == 201, dispute.text
    await shop.rule(dispute.json()["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute.json()["id"], 9000)
    assert (await shop.refund_succeeds()).amount_minor == 9000
    shop.clock.advance(hours=7 * DAY + 1)
    await refused(shop, await shop.ask(1, type_="refund_only"), "window_passed")


async def silent(shop: Shop, case_id: str, times: int) -> dict[str, Any]:
    """The case after everybody has let their time pass this often; the courier has delivered what was sent."""
    for _ in range(times):
        shop.clock.advance(hours=31 * DAY)
        await shop.harness.run_due()
    return await shop.get(case_id)


@pytest.mark.parametrize("priced", [False, True])
async def test_a_silent_merchant_pays_nothing_for_a_warranty_after_the_window(shop: Shop, priced: bool) -> None:
    await completed(shop, 60)
    lines = [{"line_id": "line_1", "quantity": 1, "wanted_sku": "KETTLE-2"}]
    case = await shop.case(type_="exchange", reason="warranty_repair", lines=lines)
    approved = await silent(shop, case["id"], 1)
    assert approved["state"] == "await_buyer_shipment", "a warranty replaces by silence, too"
    await shop.act(shop.seller, case["id"], "set-return-address", return_address=RETURN_ADDRESS)
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    if priced:
        price = {"line_id": "line_1", "unit_price": {"amount": 12900, "currency": "CNY"}}
        await shop.act(shop.seller, case["id"], "price-replacement", prices=[price])
    owed = await silent(shop, case["id"], 1)
    assert (owed["state"], owed["deadline_effect"]) == ("await_reship", "escalated_replacement_late")
    assert (await silent(shop, case["id"], 1))["state"] == "manual_review"
    assert (await shop.last(AfterSaleEscalated)).cause == "replacement_late"
    assert (await silent(shop, case["id"], 2))["state"] == "manual_review"
    assert await shop.published(RefundRequested) == []


async def test_silence_pays_nothing_where_a_completed_case_gives_more_time(shop: Shop) -> None:
    await completed(shop, 300)
    case = await shop.arrived(2, type_="repair", reason="warranty_repair")
    await shop.act(shop.seller, case["id"], "repaired", work=["tested"])
    await shop.act(shop.seller, case["id"], "ship-replacement", carrier="zto", waybill_no="73100001")
    await shop.act(shop.buyer, case["id"], "confirm-replacement")
    await refused(shop, await shop.ask(2, reason="changed_mind"), "window_passed", "quality_defect")
    other = await shop.case(2, type_="refund_only", reason="quality_defect")
    assert other["deadline_effect"] == "escalated_review_late"
    assert (await silent(shop, other["id"], 1))["state"] == "manual_review"
    await shop.act(shop.agent, other["id"], "reject", reason="no_defect_found")
    again = (await shop.buyer.post(f"/v1/cases/{other['id']}/reapply", json={})).json()
    assert again["deadline_effect"] == "escalated_review_late"
    assert await shop.published(RefundRequested) == []


async def returned_late(shop: Shop, reason: str) -> dict[str, Any]:
    """A return that was asked for after the window; the merchant has the goods."""
    case = await shop.case(1, type_="return_refund", reason=reason)
    await shop.approve(case["id"])
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1002")
    await shop.parcel("SF1002")
    return await shop.get(case["id"])


async def test_silence_at_the_inspection_pays_nothing_that_was_asked_for_late(shop: Shop) -> None:
    await completed(shop, 300)
    repaired = await shop.arrived(2, type_="repair", reason="warranty_repair")
    await shop.act(shop.seller, repaired["id"], "repaired", work=["tested"])
    await shop.act(shop.seller, repaired["id"], "ship-replacement", carrier="zto", waybill_no="73100001")
    await shop.act(shop.buyer, repaired["id"], "confirm-replacement")
    case = await returned_late(shop, "quality_defect")
    assert (case["state"], case["deadline_effect"]) == ("await_inspection", "escalated_inspection_late")
    assert (await silent(shop, case["id"], 1))["state"] == "manual_review"
    assert (await shop.last(AfterSaleEscalated)).cause == "inspection_late"
    assert await shop.published(RefundRequested) == []
    assert (await shop.act(shop.agent, case["id"], "refund"))["state"] == "refunding", "an agent decides"


async def test_a_recalled_return_is_refunded_by_silence_at_the_inspection(shop: Shop) -> None:
    await completed(shop, 300)
    case = await returned_late(shop, "recall")
    assert case["deadline_effect"] == "accepted_by_timeout"
    assert (await silent(shop, case["id"], 1))["state"] == "refunding"


async def test_a_recall_is_refunded_by_silence_at_any_time(shop: Shop) -> None:
    await completed(shop, 300)
    case = await shop.case(1, type_="refund_only", reason="recall")
    assert (case["deadline_effect"], (await silent(shop, case["id"], 1))["state"]) == (
        "approved_by_timeout",
        "refunding",
    )


async def test_who_was_rejected_in_the_window_is_approved_by_silence_after_it(shop: Shop) -> None:
    await shop.delivered()
    await shop.received(shop.clock.now() + timedelta(hours=1))
    case = await shop.rejected(1)
    shop.clock.advance(hours=2)
    again = (await shop.buyer.post(f"/v1/cases/{case['id']}/reapply", json={})).json()
    assert again["deadline_effect"] == "approved_by_timeout"


async def test_one_question_about_a_line_is_open_at_a_time(shop: Shop) -> None:
    await completed(shop)
    first = await shop.case(1, type_="consult", reason="invoice_problem")
    _, found = await options(shop)
    assert found["consult"]["why_not"]["code"] == "question_open"
    problem = shop.harness.problem(await shop.ask(1, type_="consult"), 409, "question_open")
    assert (problem["case_id"], problem["errors"][0]["pointer"]) == (first["id"], "/lines/0/line_id")
    await shop.act(shop.seller, first["id"], "answer", text="?")
    shop.harness.problem(await shop.ask(1, type_="consult"), 409, "question_open")
    await shop.act(shop.buyer, first["id"], "resolve")
    await shop.case(1, type_="consult")


@pytest.mark.parametrize("id_", ["buyer-1", "m-1"])
async def test_a_party_does_not_ask_as_the_platform(shop: Shop, id_: str) -> None:
    await shop.delivered()
    for role in ("agent", "admin"):
        person = shop.harness.client(role, id_)
        shop.harness.problem(await shop.ask(1, client=person), 409, "party_cannot_decide")
    assert await shop.published(AfterSaleRequested) == []
    case = await shop.case(1, client=shop.agent)
    person = shop.harness.client("agent", id_)
    await shop.act(shop.seller, case["id"], "escalate")
    for action, body in {"approve": {"return_address": RETURN_ADDRESS}, "take": {}, "refund": {}}.items():
        answer = await person.post(f"/v1/cases/{case['id']}/{action}", json=body)
        shop.harness.problem(answer, 409, "party_cannot_decide")


async def test_a_line_states_its_own_warranty(shop: Shop) -> None:
    lines = (KETTLE.model_copy(update={"warranty_days": 90}), CUP.model_copy(update={"warranty_days": 0}))
    await shop.delivered(lines=lines)
    await shop.received(shop.clock.now() + timedelta(days=7))
    shop.clock.advance(hours=30 * DAY)
    await shop.completed()
    shown, _ = await options(shop)
    kettle, cup = shown["lines"]
    assert (kettle["warranty_ends_at"] is None, cup["warranty_ends_at"]) == (False, None)
    asked = [{"line_id": "line_2", "quantity": 1}]
    await refused(shop, await shop.ask(type_="repair", reason="warranty_repair", lines=asked), "no_warranty")
    both = [{"line_id": "line_1", "quantity": 1}, *asked]
    await refused(shop, await shop.ask(type_="repair", reason="warranty_repair", lines=both), "no_warranty")
    await shop.case(1, type_="repair", reason="warranty_repair")


async def test_the_warranty_is_counted_from_the_signature_and_not_from_the_confirmation(shop: Shop) -> None:
    await shop.delivered()
    signed_at = shop.clock.now()
    shop.clock.advance(hours=5 * DAY)
    facts = shop._order("ord_1", "buyer-1", "received")
    times = {"confirmed_at": shop.clock.now(), "signed_at": signed_at, "window_ends_at": signed_at + timedelta(days=7)}
    await shop.harness.consume(OrderReceiptConfirmed(**facts, **times, cause="buyer"))
    shown, _ = await options(shop)
    ends = {each["term"]: datetime.fromisoformat(each["ends_at"]) for each in shown["terms"] if each.get("ends_at")}
    assert (ends["window"], ends["warranty"]) == (signed_at + timedelta(days=7), signed_at + timedelta(days=365))
