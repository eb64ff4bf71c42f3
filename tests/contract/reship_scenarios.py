"""Scenarios in which a merchant sends goods to the buyer for a case."""

from typing import Any

from case_type_scenarios import asked
from in_process_suite import InProcessSuite
from suite_scenarios import RETURN_ADDRESS, TEXTS, cny, delivered, step


async def _sent(suite: InProcessSuite, case: dict[str, Any], waybill_no: str) -> None:
    await step(suite, "seller", case, "ship-replacement", carrier="zto", waybill_no=waybill_no)


def _for_another(order: dict[str, Any], quantity: int) -> list[dict[str, Any]]:
    """Units for which the buyer wants another article."""
    return [{"line_id": order["lines"][0]["id"], "quantity": quantity, "wanted_sku": "KETTLE-2"}]


async def parts_that_are_sent(suite: InProcessSuite) -> str:
    """The parts are late; what is sent then is wrong, and the buyer keeps the second parcel. The order's id."""
    order = await delivered(suite, "73000209")
    case = await asked(suite, order, 1, "reship_parts", reason="short_quantity")
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
    case = await asked(suite, order, 2, "exchange", lines=_for_another(order, 2))
    await step(suite, "seller", case, "approve", return_address=RETURN_ADDRESS)
    await step(suite, "buyer", case, "ship", carrier="zto", waybill_no="73000032")
    await suite.push("73000032", "delivered")
    line_id = order["lines"][0]["id"]
    await step(suite, "seller", case, "inspect", lines=[{"line_id": line_id, "accepted": 1, "grade": "a"}])
    await step(suite, "seller", case, "price-replacement", prices=[{"line_id": line_id, "unit_price": cny(12900)}])
    await step(suite, "seller", case, "return-refused-goods", carrier="zto", waybill_no="73000039")
    await step(suite, "seller", case, "correct-refused-goods-waybill", carrier="zto", waybill_no="73000033")
    await step(suite, "buyer", case, "agree-charge")
    await step(suite, "seller", case, "record-payment", reference=TEXTS["reply"])
    await _sent(suite, case, "73000034")
    await suite.push("73000034", "delivered")
    await step(suite, "buyer", case, "confirm-replacement")
    return str(order["id"])


async def an_exchange_that_is_paid_and_not_sent(suite: InProcessSuite) -> str:
    """The buyer pays for a dearer replacement, of which there is none: both payments go back. The order's id."""
    order = await delivered(suite, "73000181")
    case = await asked(suite, order, 1, "exchange", lines=_for_another(order, 1))
    await step(suite, "seller", case, "approve", return_address=RETURN_ADDRESS)
    await step(suite, "buyer", case, "ship", carrier="zto", waybill_no="73000182")
    await suite.push("73000182", "delivered")
    line_id = order["lines"][0]["id"]
    await step(suite, "seller", case, "inspect", lines=[{"line_id": line_id, "accepted": 1, "grade": "a"}])
    await step(suite, "seller", case, "price-replacement", prices=[{"line_id": line_id, "unit_price": cny(12900)}])
    await step(suite, "buyer", case, "agree-charge")
    await step(suite, "seller", case, "record-payment", reference=TEXTS["reply"])
    await step(suite, "seller", case, "no-stock")
    owed = (await suite.get("buyer", "aftersale", f"cases/{case['id']}"))["charge"]["to_return"]
    await step(suite, "seller", case, "record-charge-return", amount=owed, reference=TEXTS["answer"])
    ledger = await suite.get("buyer", "order", f"orders/{order['id']}/ledger")
    assert (ledger["charged"], ledger["charges_returned"], ledger["charges_to_return"]["amount"]) == (owed, owed, 0)
    return str(order["id"])


