"""A payment provider with another protocol than the simulator's: an adapter and an entry in `main.payment_providers` are enough."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from order_svc import main
from order_svc.domain.payments.model import CallSubject, Payment, Refund
from order_svc.domain.payments.statements import StatementEntry
from order_svc.integrations.payments.port import Outcome, PaymentProvider, ProviderNotification, ProviderResult
from order_svc.integrations.pushes import Acceptance, Acknowledgement, ExaminedPush, Rejection, RejectionCode
from order_svc.settings import Settings

ADDRESS, SECRET = "/v1/payment-webhooks/plainpay", "a secret of tests"


def signature(raw: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


class PlainPay:
    """It signs the body, and expects `success` or `fail` in plain text, with status 200 in either case."""

    signature_headers = ("x-sign",)
    secrets = (SECRET,)
    resources = ()
    payer_methods = frozenset()
    key_source, authorises = None, False
    statement_zone, statement_ready = UTC, timedelta(0)

    async def pay(self, payment: Payment, payer_id: str | None = None) -> ProviderResult:
        return ProviderResult(outcome=Outcome.PENDING)

    def takes(self, method: str) -> bool:
        return method == "card"

    async def refund(self, payment: Payment, refund: Refund) -> ProviderResult:
        return ProviderResult(outcome=Outcome.PENDING)

    async def find(self, payment: Payment, refund: Refund | None = None) -> ProviderResult:
        return ProviderResult(outcome=Outcome.PENDING)

    async def close(self, payment: Payment) -> ProviderResult:
        return ProviderResult(outcome=Outcome.PENDING)

    async def statement(self, day: date) -> Sequence[StatementEntry] | None:
        return None

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Rejection | None:
        if any(hmac.compare_digest(headers.get("x-sign", ""), signature(raw, secret)) for secret in secrets):
            return None
        return Rejection(RejectionCode.SIGNATURE_INVALID, "no signature fits")

    def push_id(self, raw: bytes, headers: Mapping[str, str]) -> str:
        return hashlib.sha256(raw).hexdigest()

    def parse(self, raw: bytes) -> ProviderNotification:
        trade = json.loads(raw)
        result = ProviderResult(outcome=Outcome.SUCCEEDED, reference=trade["no"])
        return ProviderNotification(
            subject=CallSubject.PAYMENT,
            subject_id=trade["ours"],
            result=result,
            amount_minor=trade["cents"],
            currency="CNY",
        )

    def accepted(self, acceptance: Acceptance, push: ExaminedPush[object]) -> Acknowledgement:
        return Acknowledgement(200, b"success", "text/plain", {"X-Plainpay": "1"})

    def refused(self, code: str, detail: str, language: str = "zh-CN") -> Acknowledgement:
        return Acknowledgement(200, b"fail", "text/plain")


@pytest.fixture(autouse=True)
def connected(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = main.payment_providers

    def providers(
        settings: Settings, simulator_transport: httpx.AsyncBaseTransport | None = None
    ) -> Mapping[str, PaymentProvider]:
        return {**connect(settings, simulator_transport), "plainpay": PlainPay()}

    monkeypatch.setattr(main, "payment_providers", providers)


async def test_a_callback_is_acknowledged_in_the_format_of_its_provider(shop):
    order = await shop.place()
    path = f"/v1/orders/{order['id']}/payments"
    payment = (await shop.buyer.post(path, json={"provider": "plainpay", "payment_method": "card"})).json()
    await shop.settle()
    raw, http = json.dumps({"no": "p-1", "ours": payment["id"], "cents": 29500}).encode(), shop.h.client()
    forged = await http.post(ADDRESS, content=raw, headers={"x-sign": signature(raw, "another")})
    assert (forged.status_code, forged.text) == (200, "fail")
    for _ in range(2):
        callback = await http.post(ADDRESS, content=raw, headers={"x-sign": signature(raw)})
        assert (callback.status_code, callback.text, callback.headers["x-plainpay"]) == (200, "success", "1")
    assert callback.headers["content-type"].startswith("text/plain")
    await shop.process_callbacks()
    assert await shop.callbacks() == [("refused", "signature_invalid"), ("applied", None)]
    assert (await shop.order(order["id"]))["state"] == "paid"


async def test_what_the_routing_refuses_is_in_the_format_of_the_provider_too(shop):
    refused = await shop.h.client().put(ADDRESS)
    assert (refused.status_code, refused.text) == (405, "fail")
