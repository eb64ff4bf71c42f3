"""Refunds that a merchant has made without the provider: counted as refunded, never submitted, never beyond what was paid."""

from typing import Any

from aftercare_checker import database, money
from aftercare_checker.log import Log
from aftercare_events import (
    AfterSaleCompleted,
    OfflineRefundConfirmed,
    OrderCancelled,
    RefundFailed,
    RefundSubmitted,
    RefundSucceeded,
)


async def confirmed(shop: Any, order: dict[str, Any], amount: int, case_id: str = "case_1", **other: Any) -> Any:
    facts = {"payment_id": order["payment_id"], "amount_minor": amount, "currency": "CNY", "cause": "approval"}
    facts |= {"refund_id": f"offline_{case_id}", "method": "bank_transfer", "by_timeout": False}
    event = shop.case(OfflineRefundConfirmed, order, case_id, **facts | other)
    return await shop.h.consume(event)


async def ledger(shop: Any, order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
    return found


async def test_it_counts_as_refunded_and_the_provider_never_sees_it(shop: Any) -> None:
    order, payment = await shop.paid()
    await shop.open_case(order, 2, case_type="return_refund")
    event = await confirmed(shop, order, 19133)
    await shop.h.deliver(event)
    await shop.settle()
    assert await shop.events(RefundSubmitted) == []
    (done,) = await shop.events(RefundSucceeded)
    assert (done.refund_id, done.amount_minor, done.refunded_minor, done.outside) == (
        *("offline_case_1", 19133, 19133, "bank_transfer"),
    )
    shown = await ledger(shop, order)
    sums = {name: shown[name]["amount"] for name in ("paid", "kept", "refunded", "refunded_outside", "in_flight")}
    assert sums == {"paid": 29500, "kept": 10367, "refunded": 19133, "refunded_outside": 19133, "in_flight": 0}
    assert shown["balanced"] is True
    assert [(each["kind"], each["outside"]) for each in shown["entries"]] == [
        ("payment", None),
        ("refund", "bank_transfer"),
    ]
    [refund] = (await shop.payment(payment["id"]))["refunds"]
    assert (refund["state"], refund["outside"]) == ("succeeded", "bank_transfer")
    assert shop.paid_back(payment) == 0, "nothing went back through the provider"


async def test_what_is_left_of_the_payment_is_less_by_it(shop: Any) -> None:
    order, _ = await shop.paid()
    await shop.open_case(order, 2, case_type="return_refund")
    await confirmed(shop, order, 19133)
    await shop.ask_refund(order, 10368, refund_id="refund_2")
    (failed,) = await shop.events(RefundFailed)
    assert failed.failure_code == "exceeds_payment"
    await shop.ask_refund(order, 10367, refund_id="refund_3")
    await shop.settle()
    shown = await ledger(shop, order)
    assert (shown["refunded"]["amount"], shown["kept"]["amount"], shown["balanced"]) == (29500, 0, True)


async def test_more_than_is_left_is_an_entry_that_counts_nowhere(shop: Any) -> None:
    order, _ = await shop.paid()
    await shop.open_case(order, 2, case_type="return_refund")
    await confirmed(shop, order, 29501)
    (failed,) = await shop.events(RefundFailed)
    assert (failed.refund_id, failed.failure_code) == ("offline_case_1", "exceeds_payment")
    shown = await ledger(shop, order)
    assert (shown["refunded"]["amount"], shown["entries"][-1]["effect"]) == (0, "none")


async def test_units_that_have_not_left_are_withdrawn_with_it(shop: Any) -> None:
    order, payment = await shop.paid()
    await shop.open_case(order, 3)
    await confirmed(shop, order, 29500)
    lines = shop.units(order, 3)
    done = {"refunded_minor": 29500, "currency": "CNY", "lines": lines}
    await shop.h.consume(shop.case(AfterSaleCompleted, order, **done))
    await shop.settle()
    assert (await shop.order(order["id"]))["state"] == "cancelled"
    assert len(await shop.events(OrderCancelled)) == 1
    assert len((await shop.payment(payment["id"]))["refunds"]) == 1, "nothing else goes back"


async def test_the_checker_does_not_expect_it_at_the_provider(shop: Any) -> None:
    order, _ = await shop.paid()
    await shop.open_case(order, 2, case_type="return_refund")
    await confirmed(shop, order, 19133)
    await shop.settle()
    state = await database.read("order-svc", shop.h.settings.database_url)
    assert [refund["outside"] for refund in state.refunds] == ["bank_transfer"]
    [line] = money.refunds([state], Log()).violations
    assert "row 19133, refunds 19133" in line, "the books hold it; this log is empty"
