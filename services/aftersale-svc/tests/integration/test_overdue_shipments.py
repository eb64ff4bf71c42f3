"""What the merchant has not shipped in time: suggested as the reason of a request, and a fact of decisions."""

from datetime import datetime, timedelta
from typing import Any

from aftercare_events import CancelledLine, OrderLinesCancelled, OrderShipmentOverdue, ShippedLine
from aftersale_shop import CUP, KETTLE, RETURN_ADDRESS, Shop


async def overdue(shop: Shop, *line_ids: str, state: str = "paid", hours_ago: int = 1) -> datetime:
    """order-svc publishes that these lines were to leave an hour ago; the time."""
    ship_by_at = shop.clock.now() - timedelta(hours=hours_ago)
    lines = tuple(ShippedLine(line_id=each, quantity=1) for each in line_ids)
    order = shop._order("ord_1", "system", state)
    await shop.harness.consume(OrderShipmentOverdue(**order, ship_by_at=ship_by_at, lines=lines))
    assert await shop.harness.parked() == []
    return ship_by_at


async def shown(shop: Shop) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = (await shop.buyer.get("/v1/orders/ord_1/after-sale-options")).json()["lines"]
    return lines


async def test_what_is_overdue_suggests_its_reason_until_it_has_left(shop: Shop) -> None:
    await shop.paid(lines=(KETTLE, CUP))
    kettle, cup = await shown(shop)
    assert (kettle["overdue"], kettle["suggested_reasons"]) == (None, [])
    since = await overdue(shop, KETTLE.line_id)
    kettle, cup = await shown(shop)
    assert kettle["suggested_reasons"] == ["not_shipped_in_time"]
    assert datetime.fromisoformat(kettle["overdue"]["ship_by_at"]) == since
    assert "前发货" in kettle["overdue"]["message"]["zh_cn"]
    assert "To be shipped by" in kettle["overdue"]["message"]["en"]
    assert (cup["overdue"], cup["suggested_reasons"]) == (None, []), "its time has not passed"
    await shop.leaves({KETTLE.line_id: KETTLE.quantity - 1})
    assert (await shown(shop))[0]["suggested_reasons"] == ["not_shipped_in_time"], "one has not left"
    await shop.leaves({KETTLE.line_id: 1}, parcel_id="par_2")
    kettle, _ = await shown(shop)
    assert (kettle["overdue"], kettle["suggested_reasons"]) == (None, [])


async def test_the_first_time_that_was_missed_counts(shop: Shop) -> None:
    await shop.paid()
    since = await overdue(shop, KETTLE.line_id, hours_ago=3)
    await overdue(shop, KETTLE.line_id)
    [kettle] = await shown(shop)
    assert datetime.fromisoformat(kettle["overdue"]["ship_by_at"]) == since


async def test_units_that_were_cancelled_are_not_overdue(shop: Shop) -> None:
    await shop.paid()
    await overdue(shop, KETTLE.line_id)
    line = CancelledLine(line_id=KETTLE.line_id, quantity=KETTLE.quantity, amount_minor=KETTLE.paid_minor)
    money = {"currency": "CNY", "amount_minor": KETTLE.paid_minor, "total_minor": 0}
    order = shop._order("ord_1", "seller-1", "paid")
    await shop.harness.consume(OrderLinesCancelled(**order, cause="seller", lines=(line,), **money))
    [kettle] = await shown(shop)
    assert (kettle["overdue"], kettle["suggested_reasons"]) == (None, [])


async def test_the_missed_time_is_a_fact_of_the_decision(shop: Shop) -> None:
    await shop.paid(lines=(KETTLE, CUP))
    case = await shop.case(1, type_="refund_only", reason="not_shipped_in_time")
    since = await overdue(shop, KETTLE.line_id, CUP.line_id)
    await shop.act(shop.seller, case["id"], "approve")
    [decision] = (await shop.seller.get(f"/v1/cases/{case['id']}/decisions")).json()["data"]
    [line] = decision["facts"]["lines"]
    assert (line["line_id"], datetime.fromisoformat(line["overdue_since"])) == (KETTLE.line_id, since)


async def test_a_rule_that_decides_at_once_records_it_too(shop: Shop) -> None:
    await shop.paid()
    since = await overdue(shop, KETTLE.line_id)
    body = {"rules": [{"id": "all", "when": {}, "outcome": "approve", "return_address": RETURN_ADDRESS}]}
    assert (await shop.seller.put("/v1/merchants/m-1/case-rules", json=body)).status_code == 200
    case = await shop.case(1, type_="refund_only", reason="not_shipped_in_time")
    [decision] = (await shop.seller.get(f"/v1/cases/{case['id']}/decisions")).json()["data"]
    assert datetime.fromisoformat(decision["facts"]["lines"][0]["overdue_since"]) == since


async def test_what_was_in_time_is_no_fact(shop: Shop) -> None:
    await shop.paid()
    case = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, case["id"], "approve")
    [decision] = (await shop.seller.get(f"/v1/cases/{case['id']}/decisions")).json()["data"]
    assert "overdue_since" not in decision["facts"]["lines"][0]
