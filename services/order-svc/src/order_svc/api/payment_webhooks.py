"""Where payment providers call back. Each is answered in its own format."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

from aftercare_chassis.http.admission import Priority
from aftercare_chassis.http.responses import Responses
from aftercare_chassis.http.routing import ServiceRuntime, Tx
from aftercare_chassis.http.webhooks import WebhookRouter, probe_response
from aftercare_chassis.refusals import NotFound
from fastapi import Path, Request, Response

from order_svc.api import webhooks
from order_svc.api.schemas.partners import NotReceivedOut, ReceivedOut
from order_svc.domain.partners.pushes import PushSource
from order_svc.integrations.payments.port import PaymentProvider
from order_svc.queries import signing_keys
from order_svc.settings import Settings

ProviderName = Annotated[str, Path(description="The name of the payment provider, such as `simulator`.")]
_ADDRESS = "/{provider}"
_NOT_RECEIVED: Responses = {
    "default": {
        "model": NotReceivedOut,
        "content": {"text/plain": {"schema": {"type": "string"}}},
        "description": "Not accepted; the provider sends it again. In plain text where the path names no provider.",
    }
}


def router(providers: Mapping[str, PaymentProvider]) -> WebhookRouter:
    """The addresses of these providers."""
    hooks, refusal = PaymentWebhooks(providers), partial(webhooks.refusal, providers)
    made = WebhookRouter(
        "/v1/payment-webhooks", refusal, priority=Priority.URGENT, partners=providers, tags=["payment-webhooks"]
    )
    made.post(_ADDRESS, operation_id="receivePaymentCallback", response_model=ReceivedOut, responses=_NOT_RECEIVED)(
        hooks.receive
    )
    made.probe(_ADDRESS)(hooks.probe)
    return made


class PaymentWebhooks:
    """The endpoints for the callbacks of these providers."""

    def __init__(self, providers: Mapping[str, PaymentProvider]) -> None:
        self._providers, self._unverified = providers, webhooks.UnverifiedPushes()

    async def receive(
        self, provider: ProviderName, request: Request, tx: Tx[Settings], service: ServiceRuntime
    ) -> Response:
        """Store a provider's signed callback once, however often it is sent; it is applied right afterwards."""
        adapter = self._adapter(provider)
        published = await signing_keys.secrets_of(tx, provider) if adapter.key_source is not None else ()
        secrets = (*adapter.secrets, *published)
        sender = webhooks.Sender(source=PushSource.PAYMENT, partner=provider, secrets=secrets)
        return await webhooks.receive(request, tx, service, adapter, sender, self._unverified)

    async def probe(self, provider: ProviderName) -> Response:
        """Say whether a payment provider may call back to this address."""
        self._adapter(provider)
        return probe_response()

    def _adapter(self, provider: str) -> PaymentProvider:
        if provider not in self._providers:
            raise NotFound(what="payment_provider")
        return self._providers[provider]
