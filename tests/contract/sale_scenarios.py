"""Scenarios of what is sold and how it is received."""

from in_process_suite import InProcessSuite
from suite_scenarios import ADDRESS, TITLE, cny


async def virtual_goods_beside_goods_that_are_shipped_late(suite: InProcessSuite) -> str:
    """The virtual goods arrive, and the time to ship the others passes; the order's id."""
    line = {"title": TITLE, "quantity": 1, "unit_price": cny(2000)}
    body = {
        "buyer_id": "buyer-1",
        "currency": "CNY",
        "lines": [{**line, "sku": "CODE-1", "fulfilment": "virtual"}, {**line, "sku": "CUP-1"}],
        "shipping_address": ADDRESS,
    }
    order = await suite.call("seller", "order", "orders", body)
    pay = {"provider": "simulator", "payment_method": "sim_success"}
    await suite.call("buyer", "order", f"orders/{order['id']}/payments", pay)
    picks = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}]}
    await suite.call("seller", "order", f"orders/{order['id']}/deliver-virtual", picks)
    await suite.advance(49)
    shown = await suite.get("buyer", "order", f"orders/{order['id']}")
    assert (shown["state"], shown["shipment_overdue_at"] is not None) == ("paid", True)
    return str(order["id"])


SCENARIOS = (virtual_goods_beside_goods_that_are_shipped_late,)
