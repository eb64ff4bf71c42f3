"""An editor and a reader of one article, for tests of versions in time."""

from datetime import timedelta
from typing import Any

from aftercare_chassis.testing import Harness
from aftercare_events import Event

TEXT = {"kind": "policy", "slug": "returns", "language": "en", "title": "Returns", "body": "Within 7 days."}


class Desk:
    """An editor and a reader of one article."""

    def __init__(self, kb: Harness) -> None:
        self.kb, self.start = kb, kb.clock.now()
        self.agent, self.buyer = kb.client("agent", "agent-1"), kb.client("buyer", "buyer-1")
        self.path = ""

    async def publish(self, body: str, *, hours: float | None = None, until: float | None = None) -> dict[str, Any]:
        """Publish this text: in force from `hours` after the start of the test until `until` hours after it."""
        if not self.path:
            made = await self.agent.post("/v1/articles", json={**TEXT, "body": body})
            self.path = f"/v1/articles/{made.json()['id']}"
        else:
            await self.agent.patch(self.path, json={"body": body})
        times = {"effective_from": self.at(hours), "effective_until": self.at(until)}
        response = await self.agent.post(
            f"{self.path}/publish", json={name: value for name, value in times.items() if value}
        )
        assert response.status_code == 200, response.text
        published: dict[str, Any] = response.json()
        return published

    def at(self, hours: float | None) -> str | None:
        return None if hours is None else (self.start + timedelta(hours=hours)).isoformat()

    async def shown(self, hours: float | None = None) -> str | None:
        """The text in force so many hours after the start, or what is shown now; None where there is none."""
        response = await self.buyer.get(self.path, params={"at": self.at(hours)} if hours is not None else {})
        return response.json()["body"] if response.status_code == 200 else None

    async def states(self) -> list[str]:
        """The states of the versions, the first one first."""
        return [each["state"] for each in (await self.buyer.get(f"{self.path}/versions")).json()["data"]][::-1]

    async def found(self, words: str) -> list[int]:
        """The versions that a search finds."""
        hits = (await self.buyer.get("/v1/search", params={"q": words})).json()["data"]
        return [each["version"] for each in hits]

    async def events(self, kind: type[Event]) -> list[Any]:
        return [each for each in await self.kb.published() if isinstance(each, kind)]
