"""Where couriers post. They read our bodies by machine: every answer is in the partner's words, whatever happens."""

from typing import Any

import structlog
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.http.problems import Problem
from aftercare_chassis.http.routing import Live, WebhookRouter, listening
from aftercare_chassis.observability.code_places import code_places
from aftercare_chassis.refusals import NotFound
from fastapi import Request, Response
from starlette.responses import PlainTextResponse

from order_svc.commands import courier_pushes
from order_svc.integrations.couriers.model import Refused
from order_svc.integrations.couriers.registry import PARTNERS

log = structlog.get_logger(__name__)


def _refusal(partner: str, problem: Problem) -> Response:
    courier = PARTNERS.get(partner)
    if courier is None:
        return PlainTextResponse("No courier posts to this address.\n", 404)
    answer = courier.refused(Refused(problem["code"], problem["detail"]))
    return Response(answer.body, problem["status"], media_type=answer.media_type)


router = WebhookRouter("/v1/courier-webhooks", _refusal, tags=["courier-webhooks"])
_TAKEN: dict[int | str, dict[str, Any]] = {
    200: {"description": "The partner's own acknowledgement; some partners read a refusal here too."}
}


@router.post("/{partner}/{endpoint_id}", operation_id="receiveCourierPush", response_class=Response, responses=_TAKEN)
async def receive(partner: str, endpoint_id: str, request: Request, service: Live) -> Response:
    """Keep a courier's push and acknowledge it; it is worked on afterwards."""
    raw = await request.body()
    try:
        answer = await courier_pushes.receive(service, partner, endpoint_id, raw, request.headers)
    except Exception as error:
        log.log(
            30 if is_unavailable(error) else 40,
            "courier_push_not_kept",
            error=type(error).__name__,
            at=code_places(error),
        )
        answer = PARTNERS[partner].refused(Refused("unavailable", "not kept, send it again"))
    if answer is None:
        raise NotFound(what="courier_endpoint")
    return Response(answer.body, answer.status, media_type=answer.media_type)


@router.probe("/{partner}/{endpoint_id}")
async def probe(partner: str, endpoint_id: str, service: Live) -> Response:
    """Say whether a courier may post to this address."""
    if not await courier_pushes.listens(service, partner, endpoint_id):
        raise NotFound(what="courier_endpoint")
    return listening()
