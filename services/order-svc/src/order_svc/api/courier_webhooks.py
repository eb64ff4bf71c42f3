"""Where couriers post. Their programs read our responses: each is in the partner's own format, whatever happens."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Annotated

import structlog
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.http.responses import Responses
from aftercare_chassis.http.routing import Read, ServiceRuntime, Tx
from aftercare_chassis.http.webhooks import WebhookRouter, probe_response
from aftercare_chassis.observability.code_places import code_places
from aftercare_chassis.refusals import NotFound
from fastapi import Path, Request, Response

from order_svc.api import webhooks
from order_svc.domain.partners.networks import Address, sender_of
from order_svc.domain.partners.pushes import PushSource
from order_svc.integrations.couriers.port import Courier
from order_svc.integrations.pushes import ADDRESS_NOT_ALLOWED, REVOKED
from order_svc.queries import couriers as queries
from order_svc.settings import Settings

PartnerName = Annotated[str, Path(description="The name of the courier, such as `zto`.")]
EndpointId = Annotated[
    str, Path(description="The id of the courier's endpoint, as `createCourierEndpoint` returned it.")
]
_ADDRESS = "/{partner}/{endpoint_id}"
_ACKNOWLEDGED: Responses = {
    200: {"description": "The partner's own acknowledgement; some partners read a refusal here too."}
}
log = structlog.get_logger(__name__)


def router(couriers: Mapping[str, Courier]) -> WebhookRouter:
    """The addresses of these couriers."""
    hooks, refusal = CourierWebhooks(couriers), partial(webhooks.refusal, couriers)
    failure = partial(_failure, couriers)
    made = WebhookRouter("/v1/courier-webhooks", refusal, failure=failure, partners=couriers, tags=["courier-webhooks"])
    made.post(_ADDRESS, operation_id="receiveCourierPush", response_class=Response, responses=_ACKNOWLEDGED)(
        hooks.receive
    )
    made.probe(_ADDRESS)(probe)
    return made


class CourierWebhooks:
    """The endpoint for the pushes of these couriers."""

    def __init__(self, couriers: Mapping[str, Courier]) -> None:
        self._couriers, self._unverified = couriers, webhooks.UnverifiedPushes()

    async def receive(
        self, partner: PartnerName, endpoint_id: EndpointId, request: Request, tx: Tx[Settings], service: ServiceRuntime
    ) -> Response:
        """Store a courier's push and acknowledge it; it is processed afterwards."""
        endpoint = await queries.courier_address(tx, partner, endpoint_id)
        if endpoint is None or partner not in self._couriers:
            raise NotFound(what="courier_endpoint")
        address = _sender_of(request, tx.settings)
        rejection = None if endpoint.may_post_from(address) else ADDRESS_NOT_ALLOWED
        if endpoint.is_revoked(tx.now):
            rejection = REVOKED
        sender = webhooks.Sender(
            source=PushSource.COURIER,
            partner=partner,
            endpoint_id=endpoint_id,
            secrets=endpoint.secrets(tx.now),
            rejection=rejection,
            sent_from=str(address or "unknown") if rejection is ADDRESS_NOT_ALLOWED else None,
            acknowledges_unreadable=True,
        )
        return await webhooks.receive(request, tx, service, self._couriers[partner], sender, self._unverified)


async def probe(partner: PartnerName, endpoint_id: EndpointId, read: Read) -> Response:
    """Say whether a courier may post to this address."""
    if await queries.courier_address(read, partner, endpoint_id) is None:
        raise NotFound(what="courier_endpoint")
    return probe_response()


def _sender_of(request: Request, settings: Settings) -> Address | None:
    """The address that the request came from: that of the connection, or what our own proxies have written of theirs."""
    given = ",".join(request.headers.getlist(settings.client_address_header))
    peer = request.client.host if request.client is not None else None
    return sender_of(peer, given.split(",") if given else [], settings.trusted_networks)


def _failure(couriers: Mapping[str, Courier], partner: str, error: Exception) -> Response:
    """Refuse in the partner's own format what could not be stored, so that the partner sends it again."""
    level = logging.WARNING if is_unavailable(error) else logging.ERROR
    log.log(level, "courier_push_not_stored", error=type(error).__name__, at=code_places(error))
    if partner not in couriers:
        raise NotFound(what="courier_endpoint") from None
    return webhooks.response(couriers[partner].refused("unavailable", "not kept, send it again"))
