"""Where channels post what people write. Their programs read our responses: each is in the channel's own format, whatever happens."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

import structlog
from aftercare_chassis.http.problems import Problem
from aftercare_chassis.http.responses import Responses
from aftercare_chassis.http.routing import ServiceRuntime, Tx
from aftercare_chassis.http.webhooks import WebhookRouter, probe_response
from aftercare_chassis.refusals import NotFound
from fastapi import Path, Request, Response
from starlette.responses import PlainTextResponse

from cs_svc.commands import inbound
from cs_svc.domain.channels import Channel
from cs_svc.integrations.channels.pushes import (
    Acknowledgement,
    Push,
    PushingChannel,
    Received,
    Rejected,
    RejectionCode,
)
from cs_svc.settings import Settings

ChannelName = Annotated[str, Path(description="The name of the channel, such as `wechat`.")]
_ADDRESS = "/{channel}"
_STATUSES = {RejectionCode.UNREADABLE: 400}
_ACKNOWLEDGED: Responses = {200: {"description": "The acknowledgement in the format of the channel."}}
log = structlog.get_logger(__name__)


def router(channels: Mapping[Channel, PushingChannel]) -> WebhookRouter:
    """The addresses of these channels."""
    hooks, refusal = ChannelWebhooks(channels), partial(_refusal, channels)
    made = WebhookRouter("/v1/channel-webhooks", refusal, partners=channels, tags=["channel-webhooks"])
    made.post(_ADDRESS, operation_id="receiveChannelPush", response_class=Response, responses=_ACKNOWLEDGED)(
        hooks.receive
    )
    made.probe(_ADDRESS)(hooks.probe)
    return made


class ChannelWebhooks:
    """The endpoint for the pushes of these channels."""

    def __init__(self, channels: Mapping[Channel, PushingChannel]) -> None:
        self._channels = channels

    async def receive(
        self, channel: ChannelName, request: Request, tx: Tx[Settings], service: ServiceRuntime
    ) -> Response:
        """Store what a channel pushes, once however often it comes, and acknowledge it; it is processed afterwards."""
        adapter, push = self._adapter(channel), await _push(request)
        try:
            received = adapter.receive(push, tx.now)
        except Rejected as error:
            return _rejected(service, channel, adapter, error)
        if isinstance(received, Acknowledgement):
            return _response(received)
        await _store(tx, Channel(channel), received)
        return _response(adapter.accepted())

    async def probe(self, channel: ChannelName, request: Request, service: ServiceRuntime) -> Response:
        """Verify the address as the channel asks for it, or say that it takes pushes."""
        adapter, push = self._adapter(channel), await _push(request)
        try:
            answer = adapter.probe(push, service.clock.now())
        except Rejected as error:
            return _rejected(service, channel, adapter, error)
        return probe_response() if answer is None else _response(answer)

    def _adapter(self, channel: str) -> PushingChannel:
        found = next((adapter for name, adapter in self._channels.items() if name == channel), None)
        if found is None:
            raise NotFound(what="channel")
        return found


async def _push(request: Request) -> Push:
    return Push(raw=await request.body(), headers=request.headers, query=request.query_params)


async def _store(tx: Tx[Settings], channel: Channel, received: tuple[Received, ...]) -> None:
    for each in received:
        await inbound.store(tx, channel, each.push_id, each.raw)


def _rejected(service: ServiceRuntime, channel: str, adapter: PushingChannel, error: Rejected) -> Response:
    """Nothing is stored of what is not verified: anybody can send it."""
    service.metrics.signal(f"channel_push_{error.code}", channel)
    log.warning("channel_push_refused", source=channel, code=error.code)
    return _response(adapter.refused(error.code, _STATUSES.get(error.code, 401)))


def _refusal(channels: Mapping[Channel, PushingChannel], channel: str, problem: Problem) -> Response:
    """What refuses a push before it is examined, in the channel's format; in plain text where no channel with this name is connected."""
    adapter = next((adapter for name, adapter in channels.items() if name == channel), None)
    log.warning("channel_push_not_examined", source=channel if adapter else "unknown", code=problem["code"])
    if adapter is None:
        return PlainTextResponse("No channel posts to this address.\n", 404)
    return _response(adapter.refused(problem["code"], problem["status"]))


def _response(acknowledgement: Acknowledgement) -> Response:
    return Response(acknowledgement.body, acknowledgement.status, media_type=acknowledgement.media_type)
