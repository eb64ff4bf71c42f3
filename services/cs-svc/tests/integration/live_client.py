"""A client of `/v1/live` for tests: frames as dictionaries, and waits for what is to arrive."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from cs_svc.api.live import PROTOCOL
from websockets.asyncio.client import ClientConnection, connect

# Any: members of a frame have any JSON type.
SECONDS = 60.0
Frame = dict[str, Any]


class LiveClient:
    """One open socket. `frames` are those that have arrived, in their order."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.frames: list[Frame] = []

    async def send(self, **members: object) -> None:
        await self.connection.send(json.dumps(members))

    async def next(self, kind: str, **members: object) -> Frame:
        """The next frame of this type with these members; others are kept in `frames`."""
        async with asyncio.timeout(SECONDS):
            while True:
                found: Frame = json.loads(await self.connection.recv())
                self.frames.append(found)
                if found["type"] == kind and members.items() <= found.items():
                    return found

    async def texts(self, number: int) -> list[str]:
        """The texts of the next messages, so many of them."""
        found: list[str] = []
        while len(found) < number:
            found += [each["text"] for each in (await self.next("messages"))["messages"]]
        return found

    async def follow(self, *conversations: Mapping[str, Any], after: str | None = None) -> Frame:
        """Subscribe to these conversations; the frame that confirms the last one."""
        wanted = [{"conversation_id": each["id"]} | ({"after": after} if after else {}) for each in conversations]
        await self.send(type="subscribe", conversations=wanted)
        return [await self.next("subscribed", conversation_id=each["id"]) for each in conversations][-1]

    async def closed(self) -> tuple[int | None, str | None]:
        """The code and the reason with which the server has closed it."""
        async with asyncio.timeout(SECONDS):
            await self.connection.wait_closed()
        return self.connection.close_code, self.connection.close_reason


@asynccontextmanager
async def live(address: str, token: str | None, *, language: str = "en", **options: Any) -> AsyncIterator[LiveClient]:
    """A socket of the server at this address, with the token in its subprotocols; it has been welcomed where there is one."""
    protocols = options.pop("subprotocols", [PROTOCOL, *([f"bearer.{token}"] if token else [])])
    headers = {"Accept-Language": language, **options.pop("headers", {})}
    url = address.replace("http://", "ws://") + "/v1/live"
    async with connect(
        url, subprotocols=protocols, additional_headers=headers, compression=None, proxy=None, **options
    ) as connection:
        client = LiveClient(connection)
        if token:
            await client.next("welcome")
        yield client
