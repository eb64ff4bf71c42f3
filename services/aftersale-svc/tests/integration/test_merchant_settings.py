"""What merchants set, whatever it is: versions that stay, conditions, whose it is, and two who set at once."""

import asyncio
from typing import Any

import httpx
import pytest
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.testing import until
from aftercare_events import DefaultReturnAddressSet
from aftersale_shop import RETURN_ADDRESS, Shop
from aftersale_svc.commands.cases import merchant_settings
from aftersale_svc.domain.merchant_settings.model import SettingKind


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


MOVED = {**RETURN_ADDRESS, "street": "仓前路 9 号"}
WINDOW = {"weekday": 0, "opens": "09:00", "closes": "12:00", "capacity": 1}
RULE = {"id": "all", "when": {}, "outcome": "leave_to_merchant"}
FEE = {"return_freight": cny(1200), "restocking_basis_points": 500}
# By its path: two contents, and the field that shows what differs.
SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "case-rules": ({"rules": []}, {"rules": [RULE]}, "rules"),
    "return-address": ({"return_address": RETURN_ADDRESS}, {"return_address": MOVED}, "return_address"),
    "pickup-schedule": ({"windows": []}, {"windows": [WINDOW]}, "windows"),
    "return-fees": ({"fees": []}, {"fees": [FEE]}, "fees"),
    "freight-insurance": ({"limits": []}, {"limits": [cny(1000)]}, "limits"),
    "fast-exchange": ({"allowed": False}, {"allowed": True}, "allowed"),
    "return-freight-limits": ({"limits": []}, {"limits": [cny(1000)]}, "limits"),
    "order-discounts": ({"on_return": "keep"}, {"on_return": "recalculate"}, "on_return"),
    "required-evidence": ({"reasons": ["counterfeit"]}, {"reasons": []}, "reasons"),
    "service-terms": ({"warranty_days": 0}, {"warranty_days": 730}, "warranty_days"),
}
WITH_DEFAULT = (
    "return-fees",
    "freight-insurance",
    "fast-exchange",
    "order-discounts",
    "return-freight-limits",
    "service-terms",
    "required-evidence",
)
EACH = pytest.mark.parametrize(("path", "bodies"), SETTINGS.items(), ids=SETTINGS.keys())


async def put(shop: Shop, path: str, body: dict[str, Any], version: int | None = None) -> httpx.Response:
    headers = {} if version is None else {"If-Match": f'"v{version}"'}
    client = shop.agent if path == "freight-insurance" else shop.seller
    return await client.put(f"/v1/merchants/m-1/{path}", json=body, headers=headers)


@EACH
async def test_each_change_is_a_version_that_stays(shop: Shop, path: str, bodies: Any) -> None:
    first, second, field = bodies
    address = f"/v1/merchants/m-1/{path}"
    assert (await shop.seller.get(address)).status_code == 404
    assert (await shop.seller.get(f"{address}/versions")).json()["data"] == []
    assert (await put(shop, path, first, version=1)).status_code == 412
    made = await put(shop, path, first)
    assert (made.status_code, made.headers["etag"]) == (200, '"v1"')
    changed = await put(shop, path, second, version=1)
    assert (changed.json()["version"], changed.json()[field]) == (2, second[field])
    assert (await put(shop, path, first, version=1)).status_code == 412
    assert (await shop.agent.get(address)).json() == changed.json()
    assert (await shop.seller.get(f"{address}/versions/1")).json() == made.json()
    assert (await shop.seller.get(f"{address}/versions/3")).status_code == 404
    newest = (await shop.seller.get(f"{address}/versions", params={"limit": 1})).json()
    assert (newest["data"], newest["has_more"]) == ([changed.json()], True)
    rest = await shop.seller.get(f"{address}/versions", params={"limit": 1, "cursor": newest["next_cursor"]})
    assert (rest.json()["data"], rest.json()["has_more"]) == ([made.json()], False)


@EACH
async def test_a_setting_is_the_merchants_own(shop: Shop, path: str, bodies: Any) -> None:
    await put(shop, path, bodies[0])
    rival, address = shop.harness.client("seller", "seller-2", tenant="m-2"), f"/v1/merchants/m-1/{path}"
    for foreign in (
        await rival.get(address),
        await rival.get(f"{address}/versions"),
        await rival.get(f"{address}/versions/1"),
    ):
        shop.harness.problem(foreign, 404, "not_found")
    assert (await rival.put(address, json=bodies[1])).status_code in (403, 404)
    assert (await shop.buyer.get(address)).status_code == 403
    assert (await shop.agent.put(address, json=bodies[1])).status_code == (200 if path in WITH_DEFAULT else 403)
    versions = (await shop.seller.get(f"{address}/versions")).json()["data"]
    assert versions[0]["version"] == (2 if path in WITH_DEFAULT else 1)


