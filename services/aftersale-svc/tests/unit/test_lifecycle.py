"""Every row of the state tables, and that nothing else is possible. The tables are written out a second time here."""

import re
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from aftercare_chassis.lifecycle import ActionNotAllowed, IllegalTransition, Lifecycle, SystemContext
from aftersale_svc.domain.cases.codes import CaseType, Initiator, RefundAction, RefundState
from aftersale_svc.domain.cases.errors import ReturnAlreadyShipped
from aftersale_svc.domain.cases.lifecycle import CASE, REFUND, of
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
from aftersale_svc.domain.money.codes import HoldAction, HoldState
from aftersale_svc.domain.money.lifecycle import HOLD
from aftersale_svc.domain.orders.model import Order, OrderState
from case_facts import facts
from case_tables import (
    ADDED,
    CANCELLATIONS,
    CHANGES,
    GRANTS,
    HOLDS,
    INSPECTIONS,
    PICKUPS,
    QUESTIONS,
    REFUNDS,
    REFUSED,
    RETURNS,
    REVIEWS,
    in_every_state,
)

Acting = Callable[..., SystemContext]
ROLES = ("buyer", "seller", "agent", "arbitrator", "supplier", "courier", "admin", "system")
# `outcome`: it is decided within another action or a dispute, and no route takes it.
EVERY_TYPE = (
    """
pending_review  cancel    cancelled      buyer agent
pending_review  approve   {approved}     seller system
pending_review  reject    rejected       seller
pending_review  escalate  manual_review  seller agent system
manual_review   cancel    cancelled      buyer agent
manual_review   approve   {approved}     agent
manual_review   reject    rejected       agent
manual_review   refund    refunding      agent
manual_review   close     closed         agent
manual_review   escalate  manual_review  system
rejected        accept    closed         buyer agent
rejected        reapply   closed         buyer agent
rejected        close     closed         system
refunding       escalate  refunding      system
refunding       complete  completed      system
refunding       fail      manual_review  system
pending_review  freeze    disputed       system
manual_review   freeze    disputed       system
rejected        freeze    disputed       system
closed          freeze    disputed       system
disputed        resume    pending_review arbitrator buyer seller system outcome
closed          award     refunding      arbitrator unseen outcome
completed       award     refunding      arbitrator unseen outcome
disputed        award     refunding      arbitrator buyer seller system outcome
disputed        dismiss   closed         arbitrator buyer seller system outcome
pending_review  end_with_order  closed   system
manual_review   end_with_order  closed   system
rejected        end_with_order  closed   system
refunding       end_with_order  closed   system
disputed        end_with_order  closed   arbitrator buyer seller system outcome
"""
    + ADDED
)
NOT_OPEN = {"outcome", "never"}
Rows = dict[tuple[str, str], tuple[str, set[str]]]


def read(table: str) -> Rows:
    rows = [line.split() for line in table.split("\n") if line]
    found = {(state, action): (to, set(by)) for state, action, to, *by in rows}
    # Where a complaint stops an open case, the buyer and the platform can stop it as well.
    stops = [state for state, action in found if action == "freeze" and state != "closed"]
    # What ends with a cancelled order ends with cancelled units too, as an outcome of the same.
    ends = {state: by for (state, action), (_, by) in found.items() if action == "end_with_order"}
    units = {(at, "end_with_units"): ("closed", by if "outcome" in by else {*by, "unseen"}) for at, by in ends.items()}
    return {**found, **units, **{(at, "dispute"): ("disputed", {"buyer", "agent", "arbitrator"}) for at in stops}}


# As every type, but that nobody reviews it first, or makes offers.
_UNREVIEWED = "\n".join(
    line for line in EVERY_TYPE.splitlines() if not re.search("^pending_review|offer|supplement", line)
)
REFUSED_ROWS = read(_UNREVIEWED.format(approved="return_in_transit") + REFUSED)
REFUNDED = EVERY_TYPE.format(approved="refunding")
TABLES: list[tuple[Lifecycle[Any, Any], Any, Any, Rows]] = [
    (
        CASE[CaseType.RETURN_REFUND],
        CaseState,
        CaseAction,
        read(EVERY_TYPE.format(approved="await_buyer_shipment") + RETURNS + INSPECTIONS + PICKUPS + CHANGES)
        | in_every_state(CASE[CaseType.RETURN_REFUND], "record_return_freight"),
    ),
    (CASE[CaseType.REFUND_ONLY], CaseState, CaseAction, read(REFUNDED + CHANGES)),
    (CASE[CaseType.CANCEL_UNSHIPPED], CaseState, CaseAction, read(REFUNDED + CANCELLATIONS)),
    (CASE[CaseType.PRICE_ADJUST], CaseState, CaseAction, read(REFUNDED + GRANTS)),
    (CASE[CaseType.REFUSED_DELIVERY], CaseState, CaseAction, REFUSED_ROWS),
    (CASE[CaseType.CONSULT], CaseState, CaseAction, read(QUESTIONS + REVIEWS)),
    (REFUND, RefundState, RefundAction, read(REFUNDS)),
    (HOLD, HoldState, HoldAction, read(HOLDS)),
]
tables = pytest.mark.parametrize(
    ("lifecycle", "states", "actions", "rows"),
    TABLES,
    ids=[
        "return_refund",
        "refund_only",
        "cancel_unshipped",
        "price_adjust",
        "refused_delivery",
        "consult",
        "refund",
        "hold",
    ],
)


