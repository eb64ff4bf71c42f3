"""Goods that were never sent, never received, or came back empty, wrong or in part."""

from typing import Any

import pytest
from aftercare_events import AfterSaleRejected, RefundRequested, ReturnInspected
from aftersale_shop import CUP, HASH, KETTLE, Shop, done

OTHER = "sha256:" + "cd" * 32


async def both_arrived(shop: Shop) -> dict[str, Any]:
    """All of two lines came back."""
    await shop.delivered(lines=(KETTLE, CUP))
    lines = [{"line_id": "line_1", "quantity": 3}, {"line_id": "line_2", "quantity": 2}]
    return await shop.arrived(lines=lines)


@pytest.mark.parametrize("type_", ["cancel_unshipped", "refund_only"])
async def test_goods_that_were_never_sent(shop: Shop, type_: str) -> None:
    await shop.paid()
    case = await shop.case(3, type_=type_, reason="not_shipped_in_time", evidence=[])
    await shop.act(shop.seller, case["id"], "approve")
    refund = await shop.refund_succeeds()
    assert (refund.amount_minor, refund.before_shipment) == (29500, True), "the freight too: the seller is liable"
    assert (await shop.get(case["id"]))["state"] == "completed"


async def test_goods_that_the_courier_reports_as_delivered_and_the_buyer_has_not(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(3, type_="refund_only", reason="delivered_not_received", evidence=[])
    assert case["stage"] == "post_receipt"
    await shop.act(shop.seller, case["id"], "approve")
    assert (await shop.refund_succeeds()).amount_minor == 29500, "towards the buyer the merchant is liable"


async def test_a_partial_return_is_refused_line_by_line(shop: Shop) -> None:
    case = await both_arrived(shop)
    lines = [
        {"line_id": "line_1", "accepted": 2, "grade": "b", "refuse_reason": "parts_missing", "photos": [HASH, OTHER]},
        {"line_id": "line_2", "accepted": 0, "refuse_reason": "not_our_item", "photos": [OTHER]},
    ]
    shown = await shop.act(shop.seller, case["id"], "inspect", lines=lines)
    found = {
        line["line_id"]: (line["accepted"], line["refused"], line["refuse_reason"], line["photos"])
        for line in shown["lines"]
    }
    assert found == {"line_1": (2, 1, "parts_missing", [HASH, OTHER]), "line_2": (0, 2, "not_our_item", [OTHER])}
    event = await shop.last(ReturnInspected)
    assert [(line.accepted, line.refused, line.refuse_reason) for line in event.lines] == [
        (2, 1, "parts_missing"),
        (0, 2, "not_our_item"),
    ]
    assert (event.lines[0].photos, event.evidence) == ((HASH, OTHER), (HASH, OTHER))
    assert (await shop.last(RefundRequested)).amount_minor == 19133
    steps = (await shop.buyer.get(f"/v1/cases/{case['id']}/timeline")).json()["data"]
    assert [each["evidence"] for each in steps if each["action"] == "inspect"] == [[HASH, OTHER]]


@pytest.mark.parametrize("reason", ["empty_return", "not_our_item"])
async def test_an_empty_or_wrong_return_is_a_rejection(shop: Shop, reason: str) -> None:
    case = await both_arrived(shop)
    lines = [
        {"line_id": "line_1", "accepted": 0, "refuse_reason": reason, "photos": [HASH]},
        {"line_id": "line_2", "accepted": 0, "refuse_reason": "parts_missing"},
    ]
    shown = await shop.act(shop.seller, case["id"], "inspect", lines=lines)
    assert (shown["state"], shown["reject_reason"]) == ("rejected", reason), "that of the first line"
    assert (await shop.last(AfterSaleRejected)).reason == reason
    refused = (await shop.last(ReturnInspected)).lines
    found = (0, 0) if reason == "empty_return" else (3, 3)
    assert [(line.received, line.refused, line.refuse_reason) for line in refused] == [
        (*found, reason),
        (2, 2, "parts_missing"),
    ]
    steps = (await shop.buyer.get(f"/v1/cases/{case['id']}/timeline")).json()["data"]
    assert (steps[-1]["action"], steps[-1]["evidence"]) == ("refuse", [HASH])


async def test_a_condition_that_is_not_in_the_table_is_refused_with_those_that_are(shop: Shop) -> None:
    case = await both_arrived(shop)
    table = done(await shop.seller.get("/v1/reasons"))
    known = [each["code"] for each in table["grades"]]
    assert known[0] == "a"
    assert all(each["since"] <= table["version"] for each in table["grades"])
    lines = [{"line_id": "line_1", "accepted": 3, "grade": "a"}, {"line_id": "line_2", "accepted": 2, "grade": "mint"}]
    response = await shop.seller.post(f"/v1/cases/{case['id']}/inspect", json={"lines": lines})
    problem = shop.harness.problem(response, 422, "grade_unknown")
    assert (problem["errors"][0]["pointer"], problem["allowed"]) == ("/lines/1/grade", known)
    assert (await shop.get(case["id"]))["version"] == case["version"]
    lines[1]["grade"] = known[-1]
    shown = await shop.act(shop.seller, case["id"], "inspect", lines=lines)
    assert [line["grade"] for line in shown["lines"]] == ["a", known[-1]]


async def test_a_reason_for_refusing_nothing_is_refused(shop: Shop) -> None:
    case = await both_arrived(shop)
    lines = [
        {"line_id": "line_1", "accepted": 3, "refuse_reason": "parts_missing"},
        {"line_id": "line_2", "accepted": 2},
    ]
    response = await shop.seller.post(f"/v1/cases/{case['id']}/inspect", json={"lines": lines})
    problem = shop.harness.problem(response, 422, "refuse_reason_unused")
    assert problem["errors"][0]["pointer"] == "/lines/0/refuse_reason"
    assert (await shop.get(case["id"]))["state"] == "await_inspection"
