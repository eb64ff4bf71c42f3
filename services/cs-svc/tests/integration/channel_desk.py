"""A channel in memory, and the desk of a service that is connected to it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aftercare_chassis.jobs.workers import AT_ONCE
from aftercare_chassis.service import Service
from aftercare_chassis.testing import Harness
from cs_desk import Desk, made
from cs_svc import main
from cs_svc.domain.channels import Channel
from cs_svc.integrations.channels.port import Outcome, Outgoing, Sent
from cs_svc.settings import Settings
from cs_svc.workers.channel_deliveries import ChannelDeliveries

ADDRESS = "li.wei@example.com"


@dataclass
class RecordedChannel:
    """Takes each message, unless `results` has something else for it; `sent` is what it was given."""

    repeats_safely: bool = True
    resources: Sequence[AbstractAsyncContextManager[object]] = ()
    results: list[Sent | Exception] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)

    async def send(self, outgoing: Outgoing, now: datetime) -> Sent:
        self.sent.append(outgoing)
        result = self.results.pop(0) if self.results else Sent(Outcome.SENT, f"ext-{len(self.sent)}")
        if isinstance(result, Exception):
            raise result
        return result


@dataclass
class ChannelDesk:
    """A desk whose e-mails are recorded."""

    desk: Desk
    email: RecordedChannel

    async def add(self, address: str = ADDRESS, channel: str = "email") -> dict[str, Any]:
        """An identity that an agent adds."""
        return made(await self.desk.agent.post("/v1/identities", json={"channel": channel, "address": address}))

    async def write(self, identity: dict[str, Any], text: str = "您好") -> dict[str, Any]:
        """A conversation that an agent opens with this identity."""
        body = {"text": text, "subject": "关于您的退货"}
        return made(await self.desk.agent.post(f"/v1/identities/{identity['id']}/conversations", json=body))

    async def link(self, identity: dict[str, Any], buyer_id: str = "buyer-1") -> dict[str, Any]:
        """The identity, linked by an agent."""
        body = {"buyer_id": buyer_id, "reason": "核对了订单号"}
        response = await self.desk.agent.post(f"/v1/identities/{identity['id']}/link", json=body)
        assert response.status_code == 200, response.text
        linked: dict[str, Any] = response.json()
        return linked

    async def deliver(self) -> datetime | None:
        """Send what is due; return when the next delivery is."""
        worker = ChannelDeliveries({Channel.EMAIL: self.email})
        while (due := await worker.step(self.desk.harness.runtime)) is AT_ONCE:
            pass
        return due

    async def deliveries(self, conversation: dict[str, Any]) -> list[dict[str, Any]]:
        """Those of a conversation, newest first."""
        response = await self.desk.agent.get(f"/v1/conversations/{conversation['id']}/deliveries")
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.json()["data"]
        return found


@asynccontextmanager
async def channel_desk(postgres_url: str) -> AsyncIterator[ChannelDesk]:
    """The service on a database of its own, connected to a recorded channel."""
    email = RecordedChannel()

    def service(settings: Settings | None = None) -> Service[Settings]:
        return main.service(settings, channels={Channel.EMAIL: email})

    async with Harness.start(service, postgres_url) as harness:
        yield ChannelDesk(Desk(harness), email)
