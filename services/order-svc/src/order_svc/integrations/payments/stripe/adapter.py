"""Stripe: PaymentIntents and Refunds by its own library, webhooks by `stripe-signature`.

Sources: docs.stripe.com/api (idempotent requests, PaymentIntents, Refunds) and docs.stripe.com/webhooks.
"""

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import httpx
import stripe
from stripe import params

from order_svc.domain.payments.model import CheckoutFields, CheckoutKind, Payment, Refund
from order_svc.domain.payments.statements import StatementEntry
from order_svc.integrations.payments.port import Notification, Outcome, ProviderResult
from order_svc.integrations.payments.results import NOT_FOUND, NOT_REACHED, NOT_SENT, PENDING, UNKNOWN, declined
from order_svc.integrations.payments.stripe.amounts import read, written
from order_svc.integrations.payments.stripe.events import REFUNDED, notification
from order_svc.integrations.payments.stripe.statements import entry_of
from order_svc.integrations.pushes import (
    CHINESE,
    Acceptance,
    Acknowledgement,
    ExaminedPush,
    Rejection,
    RejectionCode,
)
from order_svc.integrations.signatures import TOLERANCE

# Any: JSON, and callables as their libraries declare them.
_SIGNED_AT = re.compile(r"(?:^|,)t=([0-9]{1,11})(?:,|$)")
_OTHER_FORM = (AttributeError, KeyError, TypeError, ValueError)
"""What the library raises where a response is no JSON object, or lacks what is read."""
_RETRYABLE = frozenset({401, 403, 408, 409, 429})
"""Refusals that are about us or about the moment, not about the payment or refund."""


class _Http(stripe.HTTPClient):
    """The library over the httpx client of this adapter, which has the time limits and connections agreed for the provider."""

    name = "httpx"

    def __init__(self, client: httpx.AsyncClient) -> None:
        super().__init__()
        self._client = client

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:  # Any: as the library declares it
        try:
            response = await self._client.request(method, url, headers=headers, content=post_data or None)
        except httpx.HTTPError as error:
            raise stripe.APIConnectionError(type(error).__name__) from error  # type: ignore[no-untyped-call]
        return response.content, response.status_code, response.headers

    async def close_async(self) -> None:
        await self._client.aclose()


