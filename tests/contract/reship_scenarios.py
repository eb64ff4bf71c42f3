"""Scenarios in which a merchant sends goods to the buyer for a case."""

from typing import Any

from in_process_suite import InProcessSuite
from suite_scenarios import RETURN_ADDRESS, TEXTS, asked, cny, delivered, step


async def _sent(suite: InProcessSuite, case: dict[str, Any], waybill_no: str) -> None:
    await step(suite, "seller", case, "ship-replacement", carrier="zto", waybill_no=waybill_no)


async def parts_that_are_sent(suite: InProcessSuite) -> str:
    """The parts are late; what is sent then is wrong, and the buyer keeps the second parcel. The order's id."""
    order = await delivered(suite, "73000009")
    case = await asked(suite, order, 1, "reship_parts")
    await step(suite, "seller", case, "approve", note=TEXTS["note"])
    await suite.advance(49)
    assert (await suite.get("buyer", "aftersale", f"cases/{case['id']}"))["whose_turn"] == "buyer"
    await _sent(suite, case, "73000010")
    await step(suite, "seller", case, "correct-replacement-waybill", carrier="zto", waybill_no="73000011")
    await suite.push("73000011", "picked_up")
    await suite.push("73000011", "delivered")
    assert (await suite.get("buyer", "aftersale", f"cases/{case['id']}"))["whose_turn"] == "buyer"
    await step(suite, "buyer", case, "report-anomaly", anomaly="damaged", note=TEXTS["description"])
    await step(suite, "agent", case, "reship")
    await _sent(suite, case, "73000012")
    await suite.push("73000012", "delivered")
    await step(suite, "buyer", case, "confirm-replacement")
    parcels = (await suite.get("buyer", "order", f"parcels?order_id={order['id']}&leg=exchange"))["data"]
    assert sorted(parcel["status"] for parcel in parcels) == ["cancelled", "delivered", "delivered"]
    assert (await suite.get("buyer", "order", f"orders/{order['id']}"))["after_sale_state"] == "after_sale_done"
    return str(order["id"])


async def an_exchange_for_dearer_goods(suite: InProcessSuite) -> str:
    """One of two units is exchanged for a dearer one, and the other goes back to the buyer. The order's id."""
    order = await delivered(suite, "73000031")
    case = await asked(suite, order, 2, "exchange")
    await step(suite, "seller", case, "approve", return_address=RETURN_ADDRESS)
    await step(suite, "buyer", case, "ship", carrier="zto", waybill_no="73000032")
    await suite.push("73000032", "delivered")
    line_id = order["lines"][0]["id"]
    await step(suite, "seller", case, "inspect", lines=[{"line_id": line_id, "accepted": 1, "grade": "a"}])
    await step(suite, "seller", case, "price-replacement", prices=[{"line_id": line_id, "unit_price": cny(12900)}])
    await step(suite, "seller", case, "return-refused-goods", carrier="zto", waybill_no="73000033")
    await step(suite, "buyer", case, "agree-charge")
    await step(suite, "seller", case, "record-payment", reference=TEXTS["reply"])
    await _sent(suite, case, "73000034")
    await suite.push("73000034", "delivered")
    await step(suite, "buyer", case, "confirm-replacement")
    return str(order["id"])


SCENARIOS = (parts_that_are_sent, an_exchange_for_dearer_goods)
