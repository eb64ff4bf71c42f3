"""Where couriers post. They read our bodies by machine: every answer is in the partner's words, whatever happens."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from aftercare_chassis.problems import is_unavailable, where
from aftercare_chassis.routing import Live, WebhookRoute
from fastapi import APIRouter, Request, Response

from order_svc.commands import courier_pushes
from order_svc.couriers.model import Refused
from order_svc.couriers.registry import PARTNERS

log = structlog.get_logger(__name__)


class CourierRoute(WebhookRoute):
    """Couriers read the words of the edge, too, as their own: too large, too slow, too many, not now."""

    def refusal(self, parameters: Mapping[str, str], response: Response) -> Response:
        status = HTTPStatus(response.status_code)
        courier = PARTNERS.get(parameters["partner"])
        if courier is None:
            return _nobody()
        answer = courier.refused(Refused(status.name.lower(), status.phrase))
        headers = {name: response.headers[name] for name in ("retry-after", "connection") if name in response.headers}
        return Response(answer.body, status, headers, answer.media_type)


router = APIRouter(prefix="/v1/courier-webhooks", tags=["courier-webhooks"], route_class=CourierRoute)


OWN_WORDS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The partner's own acknowledgement; some partners read a refusal here too."},
    "default": {"description": "A refusal in the partner's own words."},
}


@router.post(
    "/{partner}/{endpoint_id}", operation_id="receiveCourierPush", response_class=Response, responses=OWN_WORDS
)
async def receive(partner: str, endpoint_id: str, request: Request, service: Live) -> Response:
    """Keep a courier's push and acknowledge it; it is worked on afterwards."""
    raw = await request.body()
    try:
        answer = await courier_pushes.receive(service, partner, endpoint_id, raw, request.headers)
    except Exception as error:
        log.log(
            30 if is_unavailable(error) else 40, "courier_push_not_kept", error=type(error).__name__, at=where(error)
        )
        answer = PARTNERS[partner].refused(Refused("unavailable", "not kept, send it again"))
    if answer is None:
        return _nobody()
    return Response(answer.body, answer.status, media_type=answer.media_type)


def _nobody() -> Response:
    return Response("No courier posts to this address.\n", 404, media_type="text/plain")
