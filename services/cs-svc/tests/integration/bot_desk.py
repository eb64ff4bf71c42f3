"""Conversations that the bot has: the people in them, and the worker that answers."""

from typing import Any

from aftercare_chassis import failpoints
from cs_desk import Desk, made
from queue_desk import QueueDesk, done
from test_bot import publish, trained

ASKED, ANSWERED = "请问退款什么时候到账", "三个工作日内原路退回。"


class ProcessEnded(Exception):
    """Stands for the end of the process: what follows the failpoint is not carried out."""


class BotDesk:
    """Short forms of what many tests of the bot in conversations do."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.harness, self.queues = desk, desk.harness, QueueDesk(desk)

    async def prepare(self) -> None:
        """A model that knows when refunds arrive, with the article that says so."""
        await publish(self.desk)
        await trained(self.desk)

    async def open(self, text: str = ASKED, **about: str) -> dict[str, Any]:
        """A conversation that buyer-1 opens."""
        return made(await self.desk.buyer.post("/v1/conversations", json={"text": text, **about}))

    async def write(self, conversation: dict[str, Any], text: str, who: str = "buyer") -> dict[str, Any]:
        """A message of this person."""
        path = f"/v1/conversations/{conversation['id']}/messages"
        return made(await getattr(self.desk, who).post(path, json={"text": text}))

    async def work(self) -> None:
        """Let the bot answer what is due."""
        await self.harness.run_workers("bot-turns")

    async def switch(self, conversation: dict[str, Any], in_charge: bool) -> dict[str, Any]:
        """Let an agent give the conversation to the bot, or take it away."""
        path = f"/v1/conversations/{conversation['id']}/switch-bot"
        return done(await self.desk.agent.post(path, json={"in_charge": in_charge}))

    async def read(self, conversation: dict[str, Any], who: str = "buyer") -> dict[str, Any]:
        """The conversation now."""
        return done(await getattr(self.desk, who).get(f"/v1/conversations/{conversation['id']}"))

    async def of_bot(self, conversation: dict[str, Any]) -> list[dict[str, Any]]:
        """The bot's messages, oldest first."""
        return [each for each in (await self.read(conversation))["messages"] if each["author_role"] == "bot"]

    async def turns(self) -> list[str]:
        """What has become of each message that the bot was to answer."""
        return [row["state"] for row in await self.rows("SELECT state FROM bot_turns ORDER BY message_id")]

    async def rows(self, query: str, *args: object) -> list[Any]:
        """Rows of the database."""
        found: list[Any] = await self.harness.runtime.pool.fetch(query, *args)
        return found


def ending_at(label: str) -> Any:
    """What stands for `failpoints.point` and ends the process at this label."""

    def point(reached: str) -> None:
        if reached == label:
            raise ProcessEnded

    return point


__all__ = ["ANSWERED", "ASKED", "BotDesk", "ProcessEnded", "ending_at", "failpoints"]
