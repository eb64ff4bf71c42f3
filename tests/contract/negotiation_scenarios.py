"""Scenarios in which the two sides of a case negotiate."""

from in_process_suite import InProcessSuite
from suite_scenarios import TEXTS, asked, delivered, step


async def offers_until_one_is_accepted(suite: InProcessSuite) -> str:
    """One lapses, one is declined; the buyer's own is accepted: the return becomes a refund of less."""
    order = await delivered(suite, "73000009")
    case = await asked(suite, order, 2)
    less = {"type": "refund_only", "amount": {"amount": 3000, "currency": "CNY"}}
    await step(suite, "seller", case, "offer", **less, note=TEXTS["note"])
    await suite.advance(25)
    await suite.services["aftersale"].run_workers("reminders")
    await suite.advance(23)
    await step(suite, "seller", case, "offer", **less)
    await step(suite, "seller", case, "withdraw-offer", note=TEXTS["note"])
    await step(suite, "seller", case, "offer", **less)
    await step(suite, "buyer", case, "counter-offer", **{**less, "amount": {"amount": 5000, "currency": "CNY"}})
    await step(suite, "seller", case, "accept-offer")
    found = await suite.get("buyer", "aftersale", f"cases/{case['id']}")
    assert (found["state"], found["refunded"]["amount"]) == ("completed", 5000)
    return str(order["id"])


SCENARIOS = (offers_until_one_is_accepted,)
