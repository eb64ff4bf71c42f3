"""The buyer asks for something else: the merchant reviews it as another request about the same units."""

from typing import Any

import pytest
from aftercare_events import AfterSaleTypeChanged, RefundRequested, ReplacementOrdered
from aftersale_shop import RETURN_ADDRESS, Shop


async def test_a_return_becomes_an_exchange_and_a_refund(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    await shop.approve(case["id"])
    shop.clock.advance(hours=30)
    changed = await shop.act(shop.buyer, case["id"], "change-type", type="exchange", note="换一个新的")
    assert (changed["type"], changed["state"], changed["whose_turn"]) == ("exchange", "pending_review", "merchant")
    assert changed["deadline_effect"] == "approved_by_timeout"
    assert changed["requested"] == case["requested"]
    event = await shop.last(AfterSaleTypeChanged)
    assert (event.previous_type, event.case_type, event.goods, event.number) == (
        "return_refund",
        "exchange",
        "exchange",
        1,
    )
    shop.clock.advance(hours=47)
    await shop.harness.run_due()
    assert (await shop.get(case["id"]))["state"] == "pending_review", "the merchant has the whole time again"
    money = await shop.act(shop.buyer, case["id"], "change-type", type="refund_only", reason="missing_parts")
    assert (money["type"], money["reason"]) == ("refund_only", "missing_parts")
    other = await shop.ask(2)
    shop.harness.problem(other, 409, "units_in_live_case")  # it holds its units all along
    await shop.act(shop.seller, case["id"], "approve")
    assert (await shop.last(RefundRequested)).amount_minor == 19133
    await shop.refund_succeeds()
    steps = (await shop.buyer.get(f"/v1/cases/{case['id']}/timeline")).json()["data"]
    assert [each["action"] for each in steps].count("change_type") == 2
    found = (await shop.agent.get(f"/v1/cases/{case['id']}/deadlines")).json()["data"]
    assert [each["document_state"] for each in found].count("pending_review") == 3


async def test_a_counter_offer_lapses_with_the_change(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    less: dict[str, Any] = {"type": "refund_only", "amount": {"amount": 3000, "currency": "CNY"}}
    await shop.act(shop.seller, case["id"], "offer", **less)
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/change-type", json={"type": "refund_only"})
    shop.harness.problem(refused, 409, "illegal_transition")  # an offer waits for an answer
    await shop.act(shop.buyer, case["id"], "counter-offer", **{**less, "amount": {"amount": 4000, "currency": "CNY"}})
    changed = await shop.act(shop.buyer, case["id"], "change-type", type="refund_only")
    assert (changed["offer"]["state"], changed["state"]) == ("lapsed", "pending_review")
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/accept-offer", json={})
    shop.harness.problem(refused, 409, "no_offer_open")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"type": "return_refund"}, 422, "type_unchanged"),
        ({"type": "consult"}, 409, "type_unsuitable"),
        ({"type": "cancel_unshipped"}, 409, "type_unsuitable"),
        ({"type": "nonsense"}, 422, "validation_failed"),
        ({}, 422, "validation_failed"),
    ],
)
async def test_what_cannot_be_asked_for(shop: Shop, body: dict[str, Any], status: int, code: str) -> None:
    await shop.delivered()
    case = await shop.case(2)
    problem = shop.harness.problem(
        await shop.buyer.post(f"/v1/cases/{case['id']}/change-type", json=body), status, code
    )
    if code == "type_unsuitable":
        assert "exchange" in problem["allowed"]  # type: ignore[operator]
    assert (await shop.get(case["id"]))["version"] == case["version"]


async def test_goods_under_way_and_other_people(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1)
    body = {"type": "exchange"}
    for client, status, code in (
        (shop.seller, 403, "role_forbidden"),
        (shop.harness.client("buyer", "buyer-2"), 404, "not_found"),
    ):
        answered = await client.post(f"/v1/cases/{case['id']}/change-type", json=body)
        assert answered.status_code == status, (answered.text, code)
    await shop.act(shop.seller, case["id"], "approve", return_address=RETURN_ADDRESS)
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/change-type", json=body)
    shop.harness.problem(refused, 409, "illegal_transition")
    other = await shop.case(1)
    for type_ in ("exchange", "refund_only", "exchange"):
        await shop.act(shop.buyer, other["id"], "change-type", type=type_)
    refused = await shop.buyer.post(f"/v1/cases/{other['id']}/change-type", json={"type": "refund_only"})
    assert shop.harness.problem(refused, 409, "type_changed_too_often")["times"] == 3


async def test_a_change_to_an_exchange_names_what_is_wanted(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    wanted = [{"line_id": "line_1", "wanted_sku": "KETTLE-2", "wanted_variant": "蓝色"}]
    changed = await shop.act(shop.buyer, case["id"], "change-type", type="exchange", lines=wanted)
    [line] = changed["lines"]
    assert (line["wanted_sku"], line["wanted_variant"], line["quantity"]) == ("KETTLE-2", "蓝色", 2)
    await shop.approve(case["id"])
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    await shop.inspect(case["id"], 2)
    [owed] = (await shop.last(ReplacementOrdered)).lines
    assert (owed.sku, owed.quantity) == ("KETTLE-2", 2)


@pytest.mark.parametrize(
    ("type_", "lines", "code", "pointer"),
    [
        ("refund_only", [{"line_id": "line_1", "wanted_sku": "KETTLE-2"}], "wanted_not_possible", "/lines/0"),
        ("exchange", [{"line_id": "line_9", "wanted_sku": "KETTLE-2"}], "line_unknown", "/lines/0/line_id"),
        ("exchange", [{"line_id": "line_1"}, {"line_id": "line_1"}], "line_repeated", "/lines/1/line_id"),
    ],
)
async def test_what_cannot_be_wanted(
    shop: Shop, type_: str, lines: list[dict[str, str]], code: str, pointer: str
) -> None:
    await shop.delivered()
    case = await shop.case(2)
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/change-type", json={"type": type_, "lines": lines})
    problem = shop.harness.problem(refused, 422, code)
    assert problem["errors"][0]["pointer"] == pointer
    assert (await shop.get(case["id"]))["version"] == case["version"]


async def test_units_that_have_not_left_do_not_come_back(shop: Shop) -> None:
    """Of three units one has left: a refund of two of them becomes no return, and no offer of one."""
    await shop.paid()
    await shop.leaves({"line_1": 1})
    case = await shop.case(2, type_="refund_only", reason="wrong_item")
    answer = await shop.buyer.post(f"/v1/cases/{case['id']}/change-type", json={"type": "return_refund"})
    problem = shop.harness.problem(answer, 409, "units_not_sent")
    assert problem["sent"] == 1
    answer = await shop.seller.post(f"/v1/cases/{case['id']}/offer", json={"type": "return_refund"})
    shop.harness.problem(answer, 409, "units_not_sent")
    assert (await shop.get(case["id"]))["type"] == "refund_only"
    await shop.leaves({"line_1": 1}, parcel_id="par_2")
    changed = await shop.act(shop.buyer, case["id"], "change-type", type="return_refund")
    assert changed["type"] == "return_refund"
