"""What each side of a case was shown after its steps, and that it is shown the same of these times later."""

from datetime import datetime
from typing import Any

import httpx
from aftersale_shop import Shop

SIDES = {"buyer": "buyer", "seller": "merchant", "agent": "agent", "arbitrator": "arbitrator"}
"""The sides of a case, by the role of whoever looks from there."""
Look = tuple[datetime, str, dict[str, Any], list[Any], list[Any]]


class PastViews:
    """What each side was shown of one case; `people` are the clients of the sides, by their role."""

    def __init__(self, shop: Shop, case_id: str, people: dict[str, httpx.AsyncClient] | None = None) -> None:
        known = {"buyer": shop.buyer, "seller": shop.seller, "agent": shop.agent, "arbitrator": shop.arbitrator}
        self.shop, self.path, self.people = shop, f"/v1/cases/{case_id}", people or known
        self.seen: list[Look] = []

    async def look(self) -> None:
        """Keep what each side is shown now; the next step comes a minute later."""
        for role in SIDES:
            client = self.people[role]
            case = (await client.get(self.path)).json()
            if case["pickup"]:
                case["pickup"]["address"] = None  # it is kept in no history
            steps = (await client.get(f"{self.path}/timeline")).json()["data"]
            evidence = (await client.get(f"{self.path}/evidence")).json()["data"]
            self.seen.append((self.shop.clock.now(), role, case, steps, [_as_cited(each) for each in evidence]))
        self.shop.clock.advance(seconds=60)

    async def check(self, about: object = "") -> None:
        """What was kept is what is shown of these times now, to the sides themselves and to an agent in their place."""
        for number, (at, role, shown, steps, cited) in enumerate(self.seen):
            own = number % 3 == 0 or role in ("agent", "arbitrator")
            later = await asked_later(self.people[role] if own else self.shop.agent, self.path, at, SIDES[role])
            seen = later.pop("as_of")
            other = differences({**later, "as_of": None}, shown)
            assert other == [], (about, number, role, shown["type"], shown["state"], other)
            assert (seen["role"], seen["timeline"]) == (role, steps)
            found = [
                (each["sha256"], each["cited_by"], each["evidence_id"], each["kind"], each["state"])
                for each in seen["evidence"]
            ]
            assert found == cited, (about, number, role, found, cited)


async def asked_later(client: httpx.AsyncClient, path: str, at: datetime, side: str) -> dict[str, Any]:
    """What the case was at this time, as this side could see it."""
    response = await client.get(path, params={"as_of": at.isoformat(), "as_seen_by": side})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def differences(one: Any, other: Any, path: str = "") -> list[tuple[str, Any, Any]]:
    """Where two documents differ, each with what stands there."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [each for key in one for each in differences(one[key], other[key], f"{path}/{key}")]
    return [] if one == other else [(path, one, other)]


def _as_cited(evidence: dict[str, Any]) -> tuple[Any, ...]:
    """What the evidence of a case is, as far as a view of the past shows it."""
    file = evidence["file"] or {}
    steps = [step["step_id"] for step in evidence["cited_by"]]
    return evidence["sha256"], steps, file.get("id"), file.get("kind"), file.get("state")
