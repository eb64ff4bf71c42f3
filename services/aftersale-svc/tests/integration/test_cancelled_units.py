"""Units that were cancelled without a case before they left: no case is about them, and the parts of the others are exact."""

from typing import Any

import pytest
from aftercare_events import CancelledLine, OrderLinesCancelled, RefundRequested
from aftersale_shop import CUP, KETTLE, Shop


async def cancelled(shop: Shop, units: int, minor: int, line_id: str = KETTLE.line_id) -> None:
    line = CancelledLine(line_id=line_id, quantity=units, amount_minor=minor)
    order = shop._order("ord_1", "seller-1", "paid")
    money = {"currency": "CNY", "amount_minor": minor, "total_minor": 0}
    await shop.harness.consume(OrderLinesCancelled(**order, cause="seller", lines=(line,), **money))


async def line_of(shop: Shop) -> dict[str, Any]:
    shown = (await shop.buyer.get("/v1/orders/ord_1/after-sale-options")).json()
    line: dict[str, Any] = shown["lines"][0]
    return line


async def test_no_case_is_about_units_that_were_cancelled(shop: Shop) -> None:
    await shop.paid()
    await cancelled(shop, 1, 9566)
    assert (await line_of(shop))["selectable_quantity"] == 2
    problem = shop.harness.problem(await shop.ask(3, type="refund_only"), 422, "quantity_exceeds_remaining")
    assert problem["remaining"] == 2
    case = await shop.case(2, type="refund_only")
    assert case["requested"]["amount"] == 28700 - 9566, "the last unit has the residue"


async def test_the_part_of_units_that_are_cancelled_beside_a_case_is_no_other_case_s(shop: Shop) -> None:
    await shop.paid()
    first = await shop.case(1, type="refund_only")
    await cancelled(shop, 1, 9567)
    second = await shop.case(1, type="refund_only")
    assert first["requested"]["amount"] + 9567 + second["requested"]["amount"] == 28700
    assert (await line_of(shop))["selectable_quantity"] == 0


async def test_the_freight_goes_back_with_the_case_about_all_that_is_left(shop: Shop) -> None:
    await shop.paid()
    await cancelled(shop, 2, 19133)
    case = await shop.case(1, type="refund_only")
    assert case["shipping_refund"]["amount"] == 800


async def test_units_taken_off_before_the_payment_are_in_no_later_copy(shop: Shop) -> None:
    await shop.created(lines=(KETTLE, CUP))
    await cancelled(shop, CUP.quantity, CUP.paid_minor, CUP.line_id)
    await shop.payment()
    shown = (await shop.buyer.get("/v1/orders/ord_1/after-sale-options")).json()
    assert [line["selectable_quantity"] for line in shown["lines"]] == [3, 0]


async def test_a_case_about_units_that_are_cancelled_is_closed_for_good(shop: Shop) -> None:
    await shop.paid()
    case = await shop.case(3, type_="refund_only")
    await cancelled(shop, 1, 9566)
    closed = await shop.get(case["id"])
    assert (closed["state"], closed["close_cause"]) == ("closed", "units_cancelled")
    assert await shop.complaint(case["id"]) is None
    assert (await shop.case(2, type_="refund_only"))["requested"]["amount"] == 28700 - 9566


async def test_a_disputed_case_about_cancelled_units_ends_with_its_dispute(shop: Shop) -> None:
    await shop.paid()
    case = await shop.case(3, type_="refund_only")
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await cancelled(shop, 1, 9566)
    assert (await shop.get(case["id"]))["state"] == "disputed"
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    assert (await shop.get(case["id"]))["close_cause"] == "units_cancelled"


async def test_a_closed_case_is_not_disputed_once_its_units_are_cancelled(shop: Shop) -> None:
    await shop.paid()
    case = await shop.case(3, type_="refund_only")
    await shop.act(shop.seller, case["id"], "reject", reason="reason_untrue")
    await shop.act(shop.buyer, case["id"], "accept")
    await cancelled(shop, 1, 9566)
    assert await shop.complaint(case["id"]) is None
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/dispute", json={"category": "other", "text": "?"})
    assert refused.status_code == 409, refused.text


async def judged(shop: Shop) -> tuple[str, str]:
    """A dispute before shipment that is ready for its verdict: the ids of the case and of the dispute."""
    await shop.paid()
    case = await shop.case(3, type_="refund_only")
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="说明")
    await shop.rule(dispute["id"], "take", shop.arbitrator)
    return case["id"], dispute["id"]


