"""The adapter of the payment simulator: what the provider and the network do becomes one of six outcomes, and a callback is
accepted only with a valid signature."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from order_svc.api.schemas.partners import NotReceivedOut, ReceivedOut
from order_svc.domain.payments.model import CallSubject, Payment, PaymentState, Refund, RefundState
from order_svc.integrations.payments.port import Outcome
from order_svc.integrations.payments.simulator import Simulator
from order_svc.integrations.pushes import Acceptance, Acknowledgement, examine
from order_svc.integrations.signatures import standard_signature
from standardwebhooks import Webhook

SECRET, OTHER = "whsec_bm90LWEtcmVhbC1zZWNyZXQ=", "whsec_YW5vdGhlci1vbmUtYWx0b2dldGhlcg=="
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
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
    created_at=NOW,
)
REFUND = Refund(
    id="ref_1",
    payment_id="pay_1",
    order_id="o",
    case_id=None,
    state=RefundState.SUBMITTED,
    amount_minor=60,
    currency="CNY",
    cause="approval",
    created_at=NOW,
)
Answering = Callable[[httpx.Request], httpx.Response]


def adapter(answer: httpx.Response | Answering | None = None) -> Simulator:
    def handle(request: httpx.Request) -> httpx.Response:
        assert answer is not None
        return answer if isinstance(answer, httpx.Response) else answer(request)

    client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    return Simulator(client, url="http://sim/", callback_url="http://shop/cb", secret=SECRET)


def broken(error: type[httpx.HTTPError]) -> Answering:
    def handle(request: httpx.Request) -> httpx.Response:
        raise error("broken")

    return handle


OPERATION = {"reference": "r-1", "payment_id": "pay_1", "amount": 100, "currency": "CNY"}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (httpx.Response(201, json={"status": "pending", **OPERATION}), Outcome.PENDING),
        (httpx.Response(201, json={"status": "succeeded", **OPERATION}), Outcome.SUCCEEDED),
        (httpx.Response(201, json={"status": "declined", **OPERATION}), Outcome.DECLINED),
        (httpx.Response(201, json={"status": "a new status"}), Outcome.UNKNOWN),
        (httpx.Response(201, json={"status": "not_sent"}), Outcome.UNKNOWN),
        (httpx.Response(201, content=b"<html>"), Outcome.UNKNOWN),
        (httpx.Response(422, json={"code": "amount_too_small"}), Outcome.DECLINED),
        (httpx.Response(429), Outcome.UNKNOWN),
        (httpx.Response(503), Outcome.UNKNOWN),
        (broken(httpx.ReadTimeout), Outcome.UNKNOWN),
        (broken(httpx.RemoteProtocolError), Outcome.UNKNOWN),
        (broken(httpx.ConnectError), Outcome.NOT_SENT),
        (broken(httpx.ConnectTimeout), Outcome.NOT_SENT),
        (broken(httpx.PoolTimeout), Outcome.NOT_SENT),
    ],
)
async def test_outcomes_of_a_submission(answer: httpx.Response | Answering, outcome: Outcome) -> None:
    assert (await adapter(answer).pay(PAYMENT)).outcome is outcome
    assert (await adapter(answer).refund(PAYMENT, REFUND)).outcome is outcome


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.Response(422, json={"code": "amount_too_small"}), "amount_too_small"),
        (httpx.Response(422, json={"code": ""}), "provider_refused_422"),
        (httpx.Response(400, json=["code"]), "provider_refused_400"),
        (httpx.Response(403, content=b"<html>"), "provider_refused_403"),
    ],
)
async def test_a_refusal_names_the_providers_code(answer: httpx.Response, code: str) -> None:
    assert (await adapter(answer).pay(PAYMENT)).failure_code == code


@pytest.mark.parametrize(
    ("submit", "key", "path", "content"),
    [
        (
            lambda each: each.pay(PAYMENT),
            "pay_1",
            "/v1/payments",
            {"payment_id": "pay_1", "method": "sim_success", "amount": 100},
        ),
        (lambda each: each.refund(PAYMENT, REFUND), "ref_1", "/v1/refunds", {"refund_id": "ref_1", "amount": 60}),
    ],
    ids=["payment", "refund"],
)
async def test_our_id_is_the_idempotency_key(
    submit: Callable[[Simulator], Any], key: str, path: str, content: dict[str, Any]
) -> None:
    seen: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"status": "pending"})

    await submit(adapter(record))
    (request,) = seen
    assert (request.headers["idempotency-key"], request.url.path) == (key, path)
    expected = content | {"payment_id": "pay_1", "currency": "CNY", "callback_url": "http://shop/cb"}
    assert json.loads(request.content) == expected


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (httpx.Response(404), Outcome.NOT_FOUND),
        (httpx.Response(500), Outcome.UNKNOWN),
        (broken(httpx.ConnectError), Outcome.UNKNOWN),
        (httpx.Response(200, json={"status": "succeeded"}), Outcome.SUCCEEDED),
    ],
)
async def test_outcomes_of_a_query(answer: httpx.Response | Answering, outcome: Outcome) -> None:
    assert (await adapter(answer).find(PAYMENT, REFUND)).outcome is outcome


def body(kind: str = "payment.succeeded", **data: object) -> bytes:
    content = {"payment_id": "pay_1", "amount": 100, "currency": "CNY", **data}
    return json.dumps({"type": kind, "data": content}).encode()


def signed(content: bytes, secret: str = SECRET, at: datetime = NOW, id_: str = "msg_1") -> dict[str, str]:
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": standard_signature(secret, id_, at, content),
    }


def examined(headers: dict[str, str], content: bytes) -> Any:
    one = adapter()
    return examine(one, content, headers, one.secrets, NOW)


@pytest.mark.parametrize(
    ("kind", "data", "subject", "outcome"),
    [
        ("payment.succeeded", {}, (CallSubject.PAYMENT, "pay_1"), Outcome.SUCCEEDED),
        ("refund.declined", {"refund_id": "ref_1"}, (CallSubject.REFUND, "ref_1"), Outcome.DECLINED),
    ],
)
def test_a_signed_callback_is_read(
    kind: str, data: dict[str, str], subject: tuple[CallSubject, str], outcome: Outcome
) -> None:
    content = body(kind, **data)
    push = examined(signed(content), content)
    assert (push.verified, push.rejection) == (True, None)
    found = push.content
    assert ((found.subject, found.subject_id), found.result.outcome, found.amount_minor) == (subject, outcome, 100)


def test_the_headers_that_prove_a_callback_are_kept_and_no_others() -> None:
    push = examined(signed(body()) | {"user-agent": "x"}, body())
    assert push.headers == signed(body())
    assert push.push_id.startswith("msg_1 sha256:")


def test_callbacks_of_other_kinds_have_no_content() -> None:
    content = body("payout.created")
    push = examined(signed(content), content)
    assert (push.verified, push.content, push.rejection) == (True, None, None)


FORGERIES: dict[str, tuple[dict[str, str], str]] = {
    "none": ({}, "signature_missing"),
    "other secret": (signed(body(), OTHER), "signature_invalid"),
    "other body": (signed(body(amount=1)), "signature_invalid"),
    "old": (signed(body(), at=NOW - timedelta(minutes=10)), "timestamp_out_of_tolerance"),
    "future": (signed(body(), at=NOW + timedelta(minutes=10)), "timestamp_out_of_tolerance"),
    "old and forged": (signed(body(), OTHER, at=NOW - timedelta(minutes=10)), "timestamp_out_of_tolerance"),
    "garbage": (signed(body()) | {"webhook-signature": "garbage"}, "malformed_signature"),
    "no base64": (signed(body()) | {"webhook-signature": "v1,abc"}, "malformed_signature"),
    "endless id": (signed(body(), id_="m" * 201), "malformed_signature"),
    "no time": (signed(body()) | {"webhook-timestamp": "soon"}, "signature_invalid"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_an_unproven_callback_is_rejected_and_leaves_a_hash(forgery: str) -> None:
    headers, code = FORGERIES[forgery]
    push = examined(headers, body())
    assert (push.verified, push.rejection.code) == (False, code)
    assert push.push_id.startswith(f"refused:{code}:")
    assert (push.headers, push.content) == ({}, None)


@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b"{}",
        b'{"type": "payment.succeeded", "data": {"amount": 1.5}}',
        b'{"type": "refund.succeeded", "data": {"payment_id": "pay_1", "amount": 1, "currency": "CNY"}}',
        b"nonsense",
        b"\xff\xfe",
        '{"type": "payout.created", "data": {"note": "中文"}}'.encode("gbk"),
        b'{"type": "payment.succeeded", "data": {"payment_id": "a\\u0000b", "amount": 1, "currency": "CNY"}}',
    ],
)
def test_a_signed_callback_that_cannot_be_read_is_rejected_as_unreadable(content: bytes) -> None:
    push = examined(signed(content), content)
    assert (push.verified, push.rejection.code, push.content) == (True, "unreadable", None)
    assert push.rejection.detail


def test_a_body_that_is_no_text_and_not_signed_is_forged() -> None:
    push = examined(signed(b"x"), b"\xff\xfe")
    assert (push.verified, push.rejection.code) == (False, "signature_invalid")


@pytest.mark.parametrize("secret", [SECRET, SECRET.rstrip("="), "whsec_" + "eA=="])
def test_the_signature_of_a_text_is_that_of_the_specification_s_library(secret: str) -> None:
    text = body(reference="中文").decode()
    assert standard_signature(secret, "msg_1", NOW, text.encode()) == Webhook(secret).sign("msg_1", NOW, text)


@pytest.mark.parametrize(
    ("acceptance", "body"),
    [
        (Acceptance.PROCESSED, b'{"received":"applied"}'),
        (Acceptance.REPEATED, b'{"received":"already_taken"}'),
        (Acceptance.IRRELEVANT, b'{"received":"ignored"}'),
    ],
)
def test_the_bytes_that_accept_a_callback(acceptance: Acceptance, body: bytes) -> None:
    push = examine(adapter(), b"", {}, [], NOW)
    accepted = adapter().accepted(acceptance, push)
    assert accepted == Acknowledgement(200, body, "application/json")
    assert ReceivedOut.model_validate_json(accepted.body)


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("unreadable", "The callback cannot be read."),
        ("timestamp_out_of_tolerance", "The callback is not verified: outside_time_window."),
        ("body_too_large", "?"),
    ],
)
def test_a_refusal_in_english_differs_in_its_sentence_only(code: str, detail: str) -> None:
    chinese, english = (json.loads(adapter().refused(code, "?", language).body) for language in ("zh-CN", "en"))
    assert english == chinese | {"detail": detail}


@pytest.mark.parametrize(
    ("code", "status", "body"),
    [
        (
            "unreadable",
            400,
            '{"received":"refused","code":"callback_unreadable","detail":"回调内容无法读取。","verdict":"unreadable"}',
        ),
        (
            "signature_invalid",
            401,
            '{"received":"refused","code":"callback_unproved","detail":"回调未通过验证：signature_invalid。","verdict":"signature_invalid"}',
        ),
        (
            "timestamp_out_of_tolerance",
            401,
            '{"received":"refused","code":"callback_unproved","detail":"回调未通过验证：outside_time_window。","verdict":"outside_time_window"}',
        ),
        ("body_too_large", 400, '{"received":"refused","code":"body_too_large","detail":"?"}'),
    ],
)
def test_the_bytes_that_refuse_a_callback(code: str, status: int, body: str) -> None:
    refused = adapter().refused(code, "?")
    assert (refused.status, refused.body.decode(), refused.media_type) == (status, body, "application/json")
    assert dict(refused.headers) == ({"WWW-Authenticate": 'Bearer error="invalid_token"'} if status == 401 else {})
    assert NotReceivedOut.model_validate_json(refused.body)