async def _sent_for_repair(
    suite: InProcessSuite, waybill_no: str, **more: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """An order, and a case of it whose goods the merchant has for repair."""
    order = await delivered(suite, f"{waybill_no}1")
    case = await asked(suite, order, 1, "repair", **more)
    await step(suite, "seller", case, "approve", return_address=RETURN_ADDRESS)
    await step(suite, "buyer", case, "ship", carrier="zto", waybill_no=f"{waybill_no}2")
    await suite.push(f"{waybill_no}2", "delivered")
    return order, case


async def a_repair_that_the_buyer_pays(suite: InProcessSuite) -> str:
    """The repair is late, then quoted, paid and done, and once more after that. The order's id."""
    order, case = await _sent_for_repair(suite, "7300024", reason="paid_repair")
    assert (await suite.get("buyer", "order", f"orders/{order['id']}"))["after_sale_state"] == "in_after_sale"
    await suite.advance(14 * 24 + 1)
    await step(suite, "agent", case, "resume-repair", note=TEXTS["note"])
    await step(suite, "seller", case, "quote", cost=cny(6800), days=5, note=TEXTS["description"])
    await step(suite, "buyer", case, "agree-charge")
    await step(suite, "buyer", case, "state-payment", reference=TEXTS["reply"], note=TEXTS["note"])
    await step(suite, "seller", case, "deny-payment", note=TEXTS["answer"])
    await step(suite, "buyer", case, "escalate-payment", note=TEXTS["complaint"])
    await step(suite, "agent", case, "confirm-payment", note=TEXTS["note"])
    await step(suite, "seller", case, "repaired", work=["part_replaced"], note=TEXTS["answer"])
    await _sent(suite, case, "73000244")
    await suite.push("73000244", "delivered")
    await step(suite, "buyer", case, "report-anomaly", anomaly="defective")
    await step(suite, "agent", case, "repair-again", note=TEXTS["note"])
    await step(suite, "buyer", case, "ship", carrier="zto", waybill_no="73000245")
    await suite.push("73000245", "delivered")
    await step(suite, "seller", case, "repaired", work=["tested"])
    await _sent(suite, case, "73000243")
    await suite.push("73000243", "delivered")
    await step(suite, "buyer", case, "confirm-replacement")
    assert (await suite.get("buyer", "order", f"orders/{order['id']}"))["after_sale_state"] == "after_sale_done"
    return str(order["id"])


async def a_repair_that_is_not_possible(suite: InProcessSuite) -> str:
    """The buyer declines what one repair costs, and takes the money where another is not possible. The order's id."""
    order, case = await _sent_for_repair(suite, "7300025", reason="paid_repair")
    await step(suite, "seller", case, "quote", cost=cny(6800), days=5)
    await step(suite, "buyer", case, "decline-quote", note=TEXTS["note"])
    await _sent(suite, case, "73000253")
    await step(suite, "buyer", case, "confirm-replacement")
    other = await asked(suite, order, 1, "repair")
    await step(suite, "seller", other, "approve", return_address=RETURN_ADDRESS)
    await step(suite, "buyer", other, "ship", carrier="zto", waybill_no="73000254")
    await suite.push("73000254", "delivered")
    await step(suite, "seller", other, "cannot-repair", failure="beyond_repair", remedy="refund", note=TEXTS["note"])
    await step(suite, "buyer", other, "take-refund")
    return str(order["id"])


async def replacements_that_are_sent_first(suite: InProcessSuite) -> str:
    """For one unit nothing is sent, one comes back after its replacement, and one is kept. The order's id."""
    await suite.call("admin", "aftersale", "merchants/platform/fast-exchange", {"allowed": True}, "PUT")
    order = await delivered(suite, "73000261")
    for place, end in enumerate(("not sent", "sent back", "kept")):
        case = await asked(suite, order, 1, "fast_exchange")
        await step(suite, "buyer", case, "agree-hold", note=TEXTS["note"])
        await step(suite, "seller", case, "approve", return_address=RETURN_ADDRESS)
        if end == "not sent":
            await step(suite, "seller", case, "no-stock")
            continue
        await _sent(suite, case, f"7300027{place}")
        await suite.push(f"7300027{place}", "delivered")
        await step(suite, "buyer", case, "confirm-replacement")
        if end == "sent back":
            await step(suite, "buyer", case, "ship", carrier="zto", waybill_no="73000265")
            await suite.push("73000265", "delivered")
            found = [{"line_id": order["lines"][0]["id"], "accepted": 1, "grade": "a"}]
            await step(suite, "seller", case, "inspect", lines=found)
        else:
            await suite.advance(7 * 24 + 1)
            await step(suite, "agent", case, "claim-hold", note=TEXTS["note"])
    return str(order["id"])


SCENARIOS = (
    parts_that_are_sent,
    an_exchange_for_dearer_goods,
    an_exchange_that_is_paid_and_not_sent,
    a_repair_that_the_buyer_pays,
    a_repair_that_is_not_possible,
    replacements_that_are_sent_first,
)
