"""The adapter turns whatever the provider and the network do into one of six outcomes, and believes no forgery."""

import json
import time
from datetime import UTC, datetime

import httpx
import pytest
from order_svc.domain.payments.model import CallSubject, Payment, PaymentState
from order_svc.integrations.payments.port import Outcome, Untrusted
from order_svc.integrations.payments.simulator import Simulator
from standardwebhooks import Webhook

SECRET, OTHER = "whsec_bm90LWEtcmVhbC1zZWNyZXQ=", "whsec_YW5vdGhlci1vbmUtYWx0b2dldGhlcg=="
PAYMENT = Payment(
    id="pay_1",
    version=1,
    order_id="o",
    buyer_id="b",
    merchant_id="m",
    provider="simulator",
    method="sim_success",
    state=PaymentState.PENDING,
    amount_minor=100,
    currency="CNY",
    refunded_minor=0,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def adapter(answer) -> Simulator:
    def handle(request: httpx.Request) -> httpx.Response:
        return answer(request) if callable(answer) else answer

    http = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    return Simulator(http, url="http://sim/", callback_url="http://shop/cb", secret=SECRET)


def broken(error: type[httpx.HTTPError]):
    def handle(request: httpx.Request) -> httpx.Response:
        raise error("broken")

    return handle


SAID = {"reference": "r-1", "payment_id": "pay_1", "amount": 100, "currency": "CNY"}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (httpx.Response(201, json={"status": "pending", **SAID}), Outcome.PENDING),
        (httpx.Response(201, json={"status": "succeeded", **SAID}), Outcome.SUCCEEDED),
        (httpx.Response(201, json={"status": "declined", **SAID}), Outcome.DECLINED),
        (httpx.Response(201, json={"status": "a new word"}), Outcome.LOST),
        (httpx.Response(201, content=b"<html>"), Outcome.LOST),
        (httpx.Response(422, json={"code": "amount_too_small"}), Outcome.DECLINED),
        (httpx.Response(429), Outcome.LOST),
        (httpx.Response(503), Outcome.LOST),
        (broken(httpx.ReadTimeout), Outcome.LOST),
        (broken(httpx.RemoteProtocolError), Outcome.LOST),
        (broken(httpx.ConnectError), Outcome.UNREACHED),
    ],
)
async def test_outcomes_of_a_payment(answer, outcome):
    assert (await adapter(answer).pay(PAYMENT)).outcome is outcome


async def test_the_payments_id_is_the_idempotency_key():
    seen: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"status": "pending"})

    await adapter(note).pay(PAYMENT)
    assert seen[0].headers["idempotency-key"] == "pay_1"
    assert json.loads(seen[0].content)["callback_url"] == "http://shop/cb"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (httpx.Response(404), Outcome.UNHEARD),
        (httpx.Response(500), Outcome.LOST),
        (broken(httpx.ConnectError), Outcome.LOST),
        (httpx.Response(200, json={"status": "succeeded"}), Outcome.SUCCEEDED),
    ],
)
async def test_outcomes_of_a_query(answer, outcome):
    assert (await adapter(answer).find(CallSubject.REFUND, "refund_1")).outcome is outcome


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    when = datetime.fromtimestamp(int(at or time.time()), UTC)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(when.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", when, body.decode()),
    }


def numbered(id_: str) -> dict[str, str]:
    headers = signed(body()) | {"webhook-id": id_}
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    return headers | {"webhook-signature": Webhook(SECRET).sign(id_, at, body().decode())}


def body(kind: str = "payment.succeeded", **data: object) -> bytes:
    return json.dumps(
        {"type": kind, "data": {"payment_id": "pay_1", "amount": 100, "currency": "CNY", **data}}
    ).encode()


def test_a_signed_callback_is_read():
    notice = adapter(None).read(signed(body()), body())
    assert notice is not None
    assert (notice.subject_id, notice.answer.outcome, notice.amount_minor) == ("pay_1", Outcome.SUCCEEDED, 100)


def test_news_of_another_kind_is_nobodys_business():
    assert adapter(None).read(signed(body("payout.created")), body("payout.created")) is None


# Made when the test runs: collected signatures could grow too old before their turn.
FORGERIES = {
    "none": (dict, "signature_missing"),
    "other secret": (lambda: signed(body(), OTHER), "signature_invalid"),
    "other body": (lambda: signed(body(amount=1)), "signature_invalid"),
    "old": (lambda: signed(body(), at=time.time() - 600), "outside_time_window"),
    "future": (lambda: signed(body(), at=time.time() + 600), "outside_time_window"),
    "garbage": (lambda: signed(body()) | {"webhook-signature": "garbage"}, "malformed_signature"),
    "no base64": (lambda: signed(body()) | {"webhook-signature": "v1,abc"}, "malformed_signature"),
    "endless id": (lambda: numbered("m" * 201), "malformed_signature"),
    "no time": (lambda: signed(body()) | {"webhook-timestamp": "soon"}, "signature_invalid"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_is_not_believed(forgery):
    headers, verdict = FORGERIES[forgery]
    with pytest.raises(Untrusted) as doubt:
        adapter(None).read(headers(), body())
    assert doubt.value.verdict == verdict


@pytest.mark.parametrize(
    "content", [b"[]", b"{}", b'{"type": "payment.succeeded", "data": {"amount": 1.5}}', b"nonsense"]
)
def test_signed_nonsense_is_refused_as_nonsense(content):
    with pytest.raises(Untrusted) as doubt:
        adapter(None).read(signed(content), content)
    assert doubt.value.verdict == "unreadable"


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(Untrusted):
        adapter(None).read(signed(b"x"), b"\xff\xfe")
