"""Which units go back to the buyer, and when a hold ends that nothing was sent for."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from aftercare_events import ReplacementOrdered
from aftercare_events.catalogue.fast_exchanges import HoldReleased
from aftersale_svc.commands import locking
from aftersale_svc.commands.cases import endings, reviews, type_changes
from aftersale_svc.commands.disputes import disputes, openings
from aftersale_svc.commands.goods import exchanges, fast_exchanges, replacements, returns
from aftersale_svc.domain.cases.codes import CaseType, RejectReason
from aftersale_svc.domain.cases.model import Case, CaseState
from aftersale_svc.domain.cases.money_holds.errors import HoldNotAgreed
from aftersale_svc.domain.disputes.model import Opening, Remedy
from aftersale_svc.domain.orders.model import Order
from case_walk import ADDRESS, CASE, DISPUTE, PARCEL, SENT, decide, inspect
from memory_transaction import MemoryTransaction
from one_case import OneCase

Cases = Callable[[CaseType], OneCase]


@pytest.fixture
def a_walk(a_case: Callable[..., Case], an_order: Callable[..., Order]) -> Cases:
    return lambda type_: OneCase(a_case(type=type_), an_order())


async def refused(walk: OneCase) -> dict[str, int]:
    tx = MemoryTransaction(walk.snapshot, "seller", walk.now, walk.settings)
    return (await locking.case(tx, CASE)).refused_units  # type: ignore[arg-type]


async def sent_back(walk: OneCase) -> None:
    """The goods are with the merchant."""
    if walk.snapshot.return_ is None or walk.snapshot.return_.address is None:
        await walk.do("seller", lambda tx: returns.set_address(tx, CASE, address=ADDRESS))
    await walk.do("buyer", lambda tx: returns.ship(tx, CASE, **PARCEL))
    await walk.do("seller", lambda tx: returns.receive(tx, CASE))


async def test_units_are_refused_of_a_fast_exchange_for_which_nothing_was_sent(a_walk: Cases) -> None:
    walk = a_walk(CaseType.FAST_EXCHANGE)
    await walk.do("buyer", lambda tx: fast_exchanges.agree(tx, CASE))
    await walk.do("seller", lambda tx: reviews.approve(tx, CASE, return_address=ADDRESS))
    await walk.do("seller", lambda tx: replacements.no_stock(tx, CASE))
    await sent_back(walk)
    assert (await walk.do("seller", inspect(1))).state is CaseState.REFUNDING
    assert await refused(walk) == {"line_1": 1}


async def test_a_hold_ends_where_something_else_is_asked_for(a_walk: Cases) -> None:
    walk = a_walk(CaseType.FAST_EXCHANGE)
    await walk.do("buyer", lambda tx: fast_exchanges.agree(tx, CASE))
    await walk.do("buyer", lambda tx: type_changes.change(tx, CASE, type_=CaseType.RETURN_REFUND))
    assert [each.amount_minor for each in walk.events if isinstance(each, HoldReleased)] == [19133]
    await walk.do("seller", lambda tx: reviews.approve(tx, CASE, return_address=ADDRESS))
    await sent_back(walk)
    await walk.do("seller", inspect(1))
    assert await refused(walk) == {"line_1": 1}


async def test_goods_that_are_not_those_of_a_repair_go_back(a_walk: Cases) -> None:
    walk = a_walk(CaseType.REPAIR)
    await walk.do("seller", lambda tx: reviews.approve(tx, CASE, return_address=ADDRESS))
    await sent_back(walk)
    await walk.do("seller", lambda tx: reviews.reject(tx, CASE, reason=RejectReason.NOT_OUR_ITEM))
    await walk.do("buyer", lambda tx: endings.accept(tx, CASE))
    assert await refused(walk) == {"line_1": 2}
    done = await walk.do("seller", lambda tx: exchanges.return_refused(tx, CASE, **SENT))
    assert done.state is CaseState.CLOSED


async def test_goods_for_which_the_buyer_gets_nothing_go_back(a_walk: Cases) -> None:
    walk = a_walk(CaseType.RETURN_REFUND)
    await walk.do("seller", lambda tx: reviews.approve(tx, CASE, return_address=ADDRESS))
    await sent_back(walk)
    assert await refused(walk) == {}
    await walk.do("agent", lambda tx: openings.open_(tx, CASE, opening=Opening("no_answer", "?", [])))
    await walk.do("seller", lambda tx: disputes.answer(tx, DISPUTE, text="?"))
    assert (await walk.do("arbitrator", decide(Remedy.NONE))).state is CaseState.CLOSED
    assert await refused(walk) == {"line_1": 2}


async def test_goods_that_an_agent_gives_up_in_a_repair_go_back(a_walk: Cases) -> None:
    walk = a_walk(CaseType.REPAIR)
    await walk.do("seller", lambda tx: reviews.approve(tx, CASE, return_address=ADDRESS))
    await sent_back(walk)
    await walk.wait()
    await walk.do("agent", lambda tx: endings.close(tx, CASE))
    assert await refused(walk) == {"line_1": 2}


async def test_goods_that_were_replaced_stay_with_the_merchant(a_walk: Cases) -> None:
    walk = a_walk(CaseType.EXCHANGE)
    await walk.do("seller", lambda tx: reviews.approve(tx, CASE, return_address=ADDRESS))
    await sent_back(walk)
    await walk.do("seller", inspect(1))
    await walk.do("seller", lambda tx: replacements.ship(tx, CASE, **SENT))
    await walk.wait()
    await walk.do("agent", lambda tx: endings.close(tx, CASE))
    assert await refused(walk) == {"line_1": 1}


async def test_what_is_asked_for_instead_of_a_withdrawn_replacement_is_owed_afresh(a_walk: Cases) -> None:
    walk = a_walk(CaseType.FAST_EXCHANGE)
    await walk.do("buyer", lambda tx: fast_exchanges.agree(tx, CASE))
    await walk.do("seller", lambda tx: reviews.approve(tx, CASE, return_address=ADDRESS))
    await walk.wait()  # the merchant is late
    await walk.do("buyer", lambda tx: replacements.take_refund(tx, CASE))
    await walk.do("buyer", lambda tx: type_changes.change(tx, CASE, type_=CaseType.EXCHANGE))
    await walk.do("seller", lambda tx: reviews.approve(tx, CASE))
    await sent_back(walk)
    owed = await walk.do("seller", inspect(2))
    assert (owed.state, owed.whose_turn) == (CaseState.AWAIT_RESHIP, "merchant")
    assert any(isinstance(each, ReplacementOrdered) for each in walk.events)


async def test_a_hold_that_has_ended_is_agreed_to_again(a_walk: Cases) -> None:
    walk = a_walk(CaseType.FAST_EXCHANGE)
    permitted = replace(walk.snapshot.order, settings={"fast_exchange": ["fex_1", 1, {"allowed": True}]})
    walk.snapshot = replace(walk.snapshot, order=permitted)
    await walk.do("buyer", lambda tx: fast_exchanges.agree(tx, CASE))
    await walk.do("buyer", lambda tx: type_changes.change(tx, CASE, type_=CaseType.RETURN_REFUND))
    await walk.do("buyer", lambda tx: type_changes.change(tx, CASE, type_=CaseType.FAST_EXCHANGE))
    await walk.do("seller", lambda tx: reviews.approve(tx, CASE, return_address=ADDRESS))
    with pytest.raises(HoldNotAgreed):
        await walk.do("seller", lambda tx: replacements.ship(tx, CASE, **SENT))
    await walk.do("buyer", lambda tx: fast_exchanges.agree(tx, CASE))
    assert walk.snapshot.sent["money_holds"].released_at is None
