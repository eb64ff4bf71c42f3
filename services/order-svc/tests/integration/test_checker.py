"""The checker on this service's database: no violation in sound rows, and each one that a test introduces."""

from typing import Any

import pytest
from aftercare_checker import database, money, postings, units
from aftercare_checker.log import Log


async def read(shop: Any) -> list[database.DatabaseState]:
    return [await database.read("order-svc", shop.h.settings.database_url)]


async def busy(shop: Any) -> None:
    """Of three units, one is shipped, one is refunded before its shipment and one is held by a case."""
    order, _ = await shop.paid()
    await shop.ship(order, 1)
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 9567)
    await shop.settle()
    await shop.open_case(order, 1, case_id="case_2")


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE order_lines SET quantity = 2, paid_minor = 18800", "of 2, shipped, withdrawn and held are (1, 1, 1)"),
        ("UPDATE parcel_lines SET quantity = 2", "adds up to (2, 1, 1)"),
        ("UPDATE parcels SET leg = 'return'", "adds up to (0, 1, 1)"),
        ("UPDATE case_lines SET withdrawn_quantity = 0", "adds up to (1, 0, 1)"),
        ("UPDATE case_lines SET held_quantity = 0", "adds up to (1, 1, 0)"),
        ("UPDATE cases SET state = 'ended' WHERE id = 'case_2'", "1 held by cases that have ended"),
    ],
)
async def test_each_violation_of_units_is_found_and_no_other(shop: Any, statement: str, message: str) -> None:
    await busy(shop)
    assert units.shipped(await read(shop), Log()).violations == []
    await shop.h.runtime.pool.execute(statement)
    [line] = units.shipped(await read(shop), Log()).violations
    assert message in line


async def test_a_case_that_has_ended_may_hold_units_until_its_refund_is_decided(shop: Any) -> None:
    await busy(shop)
    await shop.h.runtime.pool.execute("UPDATE cases SET state = 'ended', refunding = true WHERE id = 'case_2'")
    assert units.shipped(await read(shop), Log()).violations == []


async def test_payments_and_refunds_are_read_with_their_currency(shop: Any) -> None:
    await busy(shop)
    [state] = await read(shop)
    payment, refund = state.payments[0], state.refunds[0]
    assert (payment["state"], payment["amount_minor"], payment["refunded_minor"]) == ("succeeded", 29500, 9567)
    assert (refund["state"], refund["amount_minor"], refund["case_id"]) == ("succeeded", 9567, "case_1")
    assert payment["currency"] == refund["currency"] == "CNY"
    [line] = money.refunds([state], Log()).violations
    assert line == f"{payment['id']}: paid 29500, row 9567, refunds 9567, log 0"


async def test_postings_are_compared_with_the_rows(shop: Any) -> None:
    await busy(shop)
    result = postings.posted(await read(shop))
    assert (result.violations, result.checked) == ([], 1)
    await shop.h.runtime.pool.execute("UPDATE refunds SET amount_minor = amount_minor + 1")
    [line] = postings.posted(await read(shop)).violations
    assert line.endswith("refunds_paid has 9567 CNY posted, the rows have 9568")
