"""Where the goods are sent back to: named with the approval, or afterwards until the buyer ships."""

import json
from datetime import timedelta
from typing import Any

import pytest
from aftercare_events import AfterSaleApproved, AfterSaleEscalated, OfferAccepted, ReturnAddressGiven
from aftersale_shop import RETURN_ADDRESS, Shop

OTHER = {**RETURN_ADDRESS, "street": "临平大道 6 号"}
BUYER_HOURS, MERCHANT_HOURS = 7 * 24, 48


async def without_address(shop: Shop) -> str:
    """A return that the merchant has not answered in time: approved, and nobody knows where to."""
    await shop.delivered()
    case = await shop.case(2)
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    return case["id"]


async def given(shop: Shop, case_id: str, client: Any = None, address: dict[str, str] = RETURN_ADDRESS) -> Any:
    return await shop.act(client or shop.seller, case_id, "set-return-address", return_address=address)


def turn(case: dict[str, Any]) -> tuple[str, str, str]:
    return case["state"], case["whose_turn"], case["deadline_effect"]


def in_hours(shop: Shop, hours: float) -> str:
    return (shop.clock.now() + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def may_set(case: dict[str, Any]) -> tuple[bool, str | None]:
    [found] = [each for each in case["allowed_actions"] if each["action"] == "set_return_address"]
    return found["allowed"], found.get("why_not")


async def test_a_merchant_who_approves_a_return_names_the_address(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    for body in ({}, {"note": "同意"}, {"return_address": None}):
        refused = await shop.seller.post(f"/v1/cases/{case['id']}/approve", json=body)
        problem = shop.harness.problem(refused, 422, "return_address_missing")
        assert problem["errors"][0]["pointer"] == "/return_address"
    assert (await shop.get(case["id"]))["state"] == "pending_review"
    assert await shop.published(AfterSaleApproved) == []
    approved = await shop.approve(case["id"])
    assert turn(approved) == ("await_buyer_shipment", "buyer", "closed_buyer_late")
    assert (await shop.last(AfterSaleApproved)).return_address_missing is False


async def test_a_refund_without_a_return_needs_no_address(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1, type_="refund_only")
    assert (await shop.act(shop.seller, case["id"], "approve"))["state"] == "refunding"
    assert (await shop.last(AfterSaleApproved)).return_address_missing is False


async def test_after_an_approval_by_the_timer_the_merchant_is_asked_for_the_address(shop: Shop) -> None:
    case_id = await without_address(shop)
    waiting = (await shop.buyer.get(f"/v1/cases/{case_id}")).json()
    assert turn(waiting) == ("await_buyer_shipment", "merchant", "escalated_address_missing")
    assert (waiting["return_address"], waiting["deadline_at"]) == (None, in_hours(shop, MERCHANT_HOURS))
    assert (await shop.last(AfterSaleApproved)).return_address_missing is True
    found = (await shop.seller.get("/v1/cases", params={"whose_turn": "merchant"})).json()["data"]
    assert [case["id"] for case in found] == [case_id]


async def test_the_buyers_time_to_ship_starts_with_the_address(shop: Shop) -> None:
    case_id = await without_address(shop)
    shop.clock.advance(hours=MERCHANT_HOURS - 1)
    case = await given(shop, case_id)
    assert turn(case) == ("await_buyer_shipment", "buyer", "closed_buyer_late")
    assert (case["return_address"], case["deadline_at"]) == (RETURN_ADDRESS, in_hours(shop, BUYER_HOURS))
    seen = (await shop.buyer.get(f"/v1/cases/{case_id}")).json()
    assert seen["return_address"] == RETURN_ADDRESS
    event = await shop.last(ReturnAddressGiven)
    assert (event.corrected, event.handler, event.result) == (False, "seller-1", "await_buyer_shipment")
    shop.clock.advance(hours=BUYER_HOURS)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["close_cause"] == "buyer_late"


async def test_a_corrected_address_gives_the_buyer_the_whole_time_again(shop: Shop) -> None:
    await shop.delivered()
    case_id = (await shop.approve((await shop.case(2))["id"]))["id"]
    shop.clock.advance(hours=BUYER_HOURS - 1)
    corrected = await given(shop, case_id, shop.agent, OTHER)
    assert (corrected["return_address"], corrected["deadline_at"]) == (OTHER, in_hours(shop, BUYER_HOURS))
    assert (await shop.last(ReturnAddressGiven)).corrected is True
    steps = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    assert [(step["action"], step["actor_role"]) for step in steps] == [
        ("request", "buyer"),
        ("approve", "seller"),
        ("set_return_address", "agent"),
    ]


async def test_a_merchant_who_never_names_the_address_leaves_the_case_to_an_agent(shop: Shop) -> None:
    case_id = await without_address(shop)
    shop.clock.advance(hours=MERCHANT_HOURS)
    await shop.harness.run_due()
    raised = await shop.get(case_id)
    assert turn(raised) == ("manual_review", "agent", "escalated_agent_late")
    assert (await shop.last(AfterSaleEscalated)).cause == "return_address_missing"
    named = await shop.act(shop.agent, case_id, "approve", return_address=RETURN_ADDRESS)
    assert turn(named) == ("await_buyer_shipment", "buyer", "closed_buyer_late")


async def test_an_agent_may_approve_without_knowing_the_address(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    await shop.act(shop.seller, case["id"], "escalate")
    approved = await shop.act(shop.agent, case["id"], "approve")
    assert turn(approved) == ("await_buyer_shipment", "merchant", "escalated_address_missing")
    assert may_set((await shop.seller.get(f"/v1/cases/{case['id']}")).json()) == (True, None)


async def test_a_second_approval_keeps_the_address_of_the_first(shop: Shop) -> None:
    await shop.delivered()
    case_id = (await shop.approve((await shop.case(2))["id"]))["id"]
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")
    shop.clock.advance(hours=15 * 24)
    await shop.harness.run_due()
    again = await shop.act(shop.agent, case_id, "approve")
    assert (again["whose_turn"], again["return_address"]) == ("buyer", RETURN_ADDRESS)


async def test_once_the_goods_are_on_their_way_the_address_is_fixed(shop: Shop) -> None:
    await shop.delivered()
    case_id = (await shop.approve((await shop.case(2))["id"]))["id"]
    path, body = f"/v1/cases/{case_id}/set-return-address", {"return_address": OTHER}
    same = await shop.seller.post(path, json={"return_address": RETURN_ADDRESS})
    problem = shop.harness.problem(same, 422, "return_address_unchanged")
    assert problem["errors"][0]["pointer"] == "/return_address"
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")
    for client in (shop.seller, shop.agent):
        shop.harness.problem(await client.post(path, json=body), 409, "return_already_shipped")
    assert may_set((await shop.seller.get(f"/v1/cases/{case_id}")).json()) == (False, "return_already_shipped")
    await shop.parcel()
    shop.harness.problem(await shop.seller.post(path, json=body), 409, "return_already_shipped")
    assert (await shop.get(case_id))["return_address"] == RETURN_ADDRESS
    assert await shop.published(ReturnAddressGiven) == []


@pytest.mark.parametrize("type_", ["return_refund", "refund_only"])
async def test_there_is_nothing_to_address_before_the_approval(shop: Shop, type_: str) -> None:
    await shop.delivered()
    case = await shop.case(1, type_=type_)
    path = f"/v1/cases/{case['id']}/set-return-address"
    refused = await shop.seller.post(path, json={"return_address": OTHER})
    shop.harness.problem(refused, 409, "illegal_transition")


async def test_the_time_of_a_resumed_case_is_the_merchants_while_the_address_is_missing(shop: Shop) -> None:
    case_id = await without_address(shop)
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    refused = await shop.seller.post(f"/v1/cases/{case_id}/set-return-address", json={"return_address": OTHER})
    shop.harness.problem(refused, 409, "illegal_transition")
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    assert turn(await shop.get(case_id)) == ("await_buyer_shipment", "merchant", "escalated_address_missing")


async def test_it_is_versioned_and_repeatable_as_every_action(shop: Shop) -> None:
    case_id = await without_address(shop)
    path, body = f"/v1/cases/{case_id}/set-return-address", {"return_address": RETURN_ADDRESS, "note": "新仓"}
    shop.harness.problem(await shop.seller.post(path, json=body, headers={"If-Match": '"v1"'}), 412, "stale_version")
    missing = await shop.seller.post(path, json=body, headers={"Idempotency-Key": ""})
    shop.harness.problem(missing, 400, "idempotency_key_missing")
    once = {"Idempotency-Key": "the address", "If-Match": '"v2"'}
    answers = [await shop.seller.post(path, json=body, headers=once) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert (answers[0].content, answers[1].headers["idempotent-replayed"]) == (answers[1].content, "true")
    assert len(await shop.published(ReturnAddressGiven)) == 1


async def test_the_address_is_not_published(shop: Shop) -> None:
    case_id = await without_address(shop)
    await given(shop, case_id)
    await given(shop, case_id, address=OTHER)
    written = json.dumps(
        [event.model_dump(mode="json") for event in await shop.harness.published()], ensure_ascii=False
    )
    assert not [text for text in (*RETURN_ADDRESS.values(), OTHER["street"]) if text in written and text != "CN"]


async def test_no_buyer_is_late_for_an_approval_of_an_older_build(shop: Shop) -> None:
    """Older builds set the buyer's deadline also where no address was known."""
    await shop.delivered()
    case_id = (await shop.approve((await shop.case(2))["id"]))["id"]
    await shop.harness.runtime.pool.execute("UPDATE returns SET address = NULL WHERE case_id = $1", case_id)
    assert (await shop.get(case_id))["deadline_effect"] == "escalated_address_missing"
    shop.clock.advance(hours=BUYER_HOURS)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["state"] == "manual_review"


@pytest.mark.parametrize("reviewer", ["seller", "agent"])
async def test_an_accepted_counter_offer_goes_to_the_default_address(shop: Shop, reviewer: str) -> None:
    set_ = await shop.seller.put("/v1/merchants/m-1/return-address", json={"return_address": RETURN_ADDRESS})
    assert set_.is_success, set_.text
    await shop.delivered()
    case = await shop.case(2, type_="refund_only")
    client = getattr(shop, reviewer)
    if reviewer == "agent":
        await shop.act(shop.seller, case["id"], "escalate")
        await shop.act(shop.agent, case["id"], "take")
    await shop.act(client, case["id"], "offer", amount={"amount": 100, "currency": "CNY"})
    await shop.act(shop.buyer, case["id"], "counter-offer", type="return_refund")
    accepted = await shop.act(client, case["id"], "accept-offer")
    assert (accepted["return_address"], accepted["whose_turn"]) == (RETURN_ADDRESS, "buyer")
    event = await shop.last(OfferAccepted)
    assert (event.return_address_missing, [each.kind for each in event.settings or ()]) == (False, ["return_address"])
