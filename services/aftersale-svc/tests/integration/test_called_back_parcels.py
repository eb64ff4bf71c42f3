"""Parcels that are called back from the courier: each becomes one case, whichever event arrives first, with the reason of who did it."""

from typing import Any

import pytest
from aftercare_events import InterceptGranted, RefundRequested
from aftersale_shop import Shop
from test_refused_deliveries import outbound


async def called_back(shop: Shop, **more: Any) -> None:
    """The courier grants an intercept of the parcel, of the buyer unless stated."""
    known = {"purpose": "return_to_sender", "requested_by": "buyer", **more}
    event = InterceptGranted(
        **shop._order("ord_1", "system", "granted"),
        intercept_id="icpt_1",
        parcel_id="par_1",
        carrier="zto",
        waybill_no="73001",
        **known,
    )
    await shop.harness.consume(event)


async def test_a_parcel_that_its_buyer_calls_back_becomes_a_case_on_its_way(shop: Shop) -> None:
    await shop.shipped()
    await called_back(shop)
    [case] = (await shop.buyer.get("/v1/cases")).json()["data"]
    assert (case["type"], case["initiator"], case["reason"]) == ("refused_delivery", "system", "changed_mind")
    assert (case["state"], case["lines"][0]["quantity"]) == ("return_in_transit", 3)
    await outbound(shop, "returned", returned=True)
    assert len((await shop.buyer.get("/v1/cases")).json()["data"]) == 1
    assert (await shop.get(case["id"]))["state"] == "await_inspection"


async def test_a_parcel_that_is_back_before_its_grant_is_known_is_one_case(shop: Shop) -> None:
    await shop.shipped()
    await outbound(shop, "returned", returned=True)
    await called_back(shop)
    [case] = (await shop.buyer.get("/v1/cases")).json()["data"]
    assert case["state"] == "await_inspection"


@pytest.mark.parametrize("requested_by", ["seller", "agent"])
async def test_a_parcel_that_others_call_back_is_their_matter_from_the_grant_on(shop: Shop, requested_by: str) -> None:
    await shop.shipped()
    await called_back(shop, requested_by=requested_by)
    [case] = (await shop.buyer.get("/v1/cases")).json()["data"]
    assert (case["type"], case["initiator"], case["reason"]) == ("refused_delivery", "system", "called_back")
    assert case["state"] == "return_in_transit"
    await outbound(shop, "returned", returned=True, reason="intercepted")
    await shop.inspect(case["id"], 3)
    refund = await shop.last(RefundRequested)
    assert refund.amount_minor == 28700 + 800, "the freight goes back as well"


async def test_a_called_back_parcel_that_is_back_before_its_grant_is_known_has_their_reason(shop: Shop) -> None:
    await shop.shipped()
    await outbound(shop, "returned", returned=True, reason="intercepted")
    await called_back(shop, requested_by="seller")
    [case] = (await shop.buyer.get("/v1/cases")).json()["data"]
    assert (case["reason"], case["state"]) == ("called_back", "await_inspection")


async def test_a_case_after_a_cancelled_one_keeps_its_reason(shop: Shop) -> None:
    await shop.shipped()
    await called_back(shop)
    [first] = (await shop.buyer.get("/v1/cases")).json()["data"]
    await shop.act(shop.agent, first["id"], "cancel")
    await outbound(shop, "returned", returned=True, reason="intercepted")
    cases = (await shop.buyer.get("/v1/cases")).json()["data"]
    assert [each["reason"] for each in cases] == ["changed_mind", "changed_mind"], "it was the buyer's wish"


async def test_a_change_of_address_opens_no_case(shop: Shop) -> None:
    await shop.shipped()
    await called_back(shop, purpose="change_address")
    assert (await shop.buyer.get("/v1/cases")).json()["data"] == []


async def test_a_buyer_does_not_state_that_a_parcel_was_called_back(shop: Shop) -> None:
    """Their refusal would bring all of the freight back; the merchant may state it."""
    await shop.shipped()
    asked = {"type_": "refused_delivery", "reason": "called_back"}
    refused = shop.harness.problem(await shop.ask(3, **asked), 409, "reason_unsuitable")
    assert "called_back" not in refused["allowed"]
    shown = (await shop.buyer.get("/v1/orders/ord_1/after-sale-options")).json()
    assert "called_back" not in str(shown)
    case = await shop.case(3, **asked, client=shop.seller)
    assert (case["reason"], case["initiator"]) == ("called_back", "merchant")
