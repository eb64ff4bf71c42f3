"""Scenarios in which money goes back without the payment provider."""

from typing import Any

from in_process_suite import InProcessSuite
from suite_scenarios import RETURN_ADDRESS, TEXTS, asked, cny, conversation, delivered, ordered, step
from uploads import a_photo


async def money_that_goes_back_without_the_provider(suite: InProcessSuite) -> str:
    """The statement is taken back once, denied once, and confirmed at last. The order's id."""
    order = await delivered(suite, "73000281", "sim_refund_declined")
    case = await asked(suite, order, 1, "refund_only")
    await step(suite, "seller", case, "approve")
    assert (await suite.get("buyer", "aftersale", f"cases/{case['id']}"))["state"] == "manual_review"
    proof = await a_photo(suite, order, "seller")
    stated: dict[str, Any] = {"method": "bank_transfer", "reference": TEXTS["reply"], "evidence": [proof]}
    await step(suite, "seller", case, "state-offline-refund", **stated, note=TEXTS["note"])
    await step(suite, "seller", case, "withdraw-offline-refund", note=TEXTS["note"])
    await step(suite, "agent", case, "state-offline-refund", **stated)
    denied = await step(suite, "buyer", case, "deny-offline-refund", text=TEXTS["complaint"])
    await suite.call("buyer", "aftersale", f"disputes/{denied['dispute_id']}/withdraw", {})
    await step(suite, "seller", case, "state-offline-refund", **stated)
    await step(suite, "buyer", case, "confirm-offline-refund")
    ledger = await suite.get("buyer", "order", f"orders/{order['id']}/ledger")
    assert (ledger["refunded"]["amount"], ledger["refunded_outside"]["amount"], ledger["balanced"]) == (
        9566,
        9566,
        True,
    )
    return str(order["id"])


async def an_adjustment_that_is_not_paid(suite: InProcessSuite) -> str:
    """The return that was opened meanwhile has its money. The order's id."""
    order = await delivered(suite, "73000282", "sim_refund_declined")
    prices = {"reference_price": cny(9900), "checked_price": cny(9600)}
    body = {
        "order_id": order["id"],
        "type": "price_adjust",
        "reason": "price_dropped",
        "lines": [{"line_id": order["lines"][0]["id"], "quantity": 3, **prices}],
        "evidence": [await a_photo(suite, order)],
    }
    adjustment = await suite.call("buyer", "aftersale", "cases", body)
    # The worker has not called the provider yet.
    approved = await suite.client("seller", "aftersale").post(f"/v1/cases/{adjustment['id']}/approve", json={})
    assert approved.status_code == 200, approved.text
    back = await asked(suite, order, 3)
    await step(suite, "agent", adjustment, "close", note=TEXTS["note"])
    shown = await suite.get("buyer", "aftersale", f"cases/{back['id']}")
    assert shown["requested"]["amount"] == 28700
    await step(suite, "buyer", back, "cancel")
    return str(order["id"])


async def a_return_whose_freight_the_merchant_bears(suite: InProcessSuite) -> str:
    """The buyer has paid a courier; an insurance was to bear a part of it and declines, and the merchant pays all. The order's id."""
    for who, setting, most in (("seller", "return-freight-limits", 2500), ("agent", "freight-insurance", 1200)):
        await suite.call(who, "aftersale", f"merchants/m-1/{setting}", {"limits": [cny(most)]}, "PUT")
    order = await delivered(suite, "73000201")
    case = await asked(suite, order, 1)
    await step(suite, "seller", case, "approve", return_address=RETURN_ADDRESS)
    freight = {"amount": cny(2000), "evidence": [await a_photo(suite, order)]}
    await step(suite, "buyer", case, "ship", carrier="zto", waybill_no="73000202", return_freight=freight)
    await suite.push("73000202", "delivered")
    found = [{"line_id": order["lines"][0]["id"], "accepted": 1}]
    inspected = await step(suite, "seller", case, "inspect", lines=found, note=TEXTS["note"])
    assert inspected["return_freight"]["to_pay"] == cny(800)
    await step(suite, "seller", case, "record-return-freight", amount=cny(800), reference=TEXTS["reply"])
    insured = {"kind": "freight_insurance", "amount": cny(1200)}
    claim = await suite.call("buyer", "aftersale", f"cases/{case['id']}/guarantee-claims", insured)
    declined = {"reason": "not_covered", "note": TEXTS["note"]}
    await suite.call("agent", "aftersale", f"guarantee-claims/{claim['id']}/decline", declined)
    return str(order["id"])