async def test_an_event_has_the_version_of_an_address_and_nothing_of_it(shop: Shop) -> None:
    for body in SETTINGS["return-address"][:2]:
        await put(shop, "return-address", body)
    first, second = await shop.published(DefaultReturnAddressSet)
    assert (first.setting_id, first.address_version, second.address_version) == (second.setting_id, 1, 2)
    assert RETURN_ADDRESS["name"] not in second.model_dump_json()


async def test_two_who_set_at_once_set_two_versions(shop: Shop) -> None:
    """Without the lock both would find nothing, and the second would break the key of the table."""
    async with shop.harness.runtime.transaction(Actor("seller-1", "seller", "m-1")) as tx:
        await merchant_settings.put(tx, "m-1", SettingKind.RETURN_ADDRESS, RETURN_ADDRESS)
        await tx.flush()
        other = asyncio.create_task(put(shop, "return-address", {"return_address": MOVED}))
        waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
        await until(lambda: shop.harness.runtime.pool.fetchval(waits), "it waits")
    assert ((await other).status_code, (await other).json()["version"]) == (200, 2)


@pytest.mark.parametrize("path", WITH_DEFAULT)
async def test_what_the_platform_sets_holds_where_a_merchant_has_set_nothing(shop: Shop, path: str) -> None:
    first, second, field = SETTINGS[path]
    admin, platform, own = (
        shop.harness.client("admin", "admin-1"),
        *(f"/v1/merchants/{each}/{path}" for each in ("platform", "m-1")),
    )
    refused = await shop.agent.put(platform, json=second)
    assert shop.harness.problem(refused, 403, "forbidden")["allowed_roles"] == ["admin"]
    assert (await admin.put(platform, json=second)).status_code == 200
    shown = (await shop.seller.get(own)).json()
    assert (shown["merchant_id"], shown[field]) == ("platform", second[field])
    await put(shop, path, first)
    shown = (await shop.seller.get(own)).json()
    assert (shown["merchant_id"], shown["version"], shown[field]) == ("m-1", 1, first[field])


async def test_each_merchant_sets_its_own_rules_address_and_schedule(shop: Shop) -> None:
    platform = shop.harness.client("seller", "seller-9", tenant="platform")
    for path in SETTINGS.keys() - set(WITH_DEFAULT):
        refused = await platform.put(f"/v1/merchants/platform/{path}", json=SETTINGS[path][0])
        shop.harness.problem(refused, 404, "not_found")


async def test_the_platforms_hours_are_not_set_as_those_of_a_merchant(shop: Shop) -> None:
    for path, body in (("deadline-rules", {"rules": []}), ("calendar", {})):
        refused = await shop.agent.put(f"/v1/merchants/platform/{path}", json=body)
        shop.harness.problem(refused, 403, "forbidden")


BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "a currency twice": ("return-fees", {"fees": [FEE, FEE]}, "/fees"),
    "more than everything": (
        "return-fees",
        {"fees": [{**FEE, "restocking_basis_points": 10_001}]},
        "/fees/0/restocking_basis_points",
    ),
    "a negative fee": ("return-fees", {"fees": [{"return_freight": cny(-1)}]}, "/fees/0/return_freight/amount"),
    "an unknown field": ("return-fees", {"fees": [{**FEE, "freight": 1}]}, "/fees/0/freight"),
    "a limit twice": ("freight-insurance", {"limits": [cny(1), cny(2)]}, "/limits"),
    "an insurance of nothing": ("freight-insurance", {"limits": [cny(0)]}, "/limits/0"),
    "no answer": ("fast-exchange", {"allowed": None}, "/allowed"),
    "a warranty of a century": ("service-terms", {"warranty_days": 36_501}, "/warranty_days"),
    "an unknown rule": ("order-discounts", {"on_return": "halve"}, "/on_return"),
}


@pytest.mark.parametrize(("path", "body", "pointer"), BAD.values(), ids=BAD.keys())
async def test_what_makes_no_sense_is_refused_with_its_place(
    shop: Shop, path: str, body: dict[str, Any], pointer: str
) -> None:
    problem = shop.harness.problem(await put(shop, path, body), 422, "validation_failed")
    assert [each["pointer"] for each in problem["errors"]] == [pointer]
    assert (await shop.agent.get(f"/v1/merchants/m-1/{path}")).status_code == 404
