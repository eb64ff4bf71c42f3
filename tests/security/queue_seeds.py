"""A team, its agent, and an SLA policy of cs-svc, for calls of any operation."""

from typing import Any

from aftercare_chassis.testing import Harness

LEAD = {"teams": ["general"], "leads": ["general"]}
HOURS = {"windows": [{"weekday": day, "opens": "09:00", "closes": "18:00"} for day in range(5)]}
POLICY = {"calendar_id": "office", "first_answer_minutes": 10}
QUEUE_BODIES: dict[str, Any] = {
    "putTeam": {"name": "General"},
    "putAgent": LEAD,
    "putSlaCalendar": HOURS,
    "putSlaPolicy": POLICY,
}
"""The bodies of the operations that set these, by the operation."""


async def seed_queues(harness: Harness) -> None:
    """Make them, before any conversation is opened."""
    admin = harness.client("admin", "admin-9")
    for path, body in (
        ("teams/general", {"name": "General"}),
        ("agents/agent-9", LEAD),
        ("sla/calendars/office", HOURS),
        ("sla/policies/policy-9", POLICY),
    ):
        assert (await admin.put(f"/v1/{path}", json=body)).is_success


async def queue_ids(harness: Harness, conversation_id: str) -> dict[str, str]:
    """The parameters of their paths, and that of the conversation, which waits."""
    found = (await harness.client("admin", "admin-9").get("/v1/queue-entries")).json()["data"]
    [entry] = [each for each in found if each["conversation_id"] == conversation_id]
    fixed = {"team_id": "general", "agent_id": "agent-9", "policy_id": "policy-9", "calendar_id": "office"}
    return fixed | {"queue_entry_id": entry["id"]}
