"""The payment simulator's protocol over HTTP; callbacks are Standard Webhooks."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import httpx
from aftercare_chassis.sentences import is_chinese
from pydantic import JsonValue, ValidationError

from order_svc.domain.payments.charge_backs import ChargeBackState
from order_svc.domain.payments.model import CallSubject, Payment, Refund
from order_svc.domain.payments.statements import StatementEntry
from order_svc.integrations import signatures
from order_svc.integrations.json_texts import check_keys
from order_svc.integrations.payments.port import (
    ChargeBackNotification,
    Notification,
    Outcome,
    ProviderNotification,
    ProviderResult,
)
from order_svc.integrations.payments.results import NOT_FOUND, NOT_REACHED, NOT_SENT, UNKNOWN, declined
from order_svc.integrations.payments.simulator_messages import (
    Callback,
    CallbackData,
    ChargeBackData,
    Operation,
    Statement,
    StatementLine,
)
from order_svc.integrations.pushes import (
    CHINESE,
    Acceptance,
    Acknowledgement,
    ExaminedPush,
    Rejection,
    RejectionCode,
)
from order_svc.integrations.signatures import StandardFault

_PATHS = {CallSubject.PAYMENT: "/v1/payments", CallSubject.REFUND: "/v1/refunds"}
_RETRYABLE = frozenset({408, 425, 429})
_RESULTS = {"authorised": Outcome.AUTHORISED, "succeeded": Outcome.SUCCEEDED, "declined": Outcome.DECLINED}
# The first fault in this order is the one reported.
_FAULTS = {
    StandardFault.ID_TOO_LONG: RejectionCode.SIGNATURE_MALFORMED,
    StandardFault.HEADER_MISSING: RejectionCode.SIGNATURE_MISSING,
    StandardFault.TIMESTAMP_MALFORMED: RejectionCode.SIGNATURE_INVALID,
    StandardFault.OUTSIDE_TOLERANCE: RejectionCode.TIMESTAMP_OUT_OF_TOLERANCE,
    StandardFault.SIGNATURE_MALFORMED: RejectionCode.SIGNATURE_MALFORMED,
    StandardFault.SIGNATURE_WRONG: RejectionCode.SIGNATURE_INVALID,
}
_RECEIVED = {
    Acceptance.PROCESSED: "applied",
    Acceptance.REPEATED: "already_taken",
    Acceptance.IRRELEVANT: "ignored",
}
_UNVERIFIED = frozenset(_FAULTS.values())
# What the provider calls a rejection where that differs from our code.
_THEIR_CODES: Mapping[str, str] = {RejectionCode.TIMESTAMP_OUT_OF_TOLERANCE: "outside_time_window"}
_UNPROVED = ("回调未通过验证：{verdict}。", "The callback is not verified: {verdict}.")
_UNREADABLE = ("回调内容无法读取。", "The callback cannot be read.")
# A 401 names how to authenticate (RFC 9110, 15.5.2).
_CHALLENGE = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class Simulator:
    """The adapter. `url` is where the provider listens, `callback_url` where it calls back."""

    signature_headers = signatures.STANDARD_HEADERS
    key_source = None
    authorises = True
    payer_methods = frozenset[str]()
    statement_zone, statement_ready = UTC, timedelta(minutes=5)

    def __init__(self, client: httpx.AsyncClient, *, url: str, callback_url: str, secret: str) -> None:
        self._client, self._url, self._callback_url = client, url.rstrip("/"), callback_url
        self.resources, self.secrets = (client,), (secret,)

    def takes(self, method: str) -> bool:
        """See the port."""
        return method.startswith("sim_")

    async def pay(self, payment: Payment, _: str | None = None) -> ProviderResult:
        """See the port."""
        own = {"payment_id": payment.id, "method": payment.method}
        if payment.authorised_minor is not None:
            own["capture"] = "manual"
        money = self._money(payment.amount_minor, payment.currency)
        return await self._submit(_PATHS[CallSubject.PAYMENT], payment.id, {**own, **money})

    async def capture(self, payment: Payment) -> ProviderResult:
        """See the port."""
        path = f"{_PATHS[CallSubject.PAYMENT]}/{payment.id}/capture"
        return await self._submit(path, f"{payment.id}/capture", {"amount": payment.amount_minor})

    async def refund(self, payment: Payment, refund: Refund) -> ProviderResult:
        """See the port."""
        own = {"refund_id": refund.id, "payment_id": refund.payment_id}
        money = self._money(refund.amount_minor, refund.currency)
        return await self._submit(_PATHS[CallSubject.REFUND], refund.id, {**own, **money})

    async def find(self, payment: Payment, refund: Refund | None = None) -> ProviderResult:
        """See the port."""
        subject, subject_id = CallSubject.PAYMENT, payment.id
        if refund is not None:
            subject, subject_id = CallSubject.REFUND, refund.id
        try:
            response = await self._client.get(f"{self._url}{_PATHS[subject]}/{subject_id}")
        except httpx.HTTPError:
            return UNKNOWN
        if response.status_code == 404:
            return NOT_FOUND
        return _result(response) if response.is_success else UNKNOWN

    async def close(self, payment: Payment) -> ProviderResult:
        """See the port. This provider ends every payment by itself that it takes at once: such a one is queried only."""
        if payment.authorised_minor is None:
            return await self.find(payment)
        try:
            response = await self._client.post(f"{self._url}{_PATHS[CallSubject.PAYMENT]}/{payment.id}/void")
        except httpx.HTTPError:
            return UNKNOWN
        if response.status_code == 404:
            return NOT_FOUND
        return _result(response) if response.is_success else UNKNOWN

    async def statement(self, day: date) -> Sequence[StatementEntry] | None:
        """See the port."""
        try:
            response = await self._client.get(f"{self._url}/v1/statements/{day.isoformat()}")
            found = Statement.model_validate_json(response.content) if response.is_success else None
        except (httpx.HTTPError, ValidationError):
            return None
        return None if found is None else [_entry(line) for line in found.data]

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Rejection | None:
        """See the port."""
        faults = signatures.standard_faults(raw, headers, secrets, now)
        code = next((code for fault, code in _FAULTS.items() if fault in faults), None)
        return None if code is None else Rejection(code, "the callback is not verified")

    def push_id(self, raw: bytes, headers: Mapping[str, str]) -> str:
        """The provider's message id, the same at every try, and a hash of the body."""
        return f"{headers['webhook-id']} sha256:{hashlib.sha256(raw).hexdigest()}"

    def parse(self, raw: bytes) -> Notification | None:
        """See the port."""
        check_keys(raw)
        try:
            callback = Callback.model_validate_json(raw)
            noun, _, end = callback.type.partition(".")
            if noun == "charge_back" and end in set(ChargeBackState):
                return _charge_back(ChargeBackState(end), ChargeBackData.model_validate(callback.data))
            if noun not in set(CallSubject) or end not in _RESULTS:
                return None
            data = CallbackData.model_validate(callback.data)
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
        return _notification(CallSubject(noun), _RESULTS[end], data)

    def accepted(self, acceptance: Acceptance, push: ExaminedPush[object]) -> Acknowledgement:
        """See the port. `received` is for people: the provider reads the status."""
        return _acknowledgement(200, {"received": _RECEIVED[acceptance]})

    def refused(self, code: str, detail: str, language: str = CHINESE) -> Acknowledgement:
        """See the port. Every status but 2xx makes the provider send the callback again."""
        theirs = _THEIR_CODES.get(code, code)
        if code in _UNVERIFIED:
            detail = _sentence(_UNPROVED, language).format(verdict=theirs)
            body = _refusal("callback_unproved", detail, verdict=theirs)
            return _acknowledgement(401, body, _CHALLENGE)
        if code == RejectionCode.UNREADABLE:
            return _acknowledgement(
                400, _refusal("callback_unreadable", _sentence(_UNREADABLE, language), verdict=code)
            )
        return _acknowledgement(400, _refusal(code, detail))

    def _money(self, amount_minor: int, currency: str) -> dict[str, JsonValue]:
        return {"amount": amount_minor, "currency": currency, "callback_url": self._callback_url}

    async def _submit(self, path: str, key: str, content: Mapping[str, JsonValue]) -> ProviderResult:
        try:
            response = await self._client.post(self._url + path, json=content, headers={"Idempotency-Key": key})
        except NOT_REACHED:
            return NOT_SENT
        except httpx.HTTPError:
            return UNKNOWN
        if response.is_success:
            return _result(response)
        if response.is_client_error and response.status_code not in _RETRYABLE:
            return declined(_refusal_code(response), f"provider_refused_{response.status_code}")
        return UNKNOWN


