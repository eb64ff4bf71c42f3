"""Parcels that come back after others were sent for their units: the merchant keeps the goods, and no money goes back for them."""

from typing import Any

import pytest
from aftercare_events import ReturnHandedOver
from aftersale_shop import KETTLE, Shop
from test_called_back_parcels import called_back
from test_refused_deliveries import outbound


async def replacing(shop: Shop, quantity: int = 3, reason: str = "no_tracking") -> str:
    """A case whose replacement is under way to the buyer, who did not get the units; its id."""
    case = await shop.case(quantity, type_="reship_parts", reason=reason)
    await shop.act(shop.seller, case["id"], "approve")
    await shop.act(shop.seller, case["id"], "ship-replacement", carrier="zto", waybill_no="73100001")
    return str(case["id"])


async def replaced(shop: Shop, quantity: int = 3, reason: str = "no_tracking") -> str:
    case_id = await replacing(shop, quantity, reason)
    done = await shop.act(shop.buyer, case_id, "confirm-replacement")
    assert done["state"] == "completed"
    return case_id


async def refusals(shop: Shop) -> list[dict[str, Any]]:
    cases = (await shop.buyer.get("/v1/cases")).json()["data"]
    return [each for each in cases if each["type"] == "refused_delivery"]


@pytest.mark.parametrize("requested_by", ["buyer", "seller"])
async def test_units_that_were_replaced_are_not_refunded_when_their_parcel_is_called_back(
    shop: Shop, requested_by: str
) -> None:
    await shop.shipped()
    await replaced(shop)
    await called_back(shop, requested_by=requested_by)
    await outbound(shop, "returned", returned=True, reason="intercepted")
    assert await refusals(shop) == []


async def test_nor_when_it_is_refused_at_the_door(shop: Shop) -> None:
    await shop.shipped()
    await replaced(shop, reason="lost_in_transit")
    await outbound(shop, "exception", reason="consignee_refused", refused=True)
    await outbound(shop, "returned", returned=True)
    assert await refusals(shop) == []
    asked = await shop.ask(3, type_="refused_delivery", reason="refused_at_door")
    shop.harness.problem(asked, 409, "units_in_no_parcel")


async def test_nor_where_the_parcel_is_back_before_the_buyer_has_confirmed_the_replacement(shop: Shop) -> None:
    await shop.shipped()
    case_id = await replacing(shop)
    await outbound(shop, "returned", returned=True)
    await shop.act(shop.buyer, case_id, "confirm-replacement")
    await called_back(shop)
    assert await refusals(shop) == []


async def test_the_other_units_of_the_parcel_are_refunded(shop: Shop) -> None:
    await shop.shipped()
    await replaced(shop, 1)
    await outbound(shop, "returned", returned=True)
    [opened] = await refusals(shop)
    assert [line["quantity"] for line in opened["lines"]] == [2]


@pytest.mark.parametrize(("lost", "refunded"), [("par_1", "par_2"), ("par_2", "par_1")])
async def test_units_of_another_parcel_than_the_lost_one_are_refunded(shop: Shop, lost: str, refunded: str) -> None:
    await shop.paid(lines=(KETTLE.model_copy(update={"quantity": 4}),))
    await shop.leaves({"line_1": 2})
    second = shop.parcel_leaves({"line_1": 2}, parcel_id="par_2").model_copy(update={"waybill_no": "73002"})
    await shop.harness.consume(second)
    waybills = {"par_1": "73001", "par_2": "73002"}
    await outbound(shop, "lost", waybills[lost], parcel_id=lost)
    await replaced(shop, 2, "lost_in_transit")
    await outbound(shop, "returned", waybills[lost], parcel_id=lost, returned=True)
    assert await refusals(shop) == []
    await outbound(shop, "exception", waybills[refunded], parcel_id=refunded, reason="consignee_refused", refused=True)
    [opened] = await refusals(shop)
    assert opened["return_parcel"]["waybill_no"] == waybills[refunded]


async def waiting(shop: Shop, quantity: int, **more: Any) -> str:
    """A return that waits for the buyer to send what is still under way to them; its id."""
    case = await shop.case(quantity, reason="changed_mind", **more)
    return str((await shop.approve(case["id"]))["id"])


async def test_a_case_does_not_wait_for_goods_that_are_back(shop: Shop) -> None:
    await shop.paid(lines=(KETTLE.model_copy(update={"quantity": 4}),))
    await shop.leaves({"line_1": 2})
    second = shop.parcel_leaves({"line_1": 2}, parcel_id="par_2").model_copy(update={"waybill_no": "73002"})
    await shop.harness.consume(second)
    case_id = await waiting(shop, 3)
    await outbound(shop, "returned", returned=True)
    assert (await shop.get(case_id))["state"] == "await_buyer_shipment", "the other parcel may have its units"
    await outbound(shop, "returned", "73002", parcel_id="par_2", returned=True)
    arrived = await shop.get(case_id)
    assert (arrived["state"], arrived["whose_turn"]) == ("await_inspection", "merchant")
    assert (await shop.last(ReturnHandedOver)).case_id == case_id, "under no waybill of the buyer"
    [others] = await refusals(shop)
    assert [line["quantity"] for line in others["lines"]] == [1], "the unit that nobody asked for"


async def test_a_case_about_goods_that_were_sent_again_waits_for_them(shop: Shop) -> None:
    await shop.shipped()
    await replaced(shop)
    case_id = await waiting(shop, 3)
    await outbound(shop, "returned", returned=True)
    assert (await shop.get(case_id))["state"] == "await_buyer_shipment"
