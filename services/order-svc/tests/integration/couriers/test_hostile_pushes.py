"""What no partner sends: each partner's own failure body, a log row with the reason, and nothing changed.

Also forged, replayed and mis-addressed pushes over the real route, beside those of `tests/unit/couriers/test_forged_pushes.py`.
"""

import gzip
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aftercare_simulators.couriers import PARTNERS as SIMULATED
from courier_pushes import EXAMPLES, SIGNERS, contents, signed
from courier_wire import Signed
from order_svc.api import webhooks

PARTNERS = tuple(EXAMPLES)
WAYBILL = "73000000000001"
IN_JSON = tuple(partner for partner, content in contents(WAYBILL).items() if not isinstance(content, str))


def is_refused(partner: str, answer: Any) -> bool:
    """Whether this is a refusal in the partner's own format, which its program does not take for an acknowledgement."""
    failure = EXAMPLES[partner].failure
    states = failure in answer.content if isinstance(failure, bytes) else failure.items() <= answer.json().items()
    return states and not SIMULATED[partner].is_acknowledged(answer.status_code, answer.content)


def garbled(push: Signed) -> Signed:
    return Signed(push.raw.replace(b"7300", "签收".encode("gbk"), 1), push.headers, push.query[:-1])


def with_a_bom(push: Signed) -> Signed:
    return Signed(b"\xef\xbb\xbf" + push.raw, push.headers, push.query[:-1])


def compressed(push: Signed) -> Signed:
    return Signed(gzip.compress(push.raw), push.headers, push.query[:-1])


def announced(push: Signed) -> Signed:
    return Signed(gzip.compress(push.raw), push.headers | {"content-encoding": "gzip"}, push.query[:-1])


def nested(push: Signed) -> Signed:
    return Signed(b'{"a":' * 50_000, push.headers, push.query[:-1])


def empty(push: Signed) -> Signed:
    return Signed(b"", push.headers, push.query[:-1])


@pytest.mark.parametrize("change", [garbled, with_a_bom, compressed, announced, nested, empty])
async def test_a_changed_push_is_refused_by_every_partner(desk, order, change: Callable[[Signed], Signed]):
    parcel, endpoints = await desk.ship(order), {partner: await desk.endpoint(partner) for partner in SIGNERS}
    before, now = await desk.harness.published(), desk.harness.clock.now()
    for partner, endpoint in endpoints.items():
        push = change(signed(partner, contents(WAYBILL, now)[partner], endpoint["secret"], now))
        path = endpoint["path"].partition("?")[0] + push.query
        answer = await desk.courier.post(path, content=push.raw, headers=push.headers)
        assert is_refused(partner, answer), (partner, answer.status_code, answer.text)
        stored = await desk.pushes(endpoint_id=endpoint["id"])
        assert len(stored) == (change is not announced)  # a body with a Content-Encoding is not even read
        assert {row["state"] for row in stored} <= {"refused"}
        assert {row["why"] for row in stored} <= {"signature_invalid", "signature_missing", "not_a_form"}
    await desk.work()
    assert (await desk.parcel(parcel))["events"] == []
    assert await desk.harness.published() == before


def with_text(content: Any, text: str) -> Iterator[Any]:
    """The content with one of its texts replaced, for each of them."""
    if isinstance(content, str):
        yield text
    elif isinstance(content, dict | list):
        for place, inner in content.items() if isinstance(content, dict) else enumerate(content):
            for changed in with_text(inner, text):
                copy = content.copy()
                copy[place] = changed
                yield copy


async def test_nested_content_with_a_valid_signature_is_kept_as_unreadable(desk):
    for partner in IN_JSON:
        endpoint = await desk.endpoint(partner)
        answer = await desk.push(endpoint, '{"a":' * 50_000)
        assert (answer.status_code, is_refused(partner, answer)) == (200, False), partner
        [row] = await desk.pushes(endpoint_id=endpoint["id"])
        assert row["state"] == "unreadable"


@pytest.mark.parametrize("partner", IN_JSON)
async def test_a_signed_push_is_kept_whatever_its_texts_are(desk, partner):
    """One that was answered with 503 would be sent again for days. XML cannot have these characters."""
    endpoint, now = await desk.endpoint(partner), desk.harness.clock.now()
    pushes = [each for text in ("a\0b", "\u202e") for each in with_text(contents(WAYBILL, now)[partner], text)]
    for push in pushes:
        answer = await desk.push(endpoint, push)
        assert answer.status_code == 200, (push, answer.text)
    assert len(await desk.pushes(endpoint_id=endpoint["id"], limit=100)) == len(pushes)
    await desk.work()


@pytest.mark.parametrize("partner", PARTNERS)
async def test_more_than_a_mebibyte_is_refused_in_the_partners_format(desk, partner):
    endpoint = await desk.endpoint(partner)
    answer = await desk.courier.post(endpoint["path"], content=b"x" * (1_048_576 + 1))
    assert answer.status_code == 413
    assert is_refused(partner, answer)


async def test_forged_and_replayed_pushes_over_the_real_route(desk, order):
    """300 forged ones and 60 replays: of all only the genuine ones count, once each."""
    chance, clock = random.Random(12), desk.harness.clock
    parcel = await desk.ship(order, carrier="zto", reference=WAYBILL)
    endpoints = {partner: await desk.endpoint(partner) for partner in SIGNERS}
    refused = 0
    for number in range(300):
        partner = PARTNERS[number % len(PARTNERS)]
        other = chance.choice([each for each in endpoints if each != partner])
        push = signed(partner, contents(WAYBILL, clock.now())[partner], endpoints[other]["secret"], clock.now())
        path = endpoints[partner]["path"].partition("?")[0] + push.query
        answer = await desk.courier.post(path, content=push.raw, headers=push.headers)
        refused += is_refused(partner, answer)
    assert refused == 300
    await desk.work()
    assert (await desk.parcel(parcel))["events"] == []
    genuine = ("zto", "kuaidi100", "kdniao", "aftership", "easypost")
    for _ in range(12):
        for partner in genuine:
            await desk.push(endpoints[partner], contents(WAYBILL, clock.now())[partner])
    await desk.work()
    assert len((await desk.parcel(parcel))["events"]) == len(genuine)
    figures = (await desk.courier.get("/metrics")).text
    forged = sum(PARTNERS[number % len(PARTNERS)] == "zto" for number in range(300))
    for outcome, count in (("processed", 1), ("repeated", 11), ("signature_invalid", forged)):
        labels = f'endpoint="{endpoints["zto"]["id"]}",outcome="{outcome}",partner="zto"'
        assert f"aftercare_partner_pushes_total{{{labels}}} {count}.0" in figures


async def test_a_flood_of_unsigned_pushes_is_refused_without_a_row_for_each(desk, order):
    parcel, endpoint = await desk.ship(order), await desk.endpoint("standard-webhooks")
    now, most = desk.harness.clock.now(), int(webhooks.UNVERIFIED.partition("/")[0])
    scan = {"waybill_no": WAYBILL, "status": "in_transit", "occurred_at": now.isoformat()}
    forged = [{"type": "parcel.status", "data": scan | {"text": str(number)}} for number in range(most + 5)]
    answers = {(await desk.courier.post(endpoint["path"], json=each)).status_code for each in forged}
    assert answers == {401}
    counted = "SELECT count(*) FROM partner_inbox WHERE endpoint_id = $1"
    assert await desk.harness.runtime.pool.fetchval(counted, endpoint["id"]) == most
    await desk.standard(endpoint, scan)
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "in_transit"
