"""Parcels that their buyers have called back from the courier: each becomes one case, whichever event arrives first."""

from typing import Any

import pytest
from aftercare_events import InterceptGranted
from aftersale_shop import Shop
from test_refused_deliveries import outbound


async def called_back(shop: Shop, **more: Any) -> None:
    """The courier grants an intercept of the parcel to the buyer."""
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


@pytest.mark.parametrize("other", [{"purpose": "change_address"}, {"requested_by": "seller"}])
async def test_other_intercepts_open_no_case(shop: Shop, other: dict[str, str]) -> None:
    await shop.shipped()
    await called_back(shop, **other)
    assert (await shop.buyer.get("/v1/cases")).json()["data"] == []