class Stripe:
    """The adapter. A webhook may be signed with any of `secrets`: Stripe signs with two while one replaces the other."""

    signature_headers = ("stripe-signature",)
    key_source = None
    authorises = True
    payer_methods = frozenset[str]()
    statement_zone, statement_ready = UTC, timedelta(hours=2)

    def __init__(self, client: httpx.AsyncClient, *, url: str, api_key: str, secrets: Sequence[str]) -> None:
        self.resources, self.secrets = (client,), tuple(secrets)
        # Its log lines contain what is sent and received.
        logging.getLogger("stripe").setLevel(logging.CRITICAL)
        made = stripe.StripeClient(
            api_key, base_addresses={"api": url.rstrip("/")}, http_client=_Http(client), max_network_retries=0
        )
        self._intents, self._refunds = made.v1.payment_intents, made.v1.refunds
        self._transactions = made.v1.balance_transactions

    def takes(self, method: str) -> bool:
        """See the port. `pm_…` is a PaymentMethod, which is charged; for `card` the buyer confirms in the browser."""
        return method == "card" or _is_payment_method(method)

    async def pay(self, payment: Payment, _: str | None = None) -> ProviderResult:
        """See the port."""
        asked: params.PaymentIntentCreateParams = {
            "amount": written(payment.amount_minor, payment.currency),
            "currency": payment.currency.lower(),
            "metadata": {"payment_id": payment.id, "order_id": payment.order_id},
            "automatic_payment_methods": {"enabled": True},
        }
        if _is_payment_method(payment.method):
            asked["automatic_payment_methods"] = {"enabled": True, "allow_redirects": "never"}
            asked["payment_method"], asked["confirm"] = payment.method, True
        if payment.authorised_minor is not None:
            asked["capture_method"] = "manual"
        try:
            return _payment_result(payment, await self._intents.create_async(asked, {"idempotency_key": payment.id}))
        except (stripe.StripeError, *_OTHER_FORM) as error:
            return _failure(error)

    async def capture(self, payment: Payment) -> ProviderResult:
        """See the port. What is not captured of a PaymentIntent is released with its only capture."""
        if payment.provider_reference is None:
            return UNKNOWN
        asked: params.PaymentIntentCaptureParams = {
            "amount_to_capture": written(payment.amount_minor, payment.currency)
        }
        options: stripe.RequestOptions = {"idempotency_key": f"{payment.id}/capture"}
        try:
            captured = await self._intents.capture_async(payment.provider_reference, asked, options)
            return _payment_result(payment, captured)
        except stripe.InvalidRequestError:  # it was captured or canceled before
            return await self.find(payment)
        except (stripe.StripeError, *_OTHER_FORM) as error:
            return _failure(error)

    async def refund(self, payment: Payment, refund: Refund) -> ProviderResult:
        """See the port."""
        if payment.provider_reference is None:
            return UNKNOWN
        asked: params.RefundCreateParams = {
            "payment_intent": payment.provider_reference,
            "amount": written(refund.amount_minor, refund.currency),
            "metadata": {"refund_id": refund.id},
        }
        try:
            return _refund_result(await self._refunds.create_async(asked, {"idempotency_key": refund.id}))
        except (stripe.StripeError, *_OTHER_FORM) as error:
            return _failure(error)

    async def find(self, payment: Payment, refund: Refund | None = None) -> ProviderResult:
        """See the port. Stripe finds nothing by a request's key: payments are searched, refunds listed, by their metadata.

        The search lags by up to a minute. A payment that it does not find yet is submitted again under its key, for which Stripe
        returns the first response for at least 24 hours; by then the search has it.
        """
        try:
            if refund is not None:
                return await self._find_refund(payment, refund)
            if payment.provider_reference is not None:
                return _payment_result(payment, await self._intents.retrieve_async(payment.provider_reference))
            found = await self._intents.search_async({"query": f"metadata['payment_id']:'{payment.id}'"})
            paid_first = sorted(found.data, key=lambda each: each.status != "succeeded")
            return _payment_result(payment, paid_first[0]) if paid_first else NOT_FOUND
        except stripe.StripeError as error:
            return NOT_FOUND if error.http_status == 404 else UNKNOWN
        except _OTHER_FORM:
            return UNKNOWN

    async def close(self, payment: Payment) -> ProviderResult:
        """See the port."""
        known = await self.find(payment) if payment.provider_reference is None else PENDING
        reference = payment.provider_reference or known.reference
        if known.outcome not in (Outcome.PENDING, Outcome.AUTHORISED) or reference is None:
            return known
        try:
            return _payment_result(payment, await self._intents.cancel_async(reference))
        except stripe.InvalidRequestError:
            return await self.find(payment)
        except (stripe.StripeError, *_OTHER_FORM):
            return UNKNOWN

    async def _find_refund(self, payment: Payment, refund: Refund) -> ProviderResult:
        if payment.provider_reference is None:
            return UNKNOWN
        listed = await self._refunds.list_async({"payment_intent": payment.provider_reference, "limit": 100})
        async for each in listed.auto_paging_iter():
            if each.metadata and "refund_id" in each.metadata and each.metadata["refund_id"] == refund.id:
                return _refund_result(each)
        return NOT_FOUND

    async def statement(self, day: date) -> Sequence[StatementEntry] | None:
        """See the port."""
        since = int(datetime.combine(day, time(), UTC).timestamp())
        asked: params.BalanceTransactionListParams = {
            "created": {"gte": since, "lt": since + 24 * 3600},
            "expand": ["data.source"],
            "limit": 100,
        }
        try:
            listed = await self._transactions.list_async(asked)
            found = [entry_of(each) async for each in listed.auto_paging_iter()]
        except (stripe.StripeError, *_OTHER_FORM):
            return None
        return [each for each in found if each is not None]

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Rejection | None:
        """See the port. The library verifies the signature; it would judge the age by the clock of the machine."""
        given = headers.get("stripe-signature", "")
        if not given:
            return _unverified(RejectionCode.SIGNATURE_MISSING)
        signed_at = _SIGNED_AT.search(given)
        if signed_at is None:
            return _unverified(RejectionCode.SIGNATURE_MALFORMED)
        if not any(_is_signed(raw, given, secret) for secret in secrets):
            return _unverified(RejectionCode.SIGNATURE_INVALID)
        if abs(now - datetime.fromtimestamp(int(signed_at[1]), UTC)) > TOLERANCE:
            return _unverified(RejectionCode.TIMESTAMP_OUT_OF_TOLERANCE)
        return None

    def push_id(self, raw: bytes, headers: Mapping[str, str]) -> str:
        """A hash of the body, which has the id of the event."""
        return f"sha256:{hashlib.sha256(raw).hexdigest()}"

    def parse(self, raw: bytes) -> Notification | None:
        """See the port. What has none of our ids, such as a refund that was made in the dashboard, is about something else."""
        return notification(raw)

    def accepted(self, acceptance: Acceptance, push: ExaminedPush[object]) -> Acknowledgement:
        """See the port. Stripe reads the status."""
        return Acknowledgement.of_json(200, {"received": True})

    def refused(self, code: str, detail: str, language: str = CHINESE) -> Acknowledgement:
        """See the port. Every status but 2xx makes Stripe send the event again, for up to three days."""
        return Acknowledgement.of_json(400, {"error": {"code": code, "message": detail}})


