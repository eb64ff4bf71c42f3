"""Every row of the table of disputes, and that nothing else is possible. The table is written out a second time here."""

from collections.abc import Callable
from itertools import product

import pytest
from aftercare_chassis.http.routing import require_action
from aftercare_chassis.lifecycle import ActionNotAllowed, IllegalTransition, SystemContext
from aftersale_svc import main
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction, DisputeState

Acting = Callable[..., SystemContext]
ROLES = ("buyer", "seller", "agent", "arbitrator", "supplier", "courier", "admin", "system")
ROWS = """
await_merchant_answer  answer        platform_review        seller
await_merchant_answer  add_evidence  await_merchant_answer  buyer seller
await_merchant_answer  withdraw      withdrawn              buyer
await_merchant_answer  escalate      platform_review        system
platform_review        add_evidence  platform_review        buyer seller
platform_review        decide        executing              arbitrator
platform_review        withdraw      withdrawn              buyer
platform_review        escalate      platform_review        system
executing              execute       executed               system
"""
Rows = dict[tuple[str, str], tuple[str, set[str]]]


def rows() -> Rows:
    found = [line.split() for line in ROWS.split("\n") if line]
    return {(state, action): (to, set(by)) for state, action, to, *by in found}


@pytest.mark.parametrize("state", DisputeState)
def test_every_action_is_in_the_table_or_refused(
    state: DisputeState, acting: Acting, a_dispute: Callable[..., Dispute]
) -> None:
    for action, role in product(DisputeAction, ROLES):
        to, by = rows().get((state, action), (None, set()))
        if to is None:
            with pytest.raises(IllegalTransition):
                DISPUTE.apply(a_dispute(state), action, acting(role))
        elif role not in by:
            with pytest.raises(ActionNotAllowed):
                DISPUTE.apply(a_dispute(state), action, acting(role))
        else:
            assert DISPUTE.apply(a_dispute(state), action, acting(role)).state == to


@pytest.mark.parametrize("state", DisputeState)
def test_the_api_shows_exactly_what_is_possible(
    state: DisputeState, acting: Acting, a_dispute: Callable[..., Dispute]
) -> None:
    for role in ROLES:
        shown = DISPUTE.allowed(a_dispute(state), acting(role).actor)
        assert all(each.why_not for each in shown if not each.allowed)
        open_to = {action for (at, action), (_, by) in rows().items() if at == state and role in by}
        assert {each.action for each in shown if each.allowed} == open_to


def test_every_timer_of_a_dispute_has_a_command() -> None:
    assert {timeout.then for timeout in DISPUTE.timeouts.values()} - {None} == main.deadlines.dispute_timer.actions


def test_an_escalation_of_a_dispute_names_whose_time_ran_out() -> None:
    causes = {state: row.cause for (state, action), row in DISPUTE.transitions.items() if row.cause}
    assert causes == {
        DisputeState.AWAIT_MERCHANT_ANSWER: "merchant_silent",
        DisputeState.PLATFORM_REVIEW: "platform_late",
    }


def test_only_arbitrators_decide() -> None:
    assert require_action(DISPUTE, DisputeAction.DECIDE).roles == ("arbitrator",)
