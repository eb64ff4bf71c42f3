"""The desk of a service that is connected to simulated platforms, whose pushes and requests are the real ones."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from aftercare_chassis.jobs.workers import AT_ONCE
from aftercare_chassis.service import Service
from aftercare_chassis.testing import Harness
from cs_desk import Desk
from cs_svc import main
from cs_svc.settings import Settings
from fastapi import FastAPI

WORKERS = ("channel-inbox", "channel-media", "channel-deliveries")


@dataclass
class PlatformDesk:
    """What a platform pushes, what becomes of it, and what agents write."""

    desk: Desk

    async def push(
        self, channel: str, content: bytes = b"", *, query: Mapping[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """A POST of the platform."""
        client = self.desk.harness.client()
        return await client.post(f"/v1/channel-webhooks/{channel}", content=content, params=query or {}, **options)

    async def run(self, *names: str) -> dict[str, datetime | None]:
        """Let the workers do what is due; by name when the next is."""
        workers = {each.name: each for each in self.desk.harness.service.workers}
        due = dict[str, datetime | None]()
        for name in names or WORKERS:
            while (moment := await workers[name].step(self.desk.harness.runtime)) is AT_ONCE:
                pass
            due[name] = moment
        return due

    async def inbox(self) -> list[tuple[str, str | None]]:
        """What became of all that ever came in, oldest first."""
        rows = await self.desk.harness.runtime.pool.fetch("SELECT state, why FROM channel_inbox ORDER BY id")
        return [(row["state"], row["why"]) for row in rows]

    async def conversations(self) -> list[dict[str, Any]]:
        """Oldest first, each with its messages."""
        found = (await self.desk.agent.get("/v1/conversations")).json()["data"][::-1]
        return [(await self.desk.agent.get(f"/v1/conversations/{each['id']}")).json() for each in found]

    async def answer(self, conversation: dict[str, Any], text: str) -> httpx.Response:
        """What an agent writes, sent where it can be."""
        response = await self.desk.agent.post(f"/v1/conversations/{conversation['id']}/messages", json={"text": text})
        await self.run()
        return response

    async def deliveries(self, conversation: dict[str, Any]) -> list[tuple[str, str | None]]:
        """States and reasons, newest first."""
        found = (await self.desk.agent.get(f"/v1/conversations/{conversation['id']}/deliveries")).json()["data"]
        return [(each["state"], each["why"]) for each in found]


def texts(conversation: dict[str, Any]) -> list[str]:
    """What was written in it, in order."""
    return [each["text"] for each in conversation["messages"]]


@asynccontextmanager
async def platform_desk(postgres_url: str, app: FastAPI, **given: object) -> AsyncIterator[PlatformDesk]:
    """The service on a database of its own; its requests to other companies arrive at `app`."""

    def service(settings: Settings | None = None) -> Service[Settings]:
        return main.service(settings, channels_transport=httpx.ASGITransport(app))

    async with Harness.start(service, postgres_url, **given) as harness:
        yield PlatformDesk(Desk(harness))
