"""Scenarios in which money goes back without the payment provider."""

from typing import Any

from in_process_suite import InProcessSuite
from suite_scenarios import PHOTO, TEXTS, asked, delivered, step

STATED: dict[str, Any] = {"method": "bank_transfer", "reference": TEXTS["reply"], "evidence": [PHOTO]}


async def money_that_goes_back_without_the_provider(suite: InProcessSuite) -> str:
    """The statement is taken back once, denied once, and confirmed at last. The order's id."""
    order = await delivered(suite, "73000081", "sim_refund_declined")
    case = await asked(suite, order, 1, "refund_only")
    await step(suite, "seller", case, "approve")
    assert (await suite.get("buyer", "aftersale", f"cases/{case['id']}"))["state"] == "manual_review"
    await step(suite, "seller", case, "state-offline-refund", **STATED, note=TEXTS["note"])
    await step(suite, "seller", case, "withdraw-offline-refund", note=TEXTS["note"])
    await step(suite, "agent", case, "state-offline-refund", **STATED)
    denied = await step(suite, "buyer", case, "deny-offline-refund", text=TEXTS["complaint"])
    await suite.call("buyer", "aftersale", f"disputes/{denied['dispute_id']}/withdraw", {})
    await step(suite, "seller", case, "state-offline-refund", **STATED)
    await step(suite, "buyer", case, "confirm-offline-refund")
    ledger = await suite.get("buyer", "order", f"orders/{order['id']}/ledger")
    assert (ledger["refunded"]["amount"], ledger["refunded_outside"]["amount"], ledger["balanced"]) == (
        9566,
        9566,
        True,
    )
    return str(order["id"])


SCENARIOS = (money_that_goes_back_without_the_provider,)
