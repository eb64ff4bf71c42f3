"""Nobody acts for the platform where they are a party: every row of every table that staff may ask for bars them."""

from collections.abc import Iterator
from typing import Any

import pytest
from aftercare_chassis.lifecycle import Actor, Transition
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.manual_reviews.guards import PARTY as CASE_PARTY
from aftersale_svc.domain.cases.manual_reviews.guards import SIDE as CASE_SIDE
from aftersale_svc.domain.claims.parties import PARTY as CLAIM_PARTY
from aftersale_svc.domain.courier_claims.lifecycle import COURIER_CLAIM
from aftersale_svc.domain.disputes.guards import PARTY as DISPUTE_PARTY
from aftersale_svc.domain.disputes.guards import STAFF_OF_PARTY
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.guarantee_claims.lifecycle import GUARANTEE_CLAIM
from aftersale_svc.domain.permissions import STAFF, is_side
from aftersale_svc.domain.refused_goods.lifecycle import REFUSED_GOODS_CLAIM

GIVEN_BACK = {"release"}
"""What bars nobody: who has taken it gives it back."""


def rows() -> Iterator[tuple[str, Any, Transition[Any]]]:
    for table in (*CASE.values(), DISPUTE, COURIER_CLAIM, GUARANTEE_CLAIM, REFUSED_GOODS_CLAIM):
        for (state, action), row in table.transitions.items():
            yield f"{table.name}: {action} in {state}", action, row


def test_no_party_acts_for_the_platform() -> None:
    of_staff = [(name, row) for name, action, row in rows() if action not in GIVEN_BACK and _is_of_staff(row)]
    assert len(of_staff) > 100
    guards = {CASE_PARTY, CASE_SIDE, DISPUTE_PARTY, STAFF_OF_PARTY, CLAIM_PARTY}
    assert [name for name, row in of_staff if not guards & set(row.guards)] == []


def _is_of_staff(row: Transition[Any]) -> bool:
    return any(row.can_be_asked_for(role) for role in STAFF)


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (Actor("buyer-1", "agent"), True),
        (Actor("m-1", "admin"), True),
        (Actor("clerk-1", "agent", "m-1"), True),
        (Actor("seller-1", "arbitrator"), True),
        (Actor("agent-1", "agent"), False),
        (Actor("agent-1", "agent", "m-2"), False),
    ],
)
def test_who_is_a_party(actor: Actor, expected: bool) -> None:
    assert is_side(actor, "buyer-1", "m-1", ["seller-1"]) is expected