def _entry(line: StatementLine) -> StatementEntry:
    return StatementEntry(
        kind=line.kind,
        reference=line.reference,
        subject_id=line.id,
        amount_minor=line.amount,
        currency=line.currency,
    )


def _result(response: httpx.Response) -> ProviderResult:
    try:
        operation = Operation.model_validate_json(response.content)
    except ValueError:
        return UNKNOWN
    outcome = {"pending": Outcome.PENDING, **_RESULTS}.get(operation.status)
    if outcome is None:
        return UNKNOWN
    captured = operation.amount if operation.authorised is not None and outcome is Outcome.SUCCEEDED else None
    return ProviderResult(
        outcome=outcome,
        reference=operation.reference,
        failure_code=operation.failure_code,
        captured_minor=captured,
    )


def _refusal_code(response: httpx.Response) -> object:
    """The provider's own code of a refusal, where it sends one."""
    try:
        code: object = response.json()["code"]
    except (ValueError, KeyError, TypeError):
        return None
    return code


def _sentence(of_both: tuple[str, str], language: str) -> str:
    chinese, english = of_both
    return chinese if is_chinese(language) else english


def _refusal(code: str, detail: str, **more: str) -> dict[str, str]:
    return {"received": "refused", "code": code, "detail": detail, **more}


def _acknowledgement(
    status: int, body: Mapping[str, str], headers: Mapping[str, str] = MappingProxyType({})
) -> Acknowledgement:
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Acknowledgement(status, content, "application/json", headers)


def _notification(subject: CallSubject, outcome: Outcome, data: CallbackData) -> ProviderNotification:
    subject_id = data.payment_id if subject is CallSubject.PAYMENT else data.refund_id
    if not subject_id:
        raise ValueError(f"{subject}_id: Field required")
    return ProviderNotification(
        subject=subject,
        subject_id=subject_id,
        result=ProviderResult(outcome=outcome, reference=data.reference, failure_code=data.failure_code),
        amount_minor=data.amount,
        currency=data.currency,
    )


def _charge_back(state: ChargeBackState, data: ChargeBackData) -> ChargeBackNotification:
    return ChargeBackNotification(
        reference=data.charge_back_id,
        payment_id=data.payment_id,
        payment_reference=None,
        state=state,
        amount_minor=data.amount,
        currency=data.currency,
        reason=data.reason,
    )
