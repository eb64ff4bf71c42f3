"""Claims on couriers: every row of their table, every way out, amounts, parcels and words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from aftercare_chassis.lifecycle import NOT_IN_THIS_STATE, ActionNotAllowed, Actor, IllegalTransition, SystemContext
from aftersale_svc.commands.claims import courier_claims
from aftersale_svc.domain.cases.codes import CaseType, Liable, Reason
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseLine
from aftersale_svc.domain.cases.reasons import REASONS, Label
from aftersale_svc.domain.claims.parties import ClaimFacts
from aftersale_svc.domain.courier_claims.codes import (
    CourierClaimAction,
    CourierClaimCause,
    CourierClaimEnd,
    CourierClaimOrigin,
    CourierClaimState,
    CourierDeclineReason,
    ParcelLeg,
)
from aftersale_svc.domain.courier_claims.errors import ClaimExceedsValue, NothingClaimed
from aftersale_svc.domain.courier_claims.lifecycle import COURIER_CLAIM
from aftersale_svc.domain.courier_claims.model import CourierClaim, ParcelUnits
from aftersale_svc.domain.courier_claims.policy import CAUSES, at_stake, cause_of, check_claimed, outbound_parcels
from aftersale_svc.domain.deadlines.errors import DeadlinePassed
from aftersale_svc.domain.wording import courier_claims as wording
from aftersale_svc.domain.wording.actions import WHY_NOT
from aftersale_svc.domain.wording.claims import explain
from aftersale_svc.domain.wording.states import TURN_NAMES
from claim_walk import CLAIM, NOW, Command, explore, stuck

ROLES = ("buyer", "seller", "agent", "arbitrator", "supplier", "courier", "admin", "system")
ROWS = """
drafted       file          filed
declined      file          filed
filed         acknowledge   acknowledged
filed         accept        accepted
acknowledged  accept        accepted
filed         decline       declined
acknowledged  decline       declined
accepted      pay           paid
"""
TIMERS = """
drafted       lapse     abandoned
declined      lapse     abandoned
drafted       raise     drafted
declined      raise     declined
filed         escalate  filed
acknowledged  escalate  acknowledged
accepted      escalate  accepted
"""
LIVE = [state for state in CourierClaimState if state not in COURIER_CLAIM.ends]
PEOPLE: dict[str, Command] = {
    "file": lambda tx: courier_claims.file(tx, CLAIM, reference="LP-1"),
    "acknowledge": lambda tx: courier_claims.acknowledge(tx, CLAIM),
    "accept": lambda tx: courier_claims.accept(tx, CLAIM, amount_minor=100, currency="CNY"),
    "decline": lambda tx: courier_claims.decline(tx, CLAIM, reason=CourierDeclineReason.NOT_LIABLE),
    "pay": lambda tx: courier_claims.pay(tx, CLAIM, reference="B-1"),
    "abandon": lambda tx: courier_claims.abandon(tx, CLAIM),
    "add evidence": lambda tx: courier_claims.add_evidence(tx, CLAIM, evidence=["sha256:1"]),
}


def rows() -> dict[tuple[str, str], tuple[str, set[str]]]:
    people, system = {"seller", "agent"}, {"system"}
    found = [(line.split(), people) for line in ROWS.split("\n") if line]
    found += [(line.split(), system) for line in TIMERS.split("\n") if line]
    for state in LIVE:
        found += [([state, "add_evidence", state], people), ([state, "abandon", "abandoned"], people)]
    return {(state, action): (to, by) for (state, action, to), by in found}


@pytest.fixture
def a_claim(acting: Callable[..., SystemContext]) -> Callable[..., CourierClaim]:
    def claim(**more: Any) -> CourierClaim:
        values: dict[str, Any] = {
            "id": CLAIM,
            "version": 1,
            "case_id": "case_1",
            "order_id": "ord_1",
            "merchant_id": "m-1",
            "parcel_id": "par_1",
            "leg": ParcelLeg.OUTBOUND,
            "carrier": "zto",
            "waybill_no": "73001",
            "cause": CourierClaimCause.LOST,
            "origin": CourierClaimOrigin.CASE,
            "opened_by": "system",
            "state": COURIER_CLAIM.initial,
            "whose_turn": "merchant",
            "deadline_at": NOW + timedelta(hours=1),
            "evidence": [],
            "value_minor": 20000,
            "claimed_minor": 19133,
            "currency": "CNY",
            "created_at": NOW,
            "updated_at": NOW,
        }
        return CourierClaim(**{**values, **more})

    return claim


@pytest.mark.parametrize("state", CourierClaimState)
def test_every_action_is_in_the_table_or_refused(
    state: CourierClaimState, acting: Callable[..., SystemContext], a_claim: Callable[..., CourierClaim]
) -> None:
    claim = a_claim(state=state)
    for action, role in product(CourierClaimAction, ROLES):
        to, by = rows().get((state, action), (None, set()))
        if to is None:
            with pytest.raises(IllegalTransition):
                COURIER_CLAIM.apply(claim, action, acting(role))
        elif role not in by:
            with pytest.raises(ActionNotAllowed):
                COURIER_CLAIM.apply(claim, action, acting(role))
        else:
            assert COURIER_CLAIM.apply(claim, action, acting(role)).state == to


def test_a_party_does_not_act_for_the_platform(a_claim: Callable[..., CourierClaim]) -> None:
    me = Actor("me", "agent")
    for state, action in (
        (each, action) for (each, action), row in COURIER_CLAIM.transitions.items() if "agent" in row.permission.roles
    ):
        for party_ids in ([], ["me"]):
            claim = a_claim(state=state, party_ids=party_ids)
            assert COURIER_CLAIM.permits(claim, action, me, ClaimFacts(me)) is not bool(party_ids), (state, action)
    seller = Actor("me", "seller")
    assert COURIER_CLAIM.permits(a_claim(party_ids=["me"]), CourierClaimAction.FILE, seller, ClaimFacts(seller))


async def test_every_state_of_a_claim_leads_to_an_end(
    acting: Callable[..., SystemContext], a_claim: Callable[..., CourierClaim]
) -> None:
    def facts(claim: CourierClaim) -> object:
        return claim.state, claim.filings, claim.accepted_minor, claim.ended_as, bool(claim.evidence)

    first = COURIER_CLAIM.start(a_claim(), acting())
    timer = courier_claims.STEPS.timer.act
    graph, places = await explore(first, PEOPLE, timer, facts, ("buyer", "seller", "agent"))
    ends = {place for place, claim in places.items() if claim.state in COURIER_CLAIM.ends}
    assert not stuck(graph, ends)
    assert {claim.state for claim in places.values()} == set(CourierClaimState)
    assert {claim.ended_as for claim in places.values() if claim.ended_as} == set(CourierClaimEnd)
    assert max(claim.filings for claim in places.values()) == 3
    for claim in places.values():
        assert (claim.deadline_at is None) == (claim.state in COURIER_CLAIM.ends) == (claim.ended_as is not None)


def test_a_millisecond_before_its_deadline_it_can_be_filed_and_at_it_not(
    acting: Callable[..., SystemContext], a_claim: Callable[..., CourierClaim]
) -> None:
    file, moment = CourierClaimAction.FILE, timedelta(milliseconds=1)
    now = acting("seller").now
    COURIER_CLAIM.apply(a_claim(whose_turn="merchant", deadline_at=now + moment), file, acting("seller"))
    late = a_claim(whose_turn="merchant", deadline_at=now)
    with pytest.raises(DeadlinePassed):
        COURIER_CLAIM.apply(late, file, acting("seller"))
    COURIER_CLAIM.apply(late, file, acting("agent"))


def test_every_reason_for_which_the_courier_is_liable_has_a_cause(a_case: Callable[..., Case]) -> None:
    assert {reason for reason, row in REASONS.items() if row.liable is Liable.COURIER} == set(CAUSES)
    lost = a_case(reason=Reason.LOST_IN_TRANSIT)
    assert cause_of(FullCase(case=lost)) is CourierClaimCause.LOST
    assert cause_of(FullCase(case=replace(lost, type=CaseType.CONSULT))) is None
    assert cause_of(FullCase(case=replace(lost, reason=Reason.QUALITY_DEFECT))) is None


def test_a_parcel_is_worth_what_was_paid_for_its_units(a_case: Callable[..., Case]) -> None:
    line = CaseLine(
        case_id="case_1",
        line_id="line_1",
        sku="TRIO-1",
        quantity=1,
        amount_minor=3333,
        line_units=3,
        line_paid_minor=9999,
        units_before=0,
    )
    full = FullCase(case=a_case(requested_minor=3333), requested=(line,))
    units = [
        ParcelUnits("par_1", "zto", "73001", "line_1", 2, 3, 10000),
        ParcelUnits("par_1", "zto", "73001", "line_2", 1, 1, 500),
        ParcelUnits("par_2", "zto", "73002", "line_2", 1, 2, 1000),
    ]
    [parcel] = outbound_parcels(full, units)
    assert (parcel.parcel_id, parcel.value_minor) == ("par_1", 6666 + 500)
    assert at_stake(parcel) == 3333
    assert at_stake(replace(parcel, value_minor=100)) == 100


@pytest.mark.parametrize(("quantity", "stakes"), [(3, [6666, 3333]), (2, [6666, 3333]), (1, [3333, 3333])])
def test_each_parcel_is_claimed_for_the_units_that_may_be_in_it(
    a_case: Callable[..., Case], quantity: int, stakes: list[int]
) -> None:
    amount = 10000 * quantity // 3
    line = CaseLine(
        case_id="case_1",
        line_id="line_1",
        sku="TRIO-1",
        quantity=quantity,
        amount_minor=amount,
        line_units=3,
        line_paid_minor=10000,
        units_before=0,
    )
    full = FullCase(case=a_case(requested_minor=amount), requested=(line,))
    units = [ParcelUnits(f"par_{n}", "zto", f"7300{n}", "line_1", held, 3, 10000) for n, held in ((1, 2), (2, 1))]
    assert [each.stake_minor for each in outbound_parcels(full, units)] == stakes


def test_an_amount_is_above_zero_and_within_the_value() -> None:
    check_claimed(100, "CNY", 100, "CNY")
    with pytest.raises(ClaimExceedsValue):
        check_claimed(101, "CNY", 100, "CNY")
    with pytest.raises(NothingClaimed):
        check_claimed(0, None, 100, "CNY")


def test_every_code_of_a_claim_has_its_words(
    acting: Callable[..., SystemContext], a_claim: Callable[..., CourierClaim]
) -> None:
    table = COURIER_CLAIM
    timeouts = [each for state in table.timeouts for each in table.alternatives(state)]
    whys = {row.permission.why_not for row in table.transitions.values()} - {NOT_IN_THIS_STATE}
    whys |= {guard.code for row in table.transitions.values() for guard in row.guards}
    needed: list[tuple[Any, set[Any]]] = [
        (wording.COURIER_CLAIM_STATES, set(CourierClaimState)),
        (wording.COURIER_CLAIM_ACTIONS, set(CourierClaimAction)),
        (wording.COURIER_CLAIM_CAUSES, set(CourierClaimCause)),
        (wording.PARCEL_LEGS, set(ParcelLeg)),
        (wording.COURIER_CLAIM_EFFECTS, {timeout.effect for timeout in timeouts}),
        (TURN_NAMES, {timeout.turn for timeout in timeouts}),
        ({**WHY_NOT, **wording.COURIER_CLAIM_WHY_NOT}, whys),
    ]
    for labels, codes in needed:
        assert codes <= labels.keys()
        assert all(label.zh and label.en for label in labels.values())
    late = a_claim(whose_turn="merchant", deadline_at=NOW)
    found = explain(wording.COURIER_WORDS, late, acting("seller"))
    assert {each.action: each.why_not for each in found.actions}["file"] == WHY_NOT["deadline_passed"]
    assert found.what == Label(
        "向快递索赔：发给买家的包裹（zto 73001）丢失",
        "A claim on the courier: the parcel to the buyer (zto 73001) was lost",
    )
    assert found.money.en == "191.33 CNY is claimed"
