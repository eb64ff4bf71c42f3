"""Callbacks by themselves: what they contain, how they are signed, and when their sending ends."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from aftercare_simulators.payment.callbacks import Callbacks, Delivery, callback_about, standard_signing
from aftercare_simulators.payment.ledger import Kind, Operation, Status
from aftercare_simulators.payment.methods import Method
from standardwebhooks import Webhook

SECRET = "whsec_" + "c2ltdWxhdG9yLXNlY3JldC1vZi10aGUtdGVzdHM="
NOW = datetime(2026, 3, 2, 9, 0, 0, 999_999, tzinfo=UTC)
REFUND = Operation(
    kind=Kind.REFUND,
    id="ref_1",
    payment_id="pay_1",
    amount=19133,
    currency="CNY",
    method=Method.SUCCESS,
    callback_url="http://shop/x",
    reference="sim-refund-000002",
    status=Status.SUCCEEDED,
)


def callbacks(handle: Callable[[httpx.Request], httpx.Response], *pauses: float) -> Callbacks:
    client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    return Callbacks(standard_signing(SECRET), lambda: NOW, client, pauses)


def delivery() -> Delivery:
    return callback_about(REFUND)


def test_a_callback_names_the_operation_and_its_payment() -> None:
    made = delivery()
    data = {"refund_id": "ref_1", "payment_id": "pay_1", "reference": "sim-refund-000002", "amount": 19133}
    assert json.loads(made.body) == {"type": "refund.succeeded", "data": {**data, "currency": "CNY"}}
    assert (made.url, made.type, made.tries, made.delivered) == ("http://shop/x", "refund.succeeded", 0, False)


def test_a_callback_about_a_declined_operation_has_the_reason() -> None:
    declined = json.loads(callback_about(replace(REFUND, status=Status.DECLINED)).body)
    assert (declined["type"], declined["data"]["failure_code"]) == ("refund.declined", "refund_declined")


def test_two_callbacks_about_one_operation_have_ids_of_their_own() -> None:
    assert delivery().id != delivery().id
    assert delivery().body == delivery().body


async def test_a_callback_is_signed_over_its_id_time_and_body() -> None:
    seen: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    made = delivery()
    await callbacks(record).send(made)
    (request,) = seen
    assert request.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    expected = Webhook(SECRET).sign(made.id, NOW.replace(microsecond=0), request.content.decode())
    assert (request.headers["webhook-id"], request.headers["webhook-signature"]) == (made.id, expected)


@pytest.mark.parametrize(
    ("statuses", "tries", "delivered", "last"),
    [([204], 1, True, "204"), ([500, 302, 200], 3, True, "200"), ([500, 401, 404], 3, False, "404")],
)
async def test_a_callback_is_repeated_until_2xx_or_the_last_try(
    statuses: list[int], tries: int, delivered: bool, last: str
) -> None:
    answers = iter(statuses)
    made = delivery()
    sender = callbacks(lambda _: httpx.Response(next(answers)), 0, 0)
    await sender.send(made)
    assert (made.tries, made.delivered, made.last) == (tries, delivered, last)
    assert sender.deliveries == [made]


async def test_a_shop_that_cannot_be_reached_is_tried_again() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down", request=request)

    made = delivery()
    await callbacks(fail, 0).send(made)
    assert (made.tries, made.delivered, made.last) == (2, False, "ConnectError")


async def test_sending_one_message_twice_lists_it_once() -> None:
    sender, made = callbacks(lambda _: httpx.Response(200)), delivery()
    await sender.send(made)
    await sender.send(made)
    assert (sender.deliveries, made.tries) == ([made], 2)


async def test_settled_waits_for_everything_that_was_started() -> None:
    sender = callbacks(lambda _: httpx.Response(200))
    for _ in range(3):
        sender.start(sender.send(delivery()))
    await sender.settled()
    assert [each.delivered for each in sender.deliveries] == [True] * 3


async def test_closing_ends_what_waits_and_leaves_a_given_client_open() -> None:
    tried = asyncio.Event()

    def refuse(_: httpx.Request) -> httpx.Response:
        tried.set()
        return httpx.Response(500)

    sender = callbacks(refuse, 3600)
    sender.start(sender.send(delivery()))
    await asyncio.wait_for(tried.wait(), 10)
    await sender.close()
    assert not sender.deliveries[0].delivered
    assert sender.client is not None
    assert not sender.client.is_closed