async def goods_that_are_handed_over(suite: InProcessSuite) -> str:
    """Goods arrive under no waybill: in time, and after their case was closed because the buyer was late. The order's id."""
    order = await delivered(suite, "73000301")
    found = [{"line_id": order["lines"][0]["id"], "accepted": 1}]
    for late in (False, True):
        case = await asked(suite, order, 1)
        await step(suite, "seller", case, "approve", return_address=RETURN_ADDRESS)
        if late:
            await suite.advance(7 * 24 + 1)
        received = await step(suite, "seller", case, "receive")
        if received["state"] == "await_inspection":
            await step(suite, "seller", case, "inspect", lines=found)
        else:
            await step(suite, "agent", case, "refund", note=TEXTS["note"])
    return str(order["id"])


async def cases_that_return_an_order_together(suite: InProcessSuite) -> str:
    """The first shows the freight since the second is open, and no more since that was taken back. The order's id."""
    order = await delivered(suite, "73000183")
    first, second = await asked(suite, order, 2), await asked(suite, order, 1)
    assert (await suite.get("buyer", "aftersale", f"cases/{first['id']}"))["shipping_refund"]["amount"] > 0
    await step(suite, "buyer", second, "cancel")
    assert (await suite.get("buyer", "aftersale", f"cases/{first['id']}"))["shipping_refund"]["amount"] == 0
    await step(suite, "buyer", first, "cancel")
    return str(order["id"])


async def a_refund_that_comes_back(suite: InProcessSuite) -> str:
    """The buyer's account is closed: the money comes back after it was paid, and is given back by bank transfer. The order's id."""
    order = await ordered(suite)
    payment = await suite.call("buyer", "order", f"orders/{order['id']}/payments", {"payment_method": "sim_success"})
    await suite.call("buyer", "order", f"orders/{order['id']}/cancel", {})
    [refund] = (await suite.get("buyer", "order", f"payments/{payment['id']}"))["refunds"]
    suite.provider.reverse(refund["id"])
    await suite.settle()
    given = {"method": "bank_transfer", "reference": TEXTS["reply"]}
    await suite.call("agent", "order", f"payments/{payment['id']}/record-refund", given)
    ledger = await suite.get("buyer", "order", f"orders/{order['id']}/ledger")
    assert (ledger["refunded"], ledger["kept"]["amount"], ledger["balanced"]) == (ledger["paid"], 0, True)
    return str(order["id"])


async def the_refund_of_a_case_that_comes_back(suite: InProcessSuite) -> str:
    """The case is open again, the conversation says so, and the merchant gives the money back by bank transfer. The order's id."""
    order = await delivered(suite, "73000283")
    case = await asked(suite, order, 1, "refund_only")
    await conversation(suite, case)
    await step(suite, "seller", case, "approve")
    paid = await suite.get("buyer", "aftersale", f"cases/{case['id']}")
    assert (paid["state"], paid["refunded"]) == ("completed", cny(9566))
    suite.provider.reverse(paid["refund"]["id"])
    await suite.settle()
    owed = await suite.get("buyer", "aftersale", f"cases/{case['id']}")
    assert (owed["state"], owed["whose_turn"], owed["refunded"]) == ("manual_review", "agent", cny(0))
    assert "came back to the merchant" in owed["explanation"]["money"]["en"]
    [talk] = (await suite.get("buyer", "cs", f"conversations?case_id={case['id']}"))["data"]
    messages = (await suite.get("buyer", "cs", f"conversations/{talk['id']}"))["messages"]
    assert "refund_reversed" in [each["code"] for each in messages]
    stated = {
        "method": "bank_transfer",
        "reference": TEXTS["reply"],
        "evidence": [await a_photo(suite, order, "seller")],
    }
    await step(suite, "seller", case, "state-offline-refund", **stated)
    await step(suite, "buyer", case, "confirm-offline-refund")
    ledger = await suite.get("buyer", "order", f"orders/{order['id']}/ledger")
    assert (ledger["refunded"], ledger["refund_owed"], ledger["balanced"]) == (cny(9566), cny(0), True)
    return str(order["id"])


SCENARIOS = (
    the_refund_of_a_case_that_comes_back,
    a_refund_that_comes_back,
    money_that_goes_back_without_the_provider,
    an_adjustment_that_is_not_paid,
    cases_that_return_an_order_together,
    a_return_whose_freight_the_merchant_bears,
    goods_that_are_handed_over,
)
