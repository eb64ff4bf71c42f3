"""What couriers report late, or twice, undoes nothing that was decided or reported meanwhile."""

from collections.abc import Callable

import pytest
from aftersale_svc.commands.cases import reviews
from aftersale_svc.commands.goods import replacements, returns
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.model import Case, CaseState
from aftersale_svc.domain.cases.replacements.codes import ReplacementAnomaly
from aftersale_svc.domain.orders.model import Order
from case_walk import ADDRESS, CASE, PARCEL, SENT, inspect, parcel, replacement
from one_case import OneCase


@pytest.fixture
def exchange(a_case: Callable[..., Case], an_order: Callable[..., Order]) -> OneCase:
    return OneCase(a_case(type=CaseType.EXCHANGE), an_order())


async def replaced(exchange: OneCase) -> None:
    """The merchant has the goods, has accepted them, and has sent others."""
    await exchange.do("seller", lambda tx: reviews.approve(tx, CASE, return_address=ADDRESS))
    await exchange.do("buyer", lambda tx: returns.ship(tx, CASE, **PARCEL))
    await exchange.do("seller", lambda tx: returns.receive(tx, CASE))
    await exchange.do("seller", inspect(2))
    await exchange.do("seller", lambda tx: replacements.ship(tx, CASE, **SENT))


async def test_goods_that_were_inspected_do_not_arrive_again(exchange: OneCase) -> None:
    await replaced(exchange)
    await exchange.do("buyer", lambda tx: replacements.report_anomaly(tx, CASE, anomaly=ReplacementAnomaly.DAMAGED))
    assert (await exchange.do("system", parcel(delivered=True))).state is CaseState.MANUAL_REVIEW


@pytest.mark.parametrize("anomaly", [each for each in ReplacementAnomaly if each != ReplacementAnomaly.NOT_RECEIVED])
async def test_what_the_buyer_has_reported_of_the_goods_stays_with_an_agent(
    exchange: OneCase, anomaly: ReplacementAnomaly
) -> None:
    await replaced(exchange)
    await exchange.do("buyer", lambda tx: replacements.report_anomaly(tx, CASE, anomaly=anomaly))
    assert (await exchange.do("system", replacement("delivered"))).state is CaseState.MANUAL_REVIEW


async def test_goods_that_were_missed_arrive_after_all(exchange: OneCase) -> None:
    await replaced(exchange)
    missed = ReplacementAnomaly.NOT_RECEIVED
    await exchange.do("buyer", lambda tx: replacements.report_anomaly(tx, CASE, anomaly=missed))
    assert (await exchange.do("system", replacement("delivered"))).state is CaseState.RESHIP_IN_TRANSIT


async def test_goods_that_are_being_repaired_do_not_arrive_again(
    a_case: Callable[..., Case], an_order: Callable[..., Order]
) -> None:
    repair = OneCase(a_case(type=CaseType.REPAIR), an_order())
    await repair.do("seller", lambda tx: reviews.approve(tx, CASE, return_address=ADDRESS))
    await repair.do("buyer", lambda tx: returns.ship(tx, CASE, **PARCEL))
    assert (await repair.do("seller", lambda tx: returns.receive(tx, CASE))).state is CaseState.IN_REPAIR
    assert (await repair.wait()).state is CaseState.MANUAL_REVIEW
    assert (await repair.do("system", parcel(delivered=True))).state is CaseState.MANUAL_REVIEW
