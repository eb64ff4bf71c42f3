"""Responses to couriers: in the partner's format where the partner is known, else in plain text."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

PARTNERS = ["zto", "standard-webhooks"]
PLAIN = "text/plain; charset=utf-8"


def refused(answer: httpx.Response, partner: str, status: int, code: str) -> None:
    """The response is this refusal in the partner's format."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json"), answer.text
    body = answer.json()
    if partner == "zto":
        assert (body["result"], body["status"], body["statusCode"]) == ("fail", False, "1")
        assert body["message"].startswith(f"{code}: ")
    else:
        assert (body["status"], body["code"]) == ("refused", code)
        assert body["detail"]


@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize(
    ("method", "more", "status", "code"),
    [
        ("POST", "/", 404, "not_found"),
        ("POST", "/more", 404, "not_found"),
        ("POST", "x", 404, "not_found"),
        ("GET", "/", 404, "not_found"),
        ("GET", "x", 404, "not_found"),
        ("POST", "?x=%00", 400, "address_malformed"),
        ("POST", "%ff", 400, "address_malformed"),
        ("GET", "%E4%BD", 400, "address_malformed"),
        ("PUT", "", 405, "method_not_allowed"),
        ("PATCH", "", 405, "method_not_allowed"),
        ("DELETE", "", 405, "method_not_allowed"),
        ("PUT", "/", 404, "not_found"),
    ],
)
async def test_what_the_routing_refuses(desk, partner, method, more, status, code):
    endpoint = await desk.endpoint(partner)
    answer = await desk.courier.request(method, endpoint["path"] + more, follow_redirects=False)
    refused(answer, partner, status, code)


@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize("path", ["", "/", "/ce_nobody", "/{other}"])
async def test_an_endpoint_that_is_not_this_partners(desk, partner, path):
    (other,) = set(PARTNERS) - {partner}
    endpoint = await desk.endpoint(other)
    for method in ("POST", "GET"):
        answer = await desk.courier.request(
            method, f"/v1/courier-webhooks/{partner}" + path.format(other=endpoint["id"])
        )
        refused(answer, partner, 404, "not_found")


@pytest.mark.parametrize("path", ["", "/", "//ce_1", "/nobody", "/nobody/ce_1", "/ZTO/ce_1", "/nobody/ce_1?x=%00"])
@pytest.mark.parametrize("method", ["POST", "GET", "PUT", "OPTIONS"])
async def test_an_unknown_courier_gets_plain_text(desk, method, path):
    answer = await desk.courier.request(method, "/v1/courier-webhooks" + path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, PLAIN)


@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_a_partner_that_probes_its_address_gets_a_plain_answer(desk, partner, method):
    endpoint = await desk.endpoint(partner)
    answer = await desk.courier.request(method, endpoint["path"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, PLAIN)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert await desk.pushes() == []


@pytest.mark.parametrize(
    ("ending", "why"),
    [
        (b"&note=100%", "hexadecimal"),
        (b"&note=%zz", "hexadecimal"),
        (b"&note=%D6%D0", "UTF-8"),
        (b"&msg_type=Traces", "more than once"),
        (b"&f" * 40, "more than 32 fields"),
    ],
)
async def test_a_malformed_form_is_refused_with_the_reason(desk, ending, why):
    endpoint = await desk.endpoint()
    answer = await desk.zto_text(endpoint, "{}", ending=ending)
    refused(answer, "zto", 401, "not_a_form")
    assert why in answer.json()["message"]


@pytest.mark.parametrize("charset", ["", "; charset=UTF-8", ';charset="utf-8"', "; charset=GBK"])
async def test_a_form_is_read_as_utf_8_whatever_its_charset(desk, order, charset):
    parcel, endpoint = await desk.ship(order), await desk.endpoint()
    data = json.dumps(desk.trace("GOT", desc="揽收"))
    answer = await desk.zto_text(endpoint, data, ending=b"&&", charset=charset)
    assert (answer.status_code, answer.json()["status"]) == (200, True)
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "picked_up"


@pytest.mark.parametrize("partner", PARTNERS)
async def test_more_than_a_mebibyte_is_refused_before_it_is_read(desk, partner):
    endpoint = await desk.endpoint(partner)
    answer = await desk.courier.post(endpoint["path"], content=b"x" * (1_048_576 + 1))
    refused(answer, partner, 413, "body_too_large")
    assert await desk.pushes() == []


@pytest.mark.parametrize("partner", PARTNERS)
async def test_a_body_that_stops_is_refused(desk, partner):
    async def trickle() -> AsyncIterator[bytes]:
        yield b"data="
        await asyncio.Event().wait()

    object.__setattr__(desk.harness.runtime.settings, "body_seconds", 0.1)
    endpoint = await desk.endpoint(partner)
    refused(await desk.courier.post(endpoint["path"], content=trickle()), partner, 408, "body_too_slow")


async def test_a_failure_of_the_database(desk):
    endpoint, standard = await desk.endpoint(), await desk.endpoint("standard-webhooks")
    await desk.harness.runtime.pool.execute("ALTER TABLE partner_inbox RENAME TO gone")
    refused(await desk.zto(endpoint, "GOT"), "zto", 200, "unavailable")
    refused(await desk.standard(standard, {}), "standard-webhooks", 503, "unavailable")
    await desk.harness.runtime.pool.execute("ALTER TABLE courier_endpoints RENAME TO gone_too")
    refused(await desk.courier.get(endpoint["path"]), "zto", 500, "internal_error")
