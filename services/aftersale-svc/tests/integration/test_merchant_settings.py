"""What merchants set, whatever it is: versions that stay, conditions, whose it is, and two who set at once."""

import asyncio
from typing import Any

import httpx
import pytest
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.testing import until
from aftercare_events import DefaultReturnAddressSet
from aftersale_shop import RETURN_ADDRESS, Shop
from aftersale_svc.commands import merchant_settings
from aftersale_svc.domain.merchant_settings.model import SettingKind

MOVED = {**RETURN_ADDRESS, "street": "仓前路 9 号"}
WINDOW = {"weekday": 0, "opens": "09:00", "closes": "12:00", "capacity": 1}
RULE = {"id": "all", "when": {}, "outcome": "leave_to_merchant"}
# By its path: two contents, and the field that shows what differs.
SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "case-rules": ({"rules": []}, {"rules": [RULE]}, "rules"),
    "return-address": ({"return_address": RETURN_ADDRESS}, {"return_address": MOVED}, "return_address"),
    "pickup-schedule": ({"windows": []}, {"windows": [WINDOW]}, "windows"),
}
EACH = pytest.mark.parametrize(("path", "bodies"), SETTINGS.items(), ids=SETTINGS.keys())


async def put(shop: Shop, path: str, body: dict[str, Any], version: int | None = None) -> httpx.Response:
    headers = {} if version is None else {"If-Match": f'"v{version}"'}
    return await shop.seller.put(f"/v1/merchants/m-1/{path}", json=body, headers=headers)


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
        await rival.put(address, json=bodies[1]),
    ):
        shop.harness.problem(foreign, 404, "not_found")
    assert (await shop.buyer.get(address)).status_code == 403
    assert (await shop.agent.put(address, json=bodies[1])).status_code == 403
    assert (await shop.seller.get(f"{address}/versions")).json()["data"][0]["version"] == 1


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
