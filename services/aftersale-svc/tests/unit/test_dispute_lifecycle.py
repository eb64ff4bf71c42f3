"""Every row of the table of disputes, and that nothing else is possible. The table is written out a second time here."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from aftercare_chassis.http.routing import require_action
from aftercare_chassis.lifecycle import ActionNotAllowed, Actor, IllegalTransition, SystemContext
from aftersale_svc import main
from aftersale_svc.domain.disputes.facts import DisputeFacts
from aftersale_svc.domain.disputes.lifecycle import DISPUTE, UNDECIDED
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction, DisputeSide, DisputeState

Acting = Callable[..., SystemContext]
ROLES = ("buyer", "seller", "agent", "arbitrator", "supplier", "courier", "admin", "system")
ROWS = """
await_merchant_answer  answer            platform_review        seller
await_merchant_answer  escalate          platform_review        system
platform_review        decide            executing              arbitrator
platform_review        escalate          platform_review        system
platform_review        request_evidence  await_evidence         arbitrator
await_evidence         submit_evidence   await_evidence         buyer seller
await_evidence         end_round         platform_review        system
executing              execute           executed               system
settled                execute           settled                system
"""
BEFORE_THE_VERDICT = """
add_evidence      same       buyer seller
withdraw          withdrawn  buyer
propose           same       buyer seller
decline_proposal  same       buyer seller
settle            settled    buyer seller
take              same       arbitrator
assign            same       agent admin
release           same       arbitrator
"""
Rows = dict[tuple[str, str], tuple[str, set[str]]]


def rows() -> Rows:
    found = [line.split() for line in ROWS.split("\n") if line]
    for state in UNDECIDED:
        undecided = [line.split() for line in BEFORE_THE_VERDICT.split("\n") if line]
        found += [[state, action, state if to == "same" else to, *by] for action, to, *by in undecided]
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


NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def why_not(dispute: Dispute, action: DisputeAction, actor: Actor, now: datetime = NOW) -> str | None:
    [found] = [each for each in DISPUTE.allowed(dispute, actor, DisputeFacts(actor, now), now) if each.action == action]
    return found.why_not


def test_a_party_never_decides(a_dispute: Callable[..., Dispute]) -> None:
    for actor in (Actor("buyer-1", "arbitrator"), Actor("m-1", "arbitrator"), Actor("x", "arbitrator", tenant="m-1")):
        for action in (DisputeAction.TAKE, DisputeAction.DECIDE, DisputeAction.REQUEST_EVIDENCE):
            assert why_not(a_dispute(), action, actor) == "party_cannot_decide"


def test_only_the_arbitrator_who_has_the_dispute_decides_and_releases_it(a_dispute: Callable[..., Dispute]) -> None:
    taken, first, second = a_dispute(arbitrator_id="arb-1"), Actor("arb-1", "arbitrator"), Actor("arb-2", "arbitrator")
    assert why_not(taken, DisputeAction.DECIDE, first) is None
    assert why_not(taken, DisputeAction.DECIDE, second) == "assigned_to_another"
    assert why_not(taken, DisputeAction.TAKE, second) == "already_assigned"
    assert why_not(taken, DisputeAction.RELEASE, second) == "not_assigned_to_you"


def test_at_the_deadline_the_deadline_decides(a_dispute: Callable[..., Dispute]) -> None:
    seller, millisecond = Actor("seller-1", "seller", tenant="m-1"), timedelta(milliseconds=1)
    waiting = a_dispute(DisputeState.AWAIT_MERCHANT_ANSWER, whose_turn="merchant", deadline_at=NOW)
    assert why_not(waiting, DisputeAction.ANSWER, seller, NOW - millisecond) is None
    assert why_not(waiting, DisputeAction.ANSWER, seller, NOW) == "deadline_passed"
    assert why_not(waiting, DisputeAction.ANSWER, seller, NOW + millisecond) == "deadline_passed"
    asked = a_dispute(DisputeState.AWAIT_EVIDENCE, deadline_at=NOW, awaited=["merchant"])
    assert why_not(asked, DisputeAction.SUBMIT_EVIDENCE, seller, NOW - millisecond) is None
    assert why_not(asked, DisputeAction.SUBMIT_EVIDENCE, seller, NOW + millisecond) == "deadline_passed"


def test_only_a_side_that_is_asked_submits_evidence(a_dispute: Callable[..., Dispute]) -> None:
    asked = a_dispute(DisputeState.AWAIT_EVIDENCE, awaited=["merchant"])
    assert why_not(asked, DisputeAction.SUBMIT_EVIDENCE, Actor("buyer-1", "buyer")) == "evidence_not_asked"


def test_only_the_other_side_answers_a_proposal(a_dispute: Callable[..., Dispute]) -> None:
    buyer, seller = Actor("buyer-1", "buyer"), Actor("seller-1", "seller", tenant="m-1")
    assert why_not(a_dispute(), DisputeAction.SETTLE, seller) == "no_open_proposal"
    proposed = a_dispute(proposed_by=DisputeSide.BUYER)
    assert why_not(proposed, DisputeAction.SETTLE, buyer) == "own_proposal"
    assert why_not(proposed, DisputeAction.SETTLE, seller) is None
