"""Scenarios of cases that agents review."""

from in_process_suite import InProcessSuite
from suite_scenarios import PHOTO, TEXTS, asked, delivered, step


async def a_decision_of_two_agents(suite: InProcessSuite) -> str:
    """What one agent proposes is declined, then confirmed by another one."""
    await suite.call("admin", "aftersale", "caseworkers/agent-1", {"role": "agent"}, method="PUT")
    order = await delivered(suite, "73000221")
    case = await asked(suite, order, 3, "refund_only")
    await step(suite, "seller", case, "escalate", note=TEXTS["note"])
    await step(suite, "agent", case, "take")
    await step(suite, "agent", case, "release", note=TEXTS["note"])
    await step(suite, "agent", case, "refund", note=TEXTS["note"])
    await step(suite, "second agent", case, "decline-decision", note=TEXTS["answer"])
    await step(suite, "agent", case, "approve")
    await step(suite, "second agent", case, "confirm-decision", note=TEXTS["note"])
    found = await suite.get("buyer", "aftersale", f"cases/{case['id']}")
    assert (found["state"], found["refunded"]["amount"]) == ("completed", 29500)
    return str(order["id"])


async def a_buyer_asks_for_something_else(suite: InProcessSuite) -> str:
    """A return becomes an exchange, then a refund without a return."""
    order = await delivered(suite, "73000222")
    case = await asked(suite, order, 1)
    await step(suite, "buyer", case, "change-type", type="exchange", note=TEXTS["note"])
    await step(suite, "buyer", case, "change-type", type="refund_only", reason="missing_parts")
    await step(suite, "seller", case, "approve")
    found = await suite.get("buyer", "aftersale", f"cases/{case['id']}")
    assert (found["type"], found["state"]) == ("refund_only", "completed")
    return str(order["id"])


async def a_buyer_asks_again(suite: InProcessSuite) -> str:
    """A rejected case is asked for again, and granted."""
    order = await delivered(suite, "73000223")
    case = await asked(suite, order, 1, "refund_only")
    await step(suite, "seller", case, "reject", reason="reason_untrue")
    again = await step(suite, "buyer", case, "reapply", description=TEXTS["description"], evidence=[PHOTO])
    await step(suite, "seller", again, "approve")
    return str(order["id"])


async def a_buyer_is_asked_for_more(suite: InProcessSuite) -> str:
    """The merchant asks once and gets something, then once more and gets nothing."""
    order = await delivered(suite, "73000224")
    case = await asked(suite, order, 1, "refund_only")
    await step(suite, "seller", case, "request-supplement", missing=TEXTS["question"])
    await step(suite, "buyer", case, "submit-supplement", note=TEXTS["answer"], evidence=[PHOTO])
    await step(suite, "seller", case, "request-supplement", missing=TEXTS["question"])
    await suite.advance(72)
    await step(suite, "seller", case, "approve")
    return str(order["id"])


SCENARIOS = (a_buyer_is_asked_for_more, a_buyer_asks_again, a_decision_of_two_agents, a_buyer_asks_for_something_else)
