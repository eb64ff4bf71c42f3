"""Orders that are paid in several payments."""

from in_process_suite import InProcessSuite
from suite_scenarios import cny, ordered


async def an_order_paid_in_parts(suite: InProcessSuite) -> str:
    """The buyer pays a part of the order, and then the rest of it. The order's id."""
    order = await ordered(suite)
    path = f"orders/{order['id']}/payments"
    await suite.call("buyer", "order", path, {"payment_method": "sim_success", "amount": cny(10000)})
    await suite.call("buyer", "order", path, {"payment_method": "sim_success"})
    await suite.call("buyer", "order", f"orders/{order['id']}/cancel", {})
    return str(order["id"])


SCENARIOS = (an_order_paid_in_parts,)
