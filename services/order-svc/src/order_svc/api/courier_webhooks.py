"""Where couriers post. Their programs read our responses: each is in the partner's own format, whatever happens."""

import logging
from collections.abc import Mapping
from functools import partial

import structlog
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.http.problems import Problem
from aftercare_chassis.http.responses import Responses
from aftercare_chassis.http.routing import Read, ServiceRuntime, Tx
from aftercare_chassis.http.webhooks import WebhookRouter, probe_response
from aftercare_chassis.observability.code_places import code_places
from aftercare_chassis.refusals import NotFound
from fastapi import Request, Response
from starlette.responses import PlainTextResponse

from order_svc import queries
from order_svc.commands import partner_inbox
from order_svc.domain.partners.pushes import PushSource
from order_svc.integrations.couriers.port import Courier
from order_svc.integrations.pushes import Acknowledgement, ExaminedPush, Rejection, examine
from order_svc.settings import Settings

_ACKNOWLEDGED: Responses = {
    200: {"description": "The partner's own acknowledgement; some partners read a refusal here too."}
}
log = structlog.get_logger(__name__)


def router(couriers: Mapping[str, Courier]) -> WebhookRouter:
    """The addresses of these couriers."""
    made = WebhookRouter(
        "/v1/courier-webhooks",
        partial(_refusal, couriers),
        failure=partial(_failure, couriers),
        tags=["courier-webhooks"],
    )

    @made.post(
        "/{partner}/{endpoint_id}",
        operation_id="receiveCourierPush",
        response_class=Response,
        responses=_ACKNOWLEDGED,
    )
    async def receive(
        partner: str, endpoint_id: str, request: Request, tx: Tx[Settings], service: ServiceRuntime
    ) -> Response:
        """Store a courier's push and acknowledge it; it is processed afterwards."""
        endpoint = await queries.courier_address(tx, partner, endpoint_id)
        if endpoint is None or partner not in couriers:
            raise NotFound(what="courier_endpoint")
        courier = couriers[partner]
        push = examine(courier, await request.body(), request.headers, endpoint.secrets(tx.now), tx.now)
        await partner_inbox.store(tx, push, source=PushSource.COURIER, partner=partner, endpoint_id=endpoint_id)
        tx.after_commit(partial(_report, service, partner, endpoint_id, push))
        return _response(courier.accepted() if push.rejection is None else courier.refused(push.rejection))

    @made.probe("/{partner}/{endpoint_id}")
    async def probe(partner: str, endpoint_id: str, read: Read) -> Response:
        """Say whether a courier may post to this address."""
        if await queries.courier_address(read, partner, endpoint_id) is None:
            raise NotFound(what="courier_endpoint")
        return probe_response()

    return made


def _response(acknowledgement: Acknowledgement, status: int | None = None) -> Response:
    return Response(acknowledgement.body, status or acknowledgement.status, media_type=acknowledgement.media_type)


def _refusal(couriers: Mapping[str, Courier], partner: str, problem: Problem) -> Response:
    courier = couriers.get(partner)
    if courier is None:
        return PlainTextResponse("No courier posts to this address.\n", 404)
    return _response(courier.refused(Rejection(problem["code"], problem["detail"])), problem["status"])


def _failure(couriers: Mapping[str, Courier], partner: str, error: Exception) -> Response:
    """Refuse in the partner's own format what could not be stored, so that the partner sends it again."""
    level = logging.WARNING if is_unavailable(error) else logging.ERROR
    log.log(level, "courier_push_not_stored", error=type(error).__name__, at=code_places(error))
    if partner not in couriers:
        raise NotFound(what="courier_endpoint") from None
    return _response(couriers[partner].refused(Rejection("unavailable", "not kept, send it again")))


def _report(service: ServiceRuntime, partner: str, endpoint_id: str, push: ExaminedPush[object]) -> None:
    """Count and log a push that was not accepted."""
    if push.rejection is not None:
        code = push.rejection.code
        service.metrics.signal(f"courier_push_{code}", partner)
        log.warning("courier_push_refused", partner=partner, endpoint_id=endpoint_id, code=code)
