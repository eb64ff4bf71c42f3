"""Platform certificates of WeChat Pay: what is accepted of those that it publishes, and how responses are verified while they change."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from secrets import token_hex
from typing import Any

import httpx
import pytest
from order_svc.integrations.payments.port import Outcome
from provider_worlds import NOW, CertificatesWorld, WeChatPayWorld, keys

PAYMENTS, AT_A_TIME = 60, 6


async def pay(world: CertificatesWorld, number: int) -> Outcome:
    payment = replace(world.payment, id=f"pay_{number:032x}")
    await world.pay(payment)
    return (await world.adapter.find(payment)).outcome


def count_requests(world: CertificatesWorld) -> list[str]:
    paths: list[str] = []

    @world.app.middleware("http")
    async def note(request: Any, follow: Any) -> Any:  # Any: Starlette's types
        paths.append(request.url.path)
        return await follow(request)

    return paths


async def test_a_certificate_that_signs_at_once_is_fetched_once_for_all_responses() -> None:
    world = CertificatesWorld()
    paths = count_requests(world)
    await world.fetch()
    found: list[Outcome] = []
    for start in range(0, PAYMENTS, AT_A_TIME):
        if start == PAYMENTS // 2:
            world.publish("wechat 2", signs=True)
        batch = (pay(world, number) for number in range(start, start + AT_A_TIME))
        found += await asyncio.gather(*batch)
        await world.settled()
    assert Outcome.UNKNOWN not in found
    assert paths.count("/v3/certificates") == 2  # by the test, and for the first response with the new one


async def test_a_response_that_nobody_known_has_signed_is_no_answer() -> None:
    world = CertificatesWorld()
    for number, serial in enumerate(("4A", "no number")):
        world.platform.keys[serial] = keys("wechat 3")
        payment = replace(world.payment, id=f"pay_{number:032x}")
        assert (await world.pay(payment)).outcome is Outcome.UNKNOWN
    world.platform.keys = {serial: keys("wechat 1") for serial in world.platform.certificates}
    assert (await pay(world, 2)) is not Outcome.UNKNOWN


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.Response(500), httpx.Response(200, json={"data": [{}]})])
async def test_certificates_that_cannot_be_fetched_change_nothing(failure: Any) -> None:
    world = CertificatesWorld()
    assert world.adapter.key_source is not None
    world.break_with(failure)
    assert await world.adapter.key_source.keys() is None


async def test_a_certificate_that_is_not_encrypted_for_the_merchant_is_refused() -> None:
    world = CertificatesWorld()
    assert world.adapter.key_source is not None
    world.platform.api_v3_key = token_hex(16)
    assert await world.adapter.key_source.keys() is None


async def test_a_certificate_under_another_serial_number_is_refused() -> None:
    world = CertificatesWorld()
    assert world.adapter.key_source is not None
    [text] = world.platform.certificates.values()
    for serial in ("4A", "none"):
        world.platform.certificates = {serial: text}
        assert await world.adapter.key_source.keys() is None


async def test_a_certificate_that_cannot_be_read_does_not_hide_the_others() -> None:
    world = CertificatesWorld()
    assert world.adapter.key_source is not None
    [(serial, text)] = world.platform.certificates.items()
    world.platform.certificates = {"4A": text, "none": "-----BEGIN CERTIFICATE-----", serial: text}
    keys_found = await world.adapter.key_source.keys()
    assert keys_found is not None
    assert [each.serial for each in keys_found] == [serial]


async def test_a_response_by_a_certificate_that_was_withdrawn_is_no_answer() -> None:
    world = CertificatesWorld()
    assert await pay(world, 1) is not Outcome.UNKNOWN
    [withdrawn] = world.platform.certificates
    del world.platform.certificates[withdrawn]
    serial = world.publish("wechat 2", signs=True)
    await world.fetch()
    assert await pay(world, 2) is not Outcome.UNKNOWN
    del world.platform.keys[serial]
    assert await pay(world, 3) is Outcome.UNKNOWN


async def test_a_certificate_signs_in_its_time_only() -> None:
    world = CertificatesWorld()
    await world.fetch()
    [known] = world.known
    edges = (known.valid_from - timedelta(seconds=1), known.valid_from, known.valid_until)
    assert [known.is_valid(at) for at in edges] == [False, True, False]


async def test_a_merchant_that_changes_to_public_keys_has_both() -> None:
    world = WeChatPayWorld(has_certificates=True)
    world.platform.keys = {"PUB_KEY_ID_1": keys("wechat 1")}
    assert (await world.pay()).outcome is Outcome.UNKNOWN  # neither a known key nor a certificate
    serial = world.platform.certify(keys("wechat 2"), NOW - timedelta(days=1), NOW + timedelta(days=5 * 365))
    world.platform.keys = {serial: keys("wechat 2")}
    assert (await world.pay(replace(world.payment, id=f"pay_{1:032x}"))).outcome is Outcome.PENDING