async def test_a_verdict_orders_no_refund_of_units_that_were_cancelled(shop: Shop) -> None:
    case_id, dispute_id = await judged(shop)
    await cancelled(shop, 1, 9566)
    amount = {"amount": {"amount": 9000, "currency": "CNY"}}
    for remedy, more in (("refund", amount), ("compensation", amount), ("return", {})):
        body = {"liable": "seller", "remedy": remedy, "grounds": "理由", **more}
        refused = await shop.arbitrator.post(f"/v1/disputes/{dispute_id}/verdict", json=body)
        problem = shop.harness.problem(refused, 422, "remedy_not_possible")
        assert set(problem["allowed"]) == {"none", "resume"}  # type: ignore[call-overload]
    assert (await shop.get(case_id))["state"] == "disputed"
    await shop.verdict(dispute_id, None, "resume")
    closed = await shop.get(case_id)
    assert (closed["state"], closed["close_cause"]) == ("closed", "units_cancelled")


async def test_a_verdict_that_waits_refunds_no_units_that_are_cancelled_meanwhile(shop: Shop) -> None:
    case_id, dispute_id = await judged(shop)
    body = {"liable": "seller", "remedy": "refund", "grounds": "理由", "takes_effect": "after_appeal_window"}
    await shop.rule(dispute_id, "verdict", shop.arbitrator, **body, amount={"amount": 9000, "currency": "CNY"})
    await cancelled(shop, 1, 9566)
    shop.clock.advance(hours=192)
    await shop.harness.run_due()
    closed = await shop.get(case_id)
    assert (closed["state"], closed["close_cause"]) == ("closed", "units_cancelled")
    assert not any(isinstance(each, RefundRequested) for each in await shop.harness.published())


@pytest.mark.parametrize(("units", "minor", "left"), [(1, 9566, 2), (2, 20000, 1), (0, 5000, 3)])
async def test_no_case_is_about_what_was_refunded_before_the_import(
    shop: Shop, units: int, minor: int, left: int
) -> None:
    line = KETTLE.model_copy(update={"refunded_quantity": units or None, "refunded_minor": minor})
    await shop.created(lines=(line,))
    await shop.payment(lines=(line,), shipping_refunded_minor=300)
    await shop.leaves({line.line_id: line.quantity})
    assert (await line_of(shop))["selectable_quantity"] == left
    case = await shop.case(left, type="return_refund")
    assert case["requested"]["amount"] == 28700 - minor


@pytest.mark.parametrize(("units", "minor", "shares"), [(1, 20000, [4350, 4350]), (0, 5000, [7900, 7900, 7900])])
async def test_units_share_what_a_refund_before_the_import_has_left(
    shop: Shop, units: int, minor: int, shares: list[int]
) -> None:
    line = KETTLE.model_copy(update={"refunded_quantity": units or None, "refunded_minor": minor})
    await shop.created(lines=(line,))
    await shop.payment(lines=(line,))
    await shop.leaves({line.line_id: line.quantity})
    asked = [(await shop.case(1, type="return_refund"))["requested"]["amount"] for _ in shares]
    assert (asked, sum(asked)) == (shares, 28700 - minor)


async def test_what_was_refunded_before_the_import_keeps_nothing_from_leaving(shop: Shop) -> None:
    """Of three units two have left and were refunded before the import; the last one can be cancelled, or leave and come back."""
    line = KETTLE.model_copy(update={"refunded_quantity": 2, "refunded_minor": 19133})
    await shop.created(lines=(line,))
    await shop.payment(lines=(line,))
    await shop.leaves({line.line_id: 2})
    shown = await line_of(shop)
    by_type = {each["type"]: each for each in shown["options"]}
    assert by_type["cancel_unshipped"]["selectable_quantity"] == 1, "it has not left"
    assert by_type["return_refund"]["selectable_quantity"] == 0, "those that have left are refunded"
    shop.harness.problem(await shop.ask(1, type_="return_refund"), 409, "units_not_sent")
    case = await shop.case(1, type_="cancel_unshipped", reason="changed_mind")
    assert case["requested"]["amount"] == 28700 - 19133


@pytest.mark.parametrize("has_left", [False, True])
async def test_what_was_withheld_of_a_unit_before_the_import_is_not_owed_to_the_next(
    shop: Shop, has_left: bool
) -> None:
    """A unit of three was refunded for 1.00 alone; the others are worth their own part."""
    part = {"quantity": 3, "paid_minor": 29700}
    if has_left:
        before = {"refunded_quantity": 1, "refunded_minor": 100}
        await shop.delivered(lines=(KETTLE.model_copy(update=part | before),))
    else:
        await shop.paid(lines=(KETTLE.model_copy(update=part),))
        await cancelled(shop, 1, 100)
    amounts = [(await shop.case(1, type="refund_only"))["requested"]["amount"] for _ in range(2)]
    assert amounts == [9900, 9900]
