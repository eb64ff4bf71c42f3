"""What is decided by a setting of a merchant names it and its version, and a later version changes nothing of it."""

from typing import Any

from aftercare_events import (
    AfterSaleApproved,
    AfterSaleRequested,
    GuaranteeClaimOpened,
    OfferAccepted,
    RefundRequested,
    SettingUsed,
)
from aftersale_shop import RETURN_ADDRESS, Shop

MOVED = {**RETURN_ADDRESS, "street": "仓前路 9 号"}


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


def fees(amount: int) -> list[dict[str, Any]]:
    return [{"return_freight": cny(amount)}]


async def setting_id(shop: Shop, kind: str) -> str:
    found = "SELECT id FROM merchant_settings WHERE kind = $1 AND merchant_id = 'm-1'"
    return str(await shop.harness.runtime.pool.fetchval(found, kind))


async def used(shop: Shop, kind: str, version: int) -> dict[str, Any]:
    return {"kind": kind, "setting_id": await setting_id(shop, kind), "version": version}


def published(found: tuple[SettingUsed, ...] | None) -> list[dict[str, Any]]:
    return [each.model_dump() for each in found or ()]


async def test_a_refund_names_the_fees_that_it_was_decided_by(shop: Shop) -> None:
    await shop.setting("return-fees", fees=fees(700))
    await shop.setting("return-fees", fees=fees(900))
    await shop.delivered()
    case = await shop.arrived(1, reason="changed_mind")
    await shop.inspect(case["id"], 1)
    await shop.setting("return-fees", fees=fees(1100))
    decided = await shop.get(case["id"])
    assert decided["refund"]["amount"] == cny(9566 - 900)
    assert decided["settings"] == [await used(shop, "return_fees", 2)]
    assert published((await shop.last(RefundRequested)).settings) == decided["settings"]


async def test_a_merchants_own_fees_take_the_place_of_the_platforms(shop: Shop) -> None:
    admin = shop.harness.client("admin", "admin-1")
    await admin.put("/v1/merchants/platform/return-fees", json={"fees": fees(700)})
    await shop.delivered()
    case = await shop.arrived(1, reason="changed_mind")
    await shop.inspect(case["id"], 1)
    assert (await shop.get(case["id"]))["refund"]["amount"] == cny(9566 - 700)
    await shop.refund_succeeds()
    await shop.setting("return-fees", fees=[])
    case = await shop.approve((await shop.case(1, reason="changed_mind"))["id"])
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1002")
    await shop.parcel("SF1002")
    await shop.inspect(case["id"], 1)
    decided = await shop.get(case["id"])
    assert decided["refund"]["amount"] == cny(9567)
    assert decided["settings"] == [await used(shop, "return_fees", 1)]


async def test_an_approval_names_the_default_address_that_it_used(shop: Shop) -> None:
    await shop.setting("return-address", shop.seller, return_address=RETURN_ADDRESS)
    await shop.setting("return-address", shop.seller, return_address=MOVED)
    await shop.delivered()
    case = await shop.case(1)
    approved = await shop.act(shop.seller, case["id"], "approve")
    assert (approved["return_address"], approved["settings"]) == (MOVED, [await used(shop, "return_address", 2)])
    event = await shop.last(AfterSaleApproved)
    assert published(event.settings) == approved["settings"]
    assert MOVED["street"] not in event.model_dump_json()
    [decision] = (await shop.seller.get(f"/v1/cases/{case['id']}/decisions")).json()["data"]
    assert decision["facts"]["settings"] == approved["settings"]
    corrected = await shop.act(shop.seller, case["id"], "set-return-address", return_address=RETURN_ADDRESS)
    assert corrected["settings"] == []


async def test_an_accepted_offer_sends_the_goods_to_the_default_address(shop: Shop) -> None:
    await shop.setting("return-address", shop.seller, return_address=RETURN_ADDRESS)
    await shop.delivered()
    case = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, case["id"], "offer", type="return_refund")
    accepted = await shop.act(shop.buyer, case["id"], "accept-offer")
    assert (accepted["whose_turn"], accepted["return_address"]) == ("buyer", RETURN_ADDRESS)
    assert accepted["settings"] == [await used(shop, "return_address", 1)]
    assert published((await shop.last(OfferAccepted)).settings) == accepted["settings"]


async def test_without_a_default_address_a_merchant_that_offers_a_return_names_one(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1, type_="refund_only")
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/offer", json={"type": "return_refund"})
    shop.harness.problem(refused, 422, "return_address_missing")


async def test_a_fast_exchange_names_the_permission_that_it_was_opened_by(shop: Shop) -> None:
    await shop.setting("fast-exchange", allowed=True)
    await shop.delivered()
    case = await shop.case(1, type_="fast_exchange")
    permitted = [await used(shop, "fast_exchange", 1)]
    assert case["settings"] == permitted
    assert published((await shop.last(AfterSaleRequested)).settings) == permitted
    await shop.setting("fast-exchange", allowed=False)
    changed = await shop.act(shop.buyer, case["id"], "change-type", type="exchange")
    assert changed["settings"] == []
    back = await shop.buyer.post(f"/v1/cases/{case['id']}/change-type", json={"type": "fast_exchange"})
    shop.harness.problem(back, 409, "fast_exchange_not_allowed")


async def test_a_claim_names_the_insurance_that_it_was_opened_by(shop: Shop) -> None:
    await shop.setting("freight-insurance", limits=[cny(1000)])
    await shop.delivered()
    case = await shop.arrived(1)
    body = {"kind": "freight_insurance", "amount": cny(900)}
    claim = (await shop.buyer.post(f"/v1/cases/{case['id']}/guarantee-claims", json=body)).json()
    await shop.setting("freight-insurance", limits=[])
    insured = [await used(shop, "freight_insurance", 1)]
    assert (claim["settings"], published((await shop.last(GuaranteeClaimOpened)).settings)) == (insured, insured)
    paid = await shop.agent.post(f"/v1/guarantee-claims/{claim['id']}/approve", json={})
    assert (paid.status_code, paid.json()["settings"]) == (200, insured)
