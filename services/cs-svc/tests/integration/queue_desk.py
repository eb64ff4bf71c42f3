"""Teams, agents and queues for tests: entering them, and running the worker that offers conversations."""

from typing import Any

import httpx
from cs_desk import Desk
from cs_svc.workers.routing import QUEUES


class QueueDesk:
    """Short forms of what many tests of queues do."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.harness = desk, desk.harness

    def agent(self, name: str) -> httpx.AsyncClient:
        """A client of this agent, with a token that is good now."""
        return self.harness.client("agent", name)

    async def team(self, team_id: str = "general", **fields: Any) -> dict[str, Any]:
        """Make a team."""
        return done(await self.desk.admin.put(f"/v1/teams/{team_id}", json={"name": team_id, **fields}))

    async def enter(self, name: str, *teams: str, **fields: Any) -> dict[str, Any]:
        """Enter an agent in these teams."""
        body = {"teams": list(teams or ("general",)), **fields}
        return done(await self.desk.admin.put(f"/v1/agents/{name}", json=body))

    async def online(self, *names: str) -> None:
        """Let these agents work."""
        for name in names:
            done(await self.agent(name).post(f"/v1/agents/{name}/come-online"))

    async def route(self) -> None:
        """Run the worker once."""
        await QUEUES.step(self.harness.runtime)

    async def entries(self) -> list[dict[str, Any]]:
        """All stays in queues, oldest first."""
        found = done(await self.desk.admin.get("/v1/queue-entries?limit=100"))
        return list(reversed(found["data"]))

    async def entry(self, conversation: dict[str, Any]) -> dict[str, Any]:
        """The last stay of a conversation in a queue."""
        found = [each for each in await self.entries() if each["conversation_id"] == conversation["id"]]
        return found[-1]

    async def accept(self, name: str, entry: dict[str, Any]) -> httpx.Response:
        """Let an agent take what is offered."""
        return await self.agent(name).post(f"/v1/queue-entries/{entry['id']}/accept")


def done(response: httpx.Response) -> dict[str, Any]:
    """The body of a response that is no refusal."""
    assert response.status_code in (200, 201), response.text
    body: dict[str, Any] = response.json()
    return body
