"""The payment simulator's protocol over HTTP; callbacks are Standard Webhooks."""

from collections.abc import Mapping
from typing import Annotated, Any

import httpx
from pydantic import BaseModel, Field, StringConstraints, ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from order_svc.domain.payments.model import CallSubject, Payment, Refund
from order_svc.integrations.payments.port import Answer, Notice, Outcome, Untrusted

SECONDS = 10.0
_PATHS = {CallSubject.PAYMENT: "/v1/payments", CallSubject.REFUND: "/v1/refunds"}
_TRY_AGAIN = frozenset({408, 425, 429})
_LONGEST_ID = 200


Word = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class _Operation(BaseModel):
    """What the provider says of a payment or refund."""

    status: str
    reference: Word | None = None
    failure_code: Word | None = None


class _Told(BaseModel):
    """The data of a callback."""

    payment_id: Word | None = None
    refund_id: Word | None = None
    reference: Word | None = None
    amount: int = Field(strict=True)
    currency: Word
    failure_code: Word | None = None


class _Message(BaseModel):
    """A callback's body."""

    type: str
    data: dict[str, Any]


class Simulator:
    """The adapter. `url` is where it listens, `callback_url` where it calls back."""

    def __init__(self, http: httpx.AsyncClient, *, url: str, callback_url: str, secret: str) -> None:
        self._http, self._url, self._callback_url, self._secret = http, url.rstrip("/"), callback_url, secret

    async def pay(self, payment: Payment) -> Answer:
        """See the port."""
        money = {"amount": payment.amount_minor, "currency": payment.currency, "callback_url": self._callback_url}
        return await self._submit(
            CallSubject.PAYMENT, payment.id, {"payment_id": payment.id, "method": payment.method, **money}
        )

    async def refund(self, refund: Refund) -> Answer:
        """See the port."""
        money = {"amount": refund.amount_minor, "currency": refund.currency, "callback_url": self._callback_url}
        return await self._submit(
            CallSubject.REFUND, refund.id, {"refund_id": refund.id, "payment_id": refund.payment_id, **money}
        )

    async def find(self, subject: CallSubject, subject_id: str) -> Answer:
        """See the port."""
        try:
            response = await self._http.get(f"{self._url}{_PATHS[subject]}/{subject_id}", timeout=SECONDS)
        except httpx.HTTPError:
            return Answer(outcome=Outcome.LOST)
        if response.status_code == 404:
            return Answer(outcome=Outcome.UNHEARD)
        return _read(response) if response.is_success else Answer(outcome=Outcome.LOST)

    def read(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        """See the port."""
        if len(headers.get("webhook-id", "")) > _LONGEST_ID:
            raise Untrusted("malformed_signature")
        try:
            Webhook(self._secret).verify(body, dict(headers), json_parse=False)
        except WebhookVerificationError as error:
            raise Untrusted(_verdict(error)) from None
        except ValueError:  # the library's word for headers and bytes that are no webhook at all
            raise Untrusted("malformed_signature") from None
        return _notice(headers["webhook-id"], body)

    async def _submit(self, subject: CallSubject, key: str, content: dict[str, Any]) -> Answer:
        try:
            response = await self._http.post(
                self._url + _PATHS[subject], json=content, headers={"Idempotency-Key": key}, timeout=SECONDS
            )
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return Answer(outcome=Outcome.UNREACHED)
        except httpx.HTTPError:
            return Answer(outcome=Outcome.LOST)
        if response.is_success:
            return _read(response)
        if response.is_client_error and response.status_code not in _TRY_AGAIN:
            return Answer(outcome=Outcome.DECLINED, failure_code=_why(response))
        return Answer(outcome=Outcome.LOST)


def _read(response: httpx.Response) -> Answer:
    try:
        said = _Operation.model_validate_json(response.content)
        return Answer(outcome=Outcome(said.status), reference=said.reference, failure_code=said.failure_code)
    except ValueError:
        return Answer(outcome=Outcome.LOST)


def _why(response: httpx.Response) -> str:
    """The provider's own code of a refusal, where it is one."""
    try:
        code = response.json()["code"]
    except (ValueError, KeyError, TypeError):
        code = None
    return code if isinstance(code, str) and 0 < len(code) <= 100 else f"provider_refused_{response.status_code}"


def _verdict(error: WebhookVerificationError) -> str:
    said = str(error).lower()
    if "too old" in said or "too new" in said:
        return "outside_time_window"
    return "signature_missing" if "missing" in said else "signature_invalid"


_ENDS = {"succeeded": Outcome.SUCCEEDED, "declined": Outcome.DECLINED}


def _notice(message_id: str, body: bytes) -> Notice | None:
    try:
        message = _Message.model_validate_json(body)
        noun, _, end = message.type.partition(".")
        if noun not in set(CallSubject) or end not in _ENDS:
            return None
        told = _Told.model_validate(message.data)
    except ValidationError:
        raise Untrusted("unreadable") from None
    subject = CallSubject(noun)
    subject_id = told.payment_id if subject is CallSubject.PAYMENT else told.refund_id
    if not subject_id:
        raise Untrusted("unreadable")
    answer = Answer(outcome=_ENDS[end], reference=told.reference, failure_code=told.failure_code)
    return Notice(
        message_id=message_id,
        subject=subject,
        subject_id=subject_id,
        answer=answer,
        amount_minor=told.amount,
        currency=told.currency,
    )
