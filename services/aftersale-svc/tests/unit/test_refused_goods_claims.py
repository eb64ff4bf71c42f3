"""Claims to refused goods: each place of theirs leads to an end, and their units are bound exactly once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aftercare_chassis.lifecycle import NOBODY, NOT_IN_THIS_STATE, Actor, SystemContext
from aftersale_svc.commands.goods import refused_goods, refused_goods_deliveries
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.refused_goods.codes import NothingOwedReason, RefusedGoodsAction, RefusedGoodsState
from aftersale_svc.domain.cases.requests import Wanted
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.claims.parties import ClaimFacts
from aftersale_svc.domain.money.allocation import allocate_lines, next_share
from aftersale_svc.domain.money.codes import HoldState
from aftersale_svc.domain.money.errors import UnitsInLiveCase, UnitsNotBack
from aftersale_svc.domain.money.holds import balances
from aftersale_svc.domain.money.model import LineHold
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.domain.refused_goods.lifecycle import REFUSED_GOODS_CLAIM
from aftersale_svc.domain.refused_goods.model import RefusedGoodsClaim
from aftersale_svc.domain.wording import refused_goods as wording
from aftersale_svc.domain.wording.actions import WHY_NOT
from aftersale_svc.domain.wording.claims import explain
from aftersale_svc.domain.wording.states import TURN_NAMES
from claim_walk import CLAIM, NOW, Command, explore, stuck
from hypothesis import given
from hypothesis import strategies as st


def a_claim(**changes: Any) -> RefusedGoodsClaim:
    claim = RefusedGoodsClaim(
        id=CLAIM,
        version=1,
        case_id="case_1",
        order_id="ord_1",
        buyer_id="buyer-1",
        merchant_id="m-1",
        opened_by="system",
        state=RefusedGoodsState.AWAIT_DISPATCH,
        whose_turn=NOBODY,
        deadline_at=None,
        lines=[{"line_id": "line_1", "quantity": 1}],
        evidence=[],
        claimed_minor=9567,
        currency="CNY",
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(claim, **changes)


async def send(tx: Any) -> object:
    return await refused_goods.send(tx, tx.claim, carrier="zto", waybill_no="732")


async def arrives(tx: Any) -> object:
    """The courier reports the delivery of what is in a parcel."""
    is_reported = tx.actor.role == "system" and tx.claim.waybill_no is not None
    return await refused_goods_deliveries.arrived(tx, tx.claim) if is_reported else None


async def correct(tx: Any) -> object:
    return await refused_goods.correct_waybill(tx, tx.claim, carrier="zto", waybill_no="733")


PEOPLE: dict[str, Command] = {
    "send": send,
    "correct": correct,
    "arrive": arrives,
    "report as not received": lambda tx: refused_goods_deliveries.report_not_received(tx, CLAIM),
    "confirm": lambda tx: refused_goods_deliveries.confirm(tx, CLAIM),
    "report lost": lambda tx: refused_goods_deliveries.report_lost(tx, CLAIM),
    "order the dispatch": lambda tx: refused_goods.order_dispatch(tx, CLAIM),
    "compensate": lambda tx: refused_goods.compensate(tx, CLAIM, amount_minor=1, currency="CNY"),
    "decline": lambda tx: refused_goods.decline(tx, CLAIM, reason=NothingOwedReason.GOODS_WORTHLESS, note="because"),
    "keep": lambda tx: refused_goods.keep(tx, CLAIM, evidence=["sha256:1"], note="agreed"),
    "abandon": lambda tx: refused_goods.abandon(tx, CLAIM),
    "record the payment": lambda tx: refused_goods.record_payment(tx, CLAIM, reference="x"),
}


async def test_every_place_of_a_claim_leads_to_an_end(acting: Callable[..., SystemContext]) -> None:
    def facts(claim: RefusedGoodsClaim) -> object:
        return claim.state, claim.owed_minor, claim.waybill_no, claim.reason, claim.contested_at

    first = REFUSED_GOODS_CLAIM.start(a_claim(), acting())
    timer = refused_goods.STEPS.timer.act
    graph, places = await explore(first, PEOPLE, timer, facts, ("buyer", "seller", "agent", "system"))
    ends = {place for place, claim in places.items() if claim.state in REFUSED_GOODS_CLAIM.ends}
    assert not stuck(graph, ends)
    # A claim is withdrawn by its case alone.
    assert {claim.state for claim in places.values()} == set(RefusedGoodsState) - {RefusedGoodsState.WITHDRAWN}
    for claim in places.values():
        assert (claim.deadline_at is None) == (claim.whose_turn == NOBODY) == (claim.state in REFUSED_GOODS_CLAIM.ends)


def test_no_report_of_a_courier_ends_a_claim_before_the_buyer_could_object() -> None:
    table = REFUSED_GOODS_CLAIM
    against = {RefusedGoodsState.DELIVERED}
    by_system = {
        state
        for (state, _), row in table.transitions.items()
        if "system" in row.permission.roles and table.targets(row) & against
    }
    assert by_system == {RefusedGoodsState.AWAIT_CONFIRMATION}
    for state in by_system:
        assert {each.turn for each in table.alternatives(state)} == {"buyer"}
        assert RefusedGoodsAction.REPORT_NOT_RECEIVED in table.possible(state, "buyer")


@pytest.mark.parametrize("party", [{"buyer_id": "me"}, {"merchant_id": "me"}, {"party_ids": ["me"]}])
def test_a_party_decides_nothing_for_the_platform(party: dict[str, Any]) -> None:
    me = Actor("me", "agent")
    decided = [
        (state, action)
        for (state, action), row in REFUSED_GOODS_CLAIM.transitions.items()
        if "agent" in row.permission.roles
    ]
    assert len(decided) == 23
    for state, action in decided:
        claim = a_claim(state=state, owed_minor=1, **party)
        assert not REFUSED_GOODS_CLAIM.permits(claim, action, me, ClaimFacts(me)), (state, action)


def test_every_code_of_a_claim_has_its_words(acting: Callable[..., SystemContext]) -> None:
    table = REFUSED_GOODS_CLAIM
    timeouts = [each for state in table.timeouts for each in table.alternatives(state)]
    whys = {row.permission.why_not for row in table.transitions.values()} - {NOT_IN_THIS_STATE}
    whys |= {guard.code for row in table.transitions.values() for guard in row.guards}
    needed: list[tuple[Any, set[Any]]] = [
        (wording.REFUSED_GOODS_STATES, set(RefusedGoodsState)),
        (wording.REFUSED_GOODS_ACTIONS, {action for _, action in table.transitions}),
        (wording.REFUSED_GOODS_EFFECTS, {timeout.effect for timeout in timeouts}),
        (wording.NOTHING_OWED, set(NothingOwedReason)),
        (TURN_NAMES, {timeout.turn for timeout in timeouts}),
        ({**WHY_NOT, **wording.REFUSED_GOODS_WHY_NOT}, whys),
    ]
    for labels, codes in needed:
        assert codes <= labels.keys()
        assert all(label.zh and label.en for label in labels.values())
    found = explain(wording.REFUSED_GOODS_WORDS, a_claim(state=RefusedGoodsState.LOST), acting("seller"))
    assert found.what.en == "1 unit to be given back to the buyer"
    assert found.money.en == "95.67 CNY was paid for the goods"


def of_case(number: int, **facts: Any) -> LineHold:
    known = {"line_id": "line_1", "sku": "X", "quantity": 9, "paid_minor": 1000, "shipped_quantity": 9}
    return LineHold(**known, case_id=f"case_{number}", type=CaseType.RETURN_REFUND, **facts)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=3), st.integers(1, 9))
def test_refused_units_are_bound_once_and_bind_no_money(of_cases: list[tuple[int, int, bool]], wanted: int) -> None:
    """Each case has accepted and refused units; its refund is in flight, or paid. What is left costs the same in any order."""
    holds, taken, paid = [], 0, 0
    for number, (accepted, refused, in_flight) in enumerate(of_cases):
        units = accepted + refused if in_flight else accepted
        amount = 1000 * (taken + units) // 9 - paid
        state = HoldState.HELD if in_flight else HoldState.SETTLED
        holds.append(
            of_case(number, hold=state, units=units, amount_minor=amount, accepted=accepted, refused_units=refused)
        )
        taken, paid = taken + units, paid + amount
    bound = sum(refused for _, refused, in_flight in of_cases if not in_flight)
    if taken + bound > 9:
        return
    [balance] = balances(holds or [of_case(0)])
    assert balance.free_units == 9 - taken - bound
    expected = None if wanted <= 9 - taken - bound else UnitsNotBack if wanted <= 9 - taken else UnitsInLiveCase
    asked = [Wanted("line_1", wanted)]
    settled = sum(accepted for accepted, _, in_flight in of_cases if not in_flight)
    if wanted > 9 - settled:
        return  # more than remain
    if expected is not None:
        with pytest.raises(expected):
            allocate_lines("case_9", TYPES[CaseType.REFUND_ONLY], Stage.POST_RECEIPT, [balance], asked)
        return
    assert next_share(balance, wanted) == 1000 * (taken + wanted) // 9 - paid


def test_what_an_exchange_keeps_of_refused_units_is_not_bound_twice() -> None:
    """The buyer has the replacement, and the money of the refused unit stays with the merchant: the case has settled it."""
    claimed = of_case(1, hold=HoldState.SETTLED, units=1, amount_minor=111, accepted=1, refused_units=1)
    [balance] = balances([replace(claimed, type=CaseType.FAST_EXCHANGE, difference_minor=0)])
    assert (balance.free_units, balance.bound_units) == (8, 0)
