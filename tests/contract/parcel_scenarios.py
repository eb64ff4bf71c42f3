"""Scenarios of parcels that go wrong on their way."""

from in_process_suite import InProcessSuite
from suite_scenarios import TEXTS, paid


async def a_parcel_that_turns_round(suite: InProcessSuite) -> str:
    """A parcel goes back to its sender, and goes on to the buyer after a call; the order's id."""
    order = await paid(suite)
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 3}]
    body = {"carrier": "zto", "waybill_no": "73000990", "lines": lines}
    await suite.call("seller", "order", f"orders/{order['id']}/parcels", body)
    await suite.push("73000990", "picked_up")
    await suite.push("73000990", "returning")
    [found] = (await suite.get("seller", "order", f"parcel-anomalies?order_id={order['id']}"))["data"]
    path = f"parcel-anomalies/{found['id']}"
    await suite.call("seller", "order", f"{path}/acknowledge", {"note": TEXTS["note"]})
    await suite.call("agent", "order", f"{path}/resolve", {"resolution": "hurried", "note": TEXTS["note"]})
    return str(order["id"])


SCENARIOS = (a_parcel_that_turns_round,)
