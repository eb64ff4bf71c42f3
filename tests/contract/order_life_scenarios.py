"""Scenarios of what happens to an order before its goods arrive."""

from in_process_suite import InProcessSuite
from suite_scenarios import paid


async def an_order_that_is_packed_again(suite: InProcessSuite) -> str:
    order = await paid(suite)
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 3}]
    await suite.call("seller", "order", f"orders/{order['id']}/pack", {"packages": [{"lines": lines}]})
    await suite.call("seller", "order", f"orders/{order['id']}/unpack")
    await suite.call("seller", "order", f"orders/{order['id']}/pack")
    parcel = {"carrier": "zto", "waybill_no": "73000901", "lines": lines}
    await suite.call("seller", "order", f"orders/{order['id']}/parcels", parcel)
    await suite.push("73000901", "delivered")
    return str(order["id"])


async def units_that_are_cancelled(suite: InProcessSuite) -> str:
    order = await paid(suite)
    one = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}], "reason": "out_of_stock"}
    await suite.call("seller", "order", f"orders/{order['id']}/cancel", one)
    options = await suite.get("buyer", "aftersale", f"orders/{order['id']}/after-sale-options")
    assert options["lines"][0]["selectable_quantity"] == 2, "no case can be about what is cancelled"
    await suite.call("buyer", "order", f"orders/{order['id']}/cancel", {})
    return str(order["id"])


SCENARIOS = (
    units_that_are_cancelled,
    an_order_that_is_packed_again,
)
