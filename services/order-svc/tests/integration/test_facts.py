"""Decisions follow the facts in events, not the names of other services' types and states."""

import pytest
from aftercare_events import (
    AfterSaleRejected,
    AfterSaleRequested,
    AfterSaleResumed,
    ParcelStatusChanged,
    RefundFailed,
)
from order_svc.domain.tracking import ParcelStatus as S


async def held(shop, order):
    return (await shop.order(order["id"]))["lines"][0]["held_quantity"]


async def request_case(shop, order, **facts):
    sale = {"lines": shop.units(order, 2), "requested_minor": 0, "currency": "CNY", "reason": "x", "stage": "x"}
    await shop.h.consume(shop.case(AfterSaleRequested, order, **sale, **facts))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"case_type": "a_newer_type", "goods": "keep"}, 2),
        ({"case_type": "a_newer_type", "goods": "a_newer_outcome"}, 0),
        ({"case_type": "refund_only", "goods": "return"}, 0),
        ({"case_type": "refund_only"}, 2),
        ({"case_type": "return_refund"}, 0),
    ],
    ids=["keeps", "newer outcome", "the fact decides", "event without the fact", "return without the fact"],
)
async def test_a_case_holds_units_where_its_goods_stay(shop, facts, expected):
    order, _ = await shop.paid()
    await request_case(shop, order, **facts)
    assert await held(shop, order) == expected


@pytest.mark.parametrize(("facts", "expected"), [({"rejected": True}, 0), ({"rejected": False}, 2), ({}, 2)])
async def test_a_resumed_case_holds_units_unless_it_goes_on_as_rejected(shop, facts, expected):
    order, _ = await shop.paid()
    await request_case(shop, order)
    await shop.h.consume(shop.case(AfterSaleRejected, order, reason="outside_window"))
    await shop.h.consume(shop.case(AfterSaleResumed, order, dispute_id="disp_1", state="a_newer_state", **facts))
    assert await held(shop, order) == expected


@pytest.mark.parametrize(("facts", "is_paid"), [({"before_shipment": True}, False), ({"before_shipment": False}, True)])
async def test_a_refund_before_shipment_is_refused_once_units_have_left(shop, facts, is_paid):
    order, payment = await shop.paid()
    await shop.ship(order, 3)
    await request_case(shop, order)
    await shop.ask_refund(order, 19133, **facts)
    await shop.settle()
    assert shop.paid_back(payment) == (19133 if is_paid else 0)
    refused = [(event.failure_code, event.already_shipped) for event in await shop.events(RefundFailed)]
    assert refused == ([] if is_paid else [("units_shipped", True)])


async def test_other_refusals_of_a_refund_are_not_because_of_shipped_units(shop):
    order, _ = await shop.paid()
    await request_case(shop, order)
    await shop.ask_refund(order, 10**9, before_shipment=True)
    assert [event.already_shipped for event in await shop.events(RefundFailed)] == [False]


async def test_a_parcels_events_state_whether_it_was_scanned_and_delivered(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 3)
    await shop.scan(S.IN_TRANSIT)
    await shop.scan(S.DELIVERED, hours=1)
    facts = [(event.scanned, event.delivered) for event in await shop.events(ParcelStatusChanged)]
    assert facts == [(True, False), (True, True)]


async def test_a_case_that_a_build_before_the_fact_has_copied_gets_it_from_its_next_event(shop):
    order, _ = await shop.paid()
    await request_case(shop, order)
    await shop.h.consume(shop.case(AfterSaleRejected, order, reason="outside_window"))
    await shop.h.runtime.pool.execute("UPDATE cases SET keeps_goods = NULL")
    await shop.h.consume(shop.case(AfterSaleResumed, order, dispute_id="disp_1", rejected=False))
    assert await held(shop, order) == 2
