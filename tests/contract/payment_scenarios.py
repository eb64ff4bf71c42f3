"""Orders that are paid in several payments."""

from aftercare_simulators.payment.charge_backs import ChargeBackStatus
from in_process_suite import InProcessSuite
from suite_scenarios import asked, cny, ordered, step


async def an_order_paid_in_parts(suite: InProcessSuite) -> str:
    """The buyer pays a part of the order, and then the rest of it. The order's id."""
    order = await ordered(suite)
    path = f"orders/{order['id']}/payments"
    await suite.call("buyer", "order", path, {"payment_method": "sim_success", "amount": cny(10000)})
    await suite.call("buyer", "order", path, {"payment_method": "sim_success"})
    await suite.call("buyer", "order", f"orders/{order['id']}/cancel", {})
    return str(order["id"])


async def a_payment_that_is_charged_back(suite: InProcessSuite) -> str:
    """The bank takes it back in two parts: one is given again, and the other one stays with the buyer. The order's id."""
    order = await ordered(suite)
    payment = await suite.call("buyer", "order", f"orders/{order['id']}/payments", {"payment_method": "sim_success"})
    for amount, decision in ((500, ChargeBackStatus.WON), (700, ChargeBackStatus.LOST)):
        taken = suite.provider.charge_back(payment["id"], amount, "fraudulent")
        await suite.settle()
        suite.provider.decide(taken.id, decision)
        await suite.settle()
    ledger = await suite.get("buyer", "order", f"orders/{order['id']}/ledger")
    assert (ledger["charged_back"], ledger["kept"], ledger["balanced"]) == (cny(700), cny(28800), True)
    await suite.call("buyer", "order", f"orders/{order['id']}/cancel", {})
    return str(order["id"])


async def a_refund_in_shares(suite: InProcessSuite) -> str:
    """Of the newer of two payments nothing is refunded any more: its share moves to the other one. The order's id."""
    order = await ordered(suite)
    path = f"orders/{order['id']}/payments"
    await suite.call("buyer", "order", path, {"payment_method": "sim_success", "amount": cny(20000)})
    await suite.call("buyer", "order", path, {"payment_method": "sim_refund_closed"})
    case = await asked(suite, order, 2, "refund_only")
    await step(suite, "seller", case, "approve")
    assert (await suite.get("buyer", "aftersale", f"cases/{case['id']}"))["state"] == "completed"
    return str(order["id"])


async def payments_that_are_authorised_first(suite: InProcessSuite) -> str:
    """Of one payment a part is captured, the other one is released, and the order is cancelled. The order's id."""
    order = await ordered(suite)
    path, held = f"orders/{order['id']}/payments", {"payment_method": "sim_success", "capture": "manual"}
    payment = await suite.call("buyer", "order", path, {**held, "amount": cny(20000)})
    await suite.call("seller", "order", f"payments/{payment['id']}/capture", {"amount": cny(10000)})
    rest = await suite.call("buyer", "order", path, held)
    await suite.call("seller", "order", f"payments/{rest['id']}/void", {})
    states = [(await suite.get("buyer", "order", f"payments/{each['id']}"))["state"] for each in (payment, rest)]
    assert states == ["succeeded", "failed"]
    await suite.call("buyer", "order", f"orders/{order['id']}/cancel", {})
    return str(order["id"])


async def a_statement_that_differs(suite: InProcessSuite) -> str:
    """The provider states a minor unit more than was paid. The order's id."""
    order = await ordered(suite)
    payment = await suite.call("buyer", "order", f"orders/{order['id']}/payments", {"payment_method": "sim_success"})
    await suite.call("buyer", "order", f"orders/{order['id']}/cancel", {})
    ledger = suite.provider.ledger._file
    ledger.execute("UPDATE operation SET amount = amount + 1 WHERE id = ?", (payment["id"],))
    await suite.advance(25)
    ledger.execute("UPDATE operation SET amount = amount - 1 WHERE id = ?", (payment["id"],))
    [found] = (await suite.get("admin", "order", "payment-differences"))["data"]
    for action in ("explain", "resolve"):
        note = {"note": "the statement has a fee in it"}
        await suite.call("admin", "order", f"payment-differences/{found['id']}/{action}", note)
    return str(order["id"])


SCENARIOS = (
    an_order_paid_in_parts,
    a_payment_that_is_charged_back,
    a_refund_in_shares,
    payments_that_are_authorised_first,
    a_statement_that_differs,
)
