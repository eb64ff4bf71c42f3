"""Two processes on one database: what is written at one is at the sockets of the other at once."""

import asyncio
from datetime import UTC, datetime

from cs_desk import Desk, made
from live_client import live

BEFORE_THE_SWEEP = 10.0
"""Seconds: a notification that is lost is made good after fifteen."""


async def test_messages_and_typing_reach_the_sockets_of_another_process(prepared: Desk) -> None:
    harness = prepared.harness
    harness.clock.set(datetime.now(UTC))
    opened = await prepared.conversation()
    async with (
        harness.serve() as here,
        harness.serve() as there,
        live(str(there.client.base_url), harness.token("buyer", "buyer-1")) as buyer,
        live(str(here.client.base_url), harness.token("agent", "agent-1")) as agent,
    ):
        await buyer.follow(opened)
        await agent.follow(opened)
        async with asyncio.timeout(BEFORE_THE_SWEEP):
            await buyer.next("presence", role="agent")
            await buyer.send(type="typing", conversation_id=opened["id"])
            await agent.next("typing", role="buyer")
            path = f"/v1/conversations/{opened['id']}/messages"
            headers = {"Authorization": f"Bearer {harness.token('agent', 'agent-1')}", "Idempotency-Key": "k"}
            made(await here.client.post(path, json={"text": "明天退款。"}, headers=headers))
            assert await buyer.texts(1) == ["明天退款。"]
            assert await agent.texts(1) == ["明天退款。"]