def _is_payment_method(method: str) -> bool:
    return method.startswith("pm_")


def _payment_result(payment: Payment, intent: stripe.PaymentIntent) -> ProviderResult:
    """What a PaymentIntent reports. One that was charged at once and waits for another method was declined; a buyer who pays in
    the browser may still use another method."""
    if intent.status == "succeeded":
        captured = None if payment.authorised_minor is None else read(intent.amount_received, intent.currency)
        return ProviderResult(outcome=Outcome.SUCCEEDED, reference=intent.id, captured_minor=captured)
    if intent.status == "requires_capture":
        return ProviderResult(outcome=Outcome.AUTHORISED, reference=intent.id)
    if intent.status == "canceled":
        return declined("canceled", "canceled")
    if intent.status == "requires_payment_method" and intent.last_payment_error and _is_payment_method(payment.method):
        return declined(intent.last_payment_error.code, "declined")
    checkout: CheckoutFields | None = None
    if intent.client_secret:
        checkout = {"kind": CheckoutKind.CLIENT_SECRET, "value": intent.client_secret}
    return ProviderResult(outcome=Outcome.PENDING, reference=intent.id, checkout=checkout)


def _refund_result(refund: stripe.Refund) -> ProviderResult:
    outcome = REFUNDED.get(refund.status or "", Outcome.PENDING)
    if outcome is Outcome.DECLINED:
        return declined(refund.failure_reason, refund.status or "failed")
    return ProviderResult(outcome=outcome, reference=refund.id)


def _failure(error: Exception) -> ProviderResult:
    """What the failure of a request means for what it requested."""
    if isinstance(error, stripe.APIConnectionError):
        return NOT_SENT if isinstance(error.__cause__, NOT_REACHED) else UNKNOWN
    if not isinstance(error, stripe.StripeError):
        return UNKNOWN
    status = error.http_status or 500
    if not 400 <= status < 500 or status in _RETRYABLE:
        return UNKNOWN
    reason = getattr(error.error, "decline_code", None) or error.code
    return declined(reason, f"provider_refused_{status}")


def _is_signed(raw: bytes, given: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(raw, given, secret))
    except (stripe.SignatureVerificationError, UnicodeError):
        return False


def _unverified(code: RejectionCode) -> Rejection:
    return Rejection(code, "the event is not verified")