BARRED_BY_FACTS = (
    None,
    CaseAction.RECEIVE,
    CaseAction.RETURN_REFUSED_GOODS,
    CaseAction.CORRECT_REFUSED_GOODS_WAYBILL,
)
"""The actions that need facts which bar others, and None for those of all others."""
ORDERS = (OrderState.DELIVERED, OrderState.CANCELLED)


def in_state(state: Any, a_case: Callable[..., Case], action: object = None) -> Case:
    before = CaseState.RETURN_IN_TRANSIT if action is CaseAction.RECEIVE else CaseState.PENDING_REVIEW
    # Agents act for the buyer where an agent has opened the case.
    return a_case(state, frozen_state=before if state == "disputed" else None, initiator=Initiator.AGENT)


@tables
def test_every_action_is_in_the_table_or_refused(
    lifecycle: Lifecycle[Any, Any],
    states: Any,
    actions: Any,
    rows: Rows,
    acting: Acting,
    a_case: Callable[..., Case],
    an_order: Callable[..., Order],
) -> None:
    for state, action, role in product(states, actions, ROLES):
        to, by = rows.get((state, action), (None, set()))
        case = in_state(state, a_case, action)
        order = an_order(OrderState.CANCELLED) if action is CaseAction.END_WITH_ORDER else None
        if to is None or (role not in by and "unseen" in by):
            with pytest.raises(IllegalTransition) as refused:
                lifecycle.apply(case, action, acting(role))
            open_to = {each for (at, each), (_, by) in rows.items() if at == state and role in by and not by & NOT_OPEN}
            assert set(refused.value.facts["allowed"]) == open_to
        elif role not in by:
            with pytest.raises(ActionNotAllowed):
                lifecycle.apply(case, action, acting(role))
        elif "never" in by:
            with pytest.raises(ReturnAlreadyShipped):
                lifecycle.apply(case, action, acting(role), facts(case, order))
        else:
            # There the goods were sent.
            sent = action in (CaseAction.ORDER_RETURN, CaseAction.REFUSE_UNTRACKED)
            known = None if sent else facts(case, order, action)
            assert lifecycle.apply(case, action, acting(role), known).state == to


@tables
def test_the_api_shows_exactly_what_is_possible(
    lifecycle: Lifecycle[Any, Any],
    states: Any,
    actions: Any,
    rows: Rows,
    acting: Acting,
    a_case: Callable[..., Case],
    an_order: Callable[..., Order],
) -> None:
    for state, role in product(states, ROLES):
        found: set[str] = set()
        for order, action in product(ORDERS, BARRED_BY_FACTS):
            case = in_state(state, a_case, action)
            shown = lifecycle.allowed(case, acting(role).actor, facts(case, an_order(order), action))
            found |= {each.action for each in shown if each.allowed}
            assert all(each.why_not for each in shown if not each.allowed)
        open_to = [(action, by) for (at, action), (_, by) in rows.items() if at == state and role in by]
        assert found == {action for action, by in open_to if not by & NOT_OPEN}


@pytest.mark.parametrize("before", [CaseState.REJECTED, CaseState.AWAIT_INSPECTION, CaseState.CLOSED])
def test_a_resumed_case_goes_on_where_the_dispute_stopped_it(
    before: CaseState, acting: Acting, a_case: Callable[..., Case]
) -> None:
    case = a_case(before, deadline_at=None)
    frozen = of(case).apply(case, CaseAction.FREEZE, acting(), facts(case))
    assert (frozen.state, frozen.frozen_state, frozen.deadline_at) == (CaseState.DISPUTED, before, None)
    resumed = of(case).apply(frozen, CaseAction.RESUME, acting("buyer"))
    assert (resumed.state, resumed.frozen_state) == (before, None)
    assert (resumed.deadline_at is None) == (before is CaseState.CLOSED)
    with pytest.raises(IllegalTransition):
        of(case).apply(case, CaseAction.RESUME, acting("buyer"))


@pytest.mark.parametrize("action", [CaseAction.AWARD, CaseAction.DISMISS])
def test_a_verdict_clears_where_the_dispute_stopped_the_case(
    action: CaseAction, acting: Acting, a_case: Callable[..., Case]
) -> None:
    frozen = a_case(CaseState.DISPUTED, frozen_state=CaseState.REJECTED)
    assert of(frozen).apply(frozen, action, acting("arbitrator")).frozen_state is None
