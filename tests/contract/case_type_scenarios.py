"""Scenarios of the types of cases, one or two for each."""

from typing import Any

from in_process_suite import InProcessSuite
from suite_scenarios import PHOTO, TEXTS, cny, delivered, paid, step
from uploads import a_photo


async def asked(suite: InProcessSuite, order: dict[str, Any], quantity: int, type_: str, **more: Any) -> dict[str, Any]:
    body = {
        "order_id": order["id"],
        "type": type_,
        "reason": "quality_defect",
        "description": TEXTS["description"],
        "lines": [{"line_id": order["lines"][0]["id"], "quantity": quantity}],
        "evidence": [PHOTO],
        **more,
    }
    return await suite.call("buyer", "aftersale", "cases", body)


async def units(suite: InProcessSuite, order: dict[str, Any]) -> tuple[int, int]:
    """How many units of the order are held, and how many withdrawn."""
    [line] = (await suite.get("seller", "order", f"orders/{order['id']}"))["lines"]
    return line["held_quantity"], line["withdrawn_quantity"]


async def a_question_and_its_answer(suite: InProcessSuite) -> str:
    order = await delivered(suite, "73000101")
    case = await asked(suite, order, 3, "consult")
    shown = await suite.get("buyer", "order", f"orders/{order['id']}")
    assert shown["after_sale_state"] == "none", "nothing follows from a question"
    await step(suite, "seller", case, "answer", text=TEXTS["reply"])
    await step(suite, "buyer", case, "ask-again", text=TEXTS["question"])
    await step(suite, "agent", case, "answer", text=TEXTS["answer"], evidence=[PHOTO])
    await step(suite, "buyer", case, "resolve", note=TEXTS["note"])
    return str(order["id"])


async def a_cancellation_of_two_of_three(suite: InProcessSuite) -> str:
    """The units are held as long as it is open, and never leave; the third one does."""
    order = await paid(suite)
    await asked(suite, order, 3, "consult")
    case = await asked(suite, order, 2, "cancel_unshipped", reason="wrong_size_or_model")
    assert await units(suite, order) == (2, 0), "a question holds nothing"
    await step(suite, "seller", case, "approve")
    assert (await suite.get("buyer", "aftersale", f"cases/{case['id']}"))["state"] == "completed"
    assert await units(suite, order) == (0, 2)
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 1}]
    parcel = {"carrier": "zto", "waybill_no": "73000102", "lines": lines}
    await suite.call("seller", "order", f"orders/{order['id']}/parcels", parcel)
    await suite.push("73000102", "delivered")
    assert (await suite.get("buyer", "order", f"orders/{order['id']}"))["state"] == "delivered"
    return str(order["id"])


async def a_cancellation_whose_units_leave(suite: InProcessSuite) -> str:
    order = await paid(suite)
    case = await asked(suite, order, 1, "cancel_unshipped")
    await step(suite, "seller", case, "reject", reason="reason_untrue")
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 3}]
    parcel = {"carrier": "zto", "waybill_no": "73000103", "lines": lines}
    await suite.call("seller", "order", f"orders/{order['id']}/parcels", parcel)
    ended = await suite.get("buyer", "aftersale", f"cases/{case['id']}")
    assert (ended["state"], ended["close_cause"]) == ("closed", "units_shipped")
    await suite.push("73000103", "delivered")
    return str(order["id"])


async def a_lower_price_before_shipment(suite: InProcessSuite) -> str:
    """Money goes back and the goods are sent as ordered."""
    order = await paid(suite)
    line = {"line_id": order["lines"][0]["id"], "quantity": 3}
    prices = {"reference_price": cny(9900), "checked_price": cny(9600)}
    cited = [await a_photo(suite, order)]
    lines = [{**line, **prices}]
    case = await asked(suite, order, 3, "price_adjust", reason="price_dropped", lines=lines, evidence=cited)
    assert await units(suite, order) == (0, 0)
    await step(suite, "seller", case, "approve")
    assert (await suite.get("buyer", "aftersale", f"cases/{case['id']}"))["state"] == "completed"
    assert await units(suite, order) == (0, 0)
    parcel = {"carrier": "zto", "waybill_no": "73000104", "lines": [line]}
    await suite.call("seller", "order", f"orders/{order['id']}/parcels", parcel)
    await suite.push("73000104", "delivered")
    assert (await suite.get("buyer", "order", f"orders/{order['id']}"))["state"] == "delivered"
    return str(order["id"])


SCENARIOS = (
    a_question_and_its_answer,
    a_cancellation_of_two_of_three,
    a_cancellation_whose_units_leave,
    a_lower_price_before_shipment,
)
