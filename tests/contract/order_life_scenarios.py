"""Scenarios of what happens to an order before its goods arrive."""

from in_process_suite import InProcessSuite
from suite_scenarios import NEW_ADDRESS, paid


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


async def a_parcel_that_is_called_back(suite: InProcessSuite) -> str:
    """Intercepts with each of their ends; the parcel comes back in the end, and its units become a case."""
    order = await paid(suite)
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 3}]
    body = {"carrier": "zto", "waybill_no": "73000902", "lines": lines}
    parcel = await suite.call("seller", "order", f"orders/{order['id']}/parcels", body)
    await suite.push("73000902", "in_transit")
    moved = {"purpose": "change_address", "shipping_address": NEW_ADDRESS}
    first = await suite.call("buyer", "order", f"parcels/{parcel['id']}/intercepts", moved)
    await suite.call("seller", "order", f"intercepts/{first['id']}/refuse", {"reason": "too_late"})
    second = await suite.call("buyer", "order", f"parcels/{parcel['id']}/intercepts", moved)
    await suite.call("buyer", "order", f"intercepts/{second['id']}/withdraw")
    third = await suite.call("buyer", "order", f"parcels/{parcel['id']}/intercepts", {"purpose": "return_to_sender"})
    await suite.call("seller", "order", f"intercepts/{third['id']}/submit", {"reference": "IC-17"})
    await suite.call("seller", "order", f"intercepts/{third['id']}/grant", {})
    return str(order["id"])


async def a_parcel_that_nobody_reports(suite: InProcessSuite) -> str:
    """It is overdue, and an agent records that it has arrived."""
    order = await paid(suite)
    body = {"carrier": "zto", "waybill_no": "73000905", "lines": [{"line_id": order["lines"][0]["id"], "quantity": 3}]}
    parcel = await suite.call("seller", "order", f"orders/{order['id']}/parcels", body)
    await suite.advance(361)
    shown = await suite.get("seller", "order", f"orders/{order['id']}")
    assert (shown["whose_turn"], shown["delivery_overdue_at"] is not None) == ("agent", True)
    await suite.call("agent", "order", f"parcels/{parcel['id']}/record-delivery", {"evidence": "sha256:" + 64 * "5"})
    return str(order["id"])


async def a_parcel_that_is_voided(suite: InProcessSuite) -> str:
    """A packed order whose only parcel is given up before the courier has it, and shipped under another waybill; then a scan of the first."""
    order = await paid(suite)
    await suite.call("seller", "order", f"orders/{order['id']}/pack", {})
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 3}]
    for waybill_no in ("73000903", "73000904"):
        body = {"carrier": "zto", "waybill_no": waybill_no, "lines": lines}
        parcel = await suite.call("seller", "order", f"orders/{order['id']}/parcels", body)
        if waybill_no == "73000903":
            await suite.call("seller", "order", f"parcels/{parcel['id']}/void", {})
    await suite.push("73000903", "in_transit")
    return str(order["id"])


SCENARIOS = (
    a_parcel_that_is_voided,
    a_parcel_that_nobody_reports,
    a_parcel_that_is_called_back,
    units_that_are_cancelled,
    an_order_that_is_packed_again,
)
