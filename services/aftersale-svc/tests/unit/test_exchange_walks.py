"""Exchanges step by step with the real commands: what a price leads to, whatever becomes of the case after it was named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from aftercare_chassis.lifecycle import SystemContext
from aftersale_svc.commands.cases import offers, reviews
from aftersale_svc.commands.goods import exchanges, replacements, returns
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.exchanges.errors import PriceTooHigh
from aftersale_svc.domain.cases.exchanges.model import Price, ReplacementLine
from aftersale_svc.domain.cases.lifecycle import of
from aftersale_svc.domain.cases.model import Case, CaseLine, CaseState
from aftersale_svc.domain.cases.offers.model import OfferTerms
from aftersale_svc.domain.cases.replacements.errors import RefundNotOffered
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.holds import holds_of
from aftersale_svc.domain.orders.model import Order
from case_walk import ADDRESS, CASE, PARCEL, SENT, SETTINGS, Command, inspect, replacement, timer_of_case
from memory_transaction import NOW, MemoryTransaction, Snapshot


class Walk:
    """One exchange of two units that were paid with 191.33."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot, self.now = snapshot, NOW

    async def do(self, role: str, command: Command) -> Case:
        tx = MemoryTransaction(self.snapshot, role, self.now, SETTINGS)
        await command(tx)
        self.snapshot = tx.snapshot
        return self.snapshot.case

    async def wait(self) -> Case:
        """Until the deadline, and for what its timer does."""
        assert self.snapshot.case.deadline_at is not None
        self.now = self.snapshot.case.deadline_at
        return await self.do("system", timer_of_case)

    async def back(self) -> Case:
        """The goods are with the merchant, and accepted."""
        await self.do("seller", lambda tx: reviews.approve(tx, CASE, return_address=ADDRESS))
        await self.do("buyer", lambda tx: returns.ship(tx, CASE, **PARCEL))
        await self.do("seller", lambda tx: returns.receive(tx, CASE))
        return await self.do("seller", inspect(2))


def name(minor: int) -> Command:
    return lambda tx: exchanges.price(tx, CASE, prices=[Price("line_1", minor, "CNY")])


@pytest.fixture
def walk(a_case: Callable[..., Case], an_order: Callable[..., Order], acting: Callable[..., SystemContext]) -> Walk:
    case = a_case(type=CaseType.EXCHANGE)
    line = CaseLine(
        case_id=case.id,
        line_id="line_1",
        sku="KETTLE-1",
        quantity=2,
        amount_minor=19133,
        line_units=2,
        line_paid_minor=19133,
        units_before=0,
    )
    [hold] = holds_of([line], TYPES[CaseType.EXCHANGE])
    wanted = ReplacementLine(case_id=case.id, line_id="line_1", sku="KETTLE-2")
    return Walk(Snapshot(an_order(), of(case).start(case, acting()), line, hold, sent={"replacement_lines": wanted}))


@pytest.mark.parametrize("price", [5_000, 20_000])
@pytest.mark.parametrize("type_", [CaseType.RESHIP_PARTS, CaseType.RETURN_REFUND, CaseType.REFUND_ONLY])
async def test_a_price_is_gone_with_the_exchange(walk: Walk, price: int, type_: CaseType) -> None:
    await walk.wait()  # approved without an address
    await walk.do("seller", name(price))
    assert (await walk.wait()).state is CaseState.MANUAL_REVIEW
    await walk.do("agent", lambda tx: offers.make(tx, CASE, terms=OfferTerms(type_), return_address=ADDRESS))
    accepted = await walk.do("buyer", lambda tx: offers.accept(tx, CASE))
    assert accepted.type is type_
    assert accepted.difference_minor is None
    if type_ is CaseType.RESHIP_PARTS:
        await walk.do("seller", lambda tx: replacements.ship(tx, CASE, **SENT))
        await walk.do("system", replacement("delivered"))
        done = await walk.do("buyer", lambda tx: replacements.confirm(tx, CASE))
        assert done.state is CaseState.COMPLETED


@pytest.mark.parametrize("price", [5_000, 9_566])
async def test_a_price_gives_the_merchant_no_more_time_to_send(walk: Walk, price: int) -> None:
    owed = await walk.back()
    assert owed.deadline_at is not None
    walk.now = owed.deadline_at - timedelta(minutes=1)
    priced = await walk.do("seller", name(price))
    assert (priced.whose_turn, priced.deadline_at) == ("merchant", owed.deadline_at)
    late = await walk.wait()
    assert late.whose_turn == "buyer"
    assert (await walk.do("seller", name(price + 1))).whose_turn == "buyer"
    assert (await walk.do("buyer", lambda tx: replacements.take_refund(tx, CASE))).state is CaseState.REFUNDING


async def test_the_buyer_has_the_whole_time_to_think_about_each_price(walk: Walk) -> None:
    await walk.back()
    first = await walk.do("seller", name(20_000))
    assert first.deadline_at is not None
    walk.now = first.deadline_at - timedelta(minutes=1)
    second = await walk.do("seller", name(30_000))
    assert (second.whose_turn, second.deadline_at) == ("buyer", walk.now + (first.deadline_at - NOW))
    cheaper = await walk.do("seller", name(5_000))
    assert cheaper.whose_turn == "merchant"


async def test_a_price_that_no_column_takes_is_refused(walk: Walk) -> None:
    await walk.wait()
    many = replace(walk.snapshot.line, quantity=1_000_000, line_units=1_000_000)
    walk.snapshot = replace(walk.snapshot, line=many)
    with pytest.raises(PriceTooHigh) as refused:
        await walk.do("seller", name(10**13))
    assert (refused.value.pointer, refused.value.facts["most"]) == ("/prices", 10**13)


async def test_who_raises_a_price_and_lowers_it_again_leaves_the_buyer_the_choice(walk: Walk) -> None:
    await walk.back()
    await walk.do("seller", name(5_000))
    with pytest.raises(RefundNotOffered):
        await walk.do("buyer", lambda tx: replacements.take_refund(tx, CASE))
    await walk.do("seller", name(20_000))
    await walk.do("seller", name(5_000))
    assert (await walk.do("buyer", lambda tx: replacements.take_refund(tx, CASE))).state is CaseState.REFUNDING
