"""The tables of states: every row leads where the design says, and nothing else leads anywhere."""

import pytest
from aftercare_chassis.lifecycle import SYSTEM, ActionNotAllowed, Actor, IllegalTransition
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import OrderState

S, A = OrderState, OrderAction
BUYER, SELLER, AGENT = Actor("buyer-1", "buyer"), Actor("seller-1", "seller", "m-1"), Actor("agent-1", "agent")
ROWS = [
    (S.CREATED, A.PAY, BUYER, S.CREATED),
    (S.CREATED, A.MARK_PAID, SYSTEM, S.PAID),
    (S.CREATED, A.EXPIRE, SYSTEM, S.CANCELLED),
    (S.CREATED, A.CANCEL, BUYER, S.CANCELLED),
    (S.PAID, A.CANCEL, SELLER, S.CANCELLED),
    (S.PAID, A.CHANGE_ADDRESS, AGENT, S.PAID),
    (S.PAID, A.SHIP, SELLER, S.SHIPPED),
    (S.SHIPPED, A.SHIP, SELLER, S.SHIPPED),
    (S.SHIPPED, A.DELIVER, SYSTEM, S.DELIVERED),
    (S.SHIPPED, A.CONFIRM_RECEIPT, BUYER, S.DELIVERED),
    (S.SHIPPED, A.REFUND_WHOLLY, SYSTEM, S.CANCELLED),
    (S.DELIVERED, A.CONFIRM_RECEIPT, SYSTEM, S.DELIVERED),
    (S.DELIVERED, A.COMPLETE, SYSTEM, S.COMPLETED),
]
ILLEGAL = [
    (S.CREATED, A.SHIP, SELLER),
    (S.CREATED, A.CONFIRM_RECEIPT, BUYER),
    (S.PAID, A.PAY, BUYER),
    (S.PAID, A.EXPIRE, SYSTEM),
    (S.PAID, A.COMPLETE, SYSTEM),
    (S.SHIPPED, A.CANCEL, BUYER),
    (S.SHIPPED, A.CHANGE_ADDRESS, BUYER),
    (S.DELIVERED, A.SHIP, SELLER),
    (S.CANCELLED, A.PAY, BUYER),
    (S.CANCELLED, A.MARK_PAID, SYSTEM),
    (S.COMPLETED, A.CANCEL, BUYER),
]


@pytest.mark.parametrize(("state", "action", "actor", "to"), ROWS)
def test_rows_lead_where_they_should(state, action, actor, to):
    assert ORDER.move(state, action, actor) is to


@pytest.mark.parametrize(("state", "action", "actor"), ILLEGAL)
def test_what_has_no_row_is_refused_with_what_is_possible(state, action, actor):
    with pytest.raises(IllegalTransition) as refused:
        ORDER.move(state, action, actor)
    assert refused.value.facts["state"] == state
    assert action not in refused.value.facts["allowed"]


@pytest.mark.parametrize("action", [A.SHIP, A.MARK_PAID, A.DELIVER, A.COMPLETE, A.EXPIRE])
def test_no_buyer_takes_steps_of_others(action):
    for (state, each), _ in ORDER.transitions.items():
        if each is action:
            with pytest.raises(ActionNotAllowed):
                ORDER.move(state, action, BUYER)


def test_only_completed_and_cancelled_are_final():
    assert {state for state in S if (state in ORDER.ends)} == {S.COMPLETED, S.CANCELLED}
    assert all(ORDER.timeout(state) for state in S if state not in ORDER.ends)
