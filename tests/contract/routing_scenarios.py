"""Scenarios of conversations that wait for agents."""

from typing import Any

from in_process_suite import InProcessSuite
from suite_scenarios import TEXTS, asked, delivered


async def conversations_that_wait_for_an_agent(suite: InProcessSuite) -> str:
    """One goes to another team, is declined by one agent and taken by the other; another one leaves the queue."""
    order = await delivered(suite, "73000231")
    case = await asked(suite, order, 1, "refund_only")
    await _teams(suite)
    await _policy(suite, [0, 1, 2, 3, 4, 5, 6])
    about = {"order_id": order["id"], "case_id": case["id"], "text": TEXTS["question"]}
    conversation = await suite.call("buyer", "cs", "conversations", about)
    await suite.settle()
    await suite.services["cs"].run_due()
    first = await _offered(suite, conversation)
    await suite.call(_name(first), "cs", f"queue-entries/{first['id']}/decline")
    second = await _offered(suite, conversation)
    await suite.call(_name(second), "cs", f"queue-entries/{second['id']}/accept")
    await _late(suite, conversation)
    left = await suite.call("buyer", "cs", "conversations", about)
    await suite.call("buyer", "cs", f"conversations/{left['id']}/close")
    return str(order["id"])


async def _teams(suite: InProcessSuite) -> None:
    team = {"name": TEXTS["source"], "merchant_id": "m-1"}
    await suite.call("admin", "cs", "teams/general", {"name": TEXTS["source"]}, "PUT")
    await suite.call("admin", "cs", "teams/first", team | {"overflow_team_id": "general", "overflow_seconds": 1}, "PUT")
    for number, who in enumerate(("agent", "second agent"), 1):
        await suite.call("admin", "cs", f"agents/agent-{number}", {"teams": ["general"]}, "PUT")
        await suite.call(who, "cs", f"agents/agent-{number}/come-online")


async def _policy(suite: InProcessSuite, weekdays: list[int]) -> None:
    windows = [{"weekday": day, "opens": "00:00", "closes": "24:00"} for day in weekdays]
    await suite.call("admin", "cs", "sla/calendars/always", {"windows": windows}, "PUT")
    chain = [{"percent": 1, "action": "raise_priority"}, {"percent": 100, "action": "supervisor"}]
    policy = {"calendar_id": "always", "first_answer_minutes": 1, "resolution_minutes": 60, "escalations": chain}
    await suite.call("admin", "cs", "sla/policies/all", policy, "PUT")


async def _late(suite: InProcessSuite, conversation: dict[str, Any]) -> None:
    """Its first answer is late, then its resolution stands still, goes on, and ends when it is closed."""
    path = f"conversations/{conversation['id']}"
    await _policy(suite, [0, 1, 2, 3, 4, 5])
    await suite.services["cs"].run_workers("sla-calendars")
    for harness in suite.services.values():
        harness.clock.advance(seconds=61)
    await suite.services["cs"].run_due()
    await suite.call("agent", "cs", f"{path}/messages", {"text": TEXTS["reply"]})
    await suite.call("buyer", "cs", f"{path}/messages", {"text": TEXTS["question"]})
    await suite.call("buyer", "cs", f"{path}/close")


async def _offered(suite: InProcessSuite, conversation: dict[str, Any]) -> dict[str, Any]:
    """What is offered of this conversation now."""
    await suite.services["cs"].run_workers("routing")
    found = await suite.get("admin", "cs", f"queue-entries?conversation_id={conversation['id']}")
    entry: dict[str, Any] = found["data"][0]
    assert entry["state"] == "offered", entry
    return entry


def _name(entry: dict[str, Any]) -> str:
    return {"agent-1": "agent", "agent-2": "second agent"}[entry["agent_id"]]


SCENARIOS = (conversations_that_wait_for_an_agent,)
