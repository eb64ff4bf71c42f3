"""What bars an action of a dispute although the table has it: who acts, until when, and what is open beside it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

from aftercare_chassis.lifecycle import Actor, SystemContext
from aftersale_svc.domain.disputes.facts import DisputeFacts
from aftersale_svc.domain.disputes.lifecycle import DISPUTE, TESTING
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction, DisputeSide, DisputeState, TakesEffect
from aftersale_svc.domain.permissions import STAFF

Acting = Callable[..., SystemContext]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def why_not(dispute: Dispute, action: DisputeAction, actor: Actor, now: datetime = NOW) -> str | None:
    [found] = [each for each in DISPUTE.allowed(dispute, actor, DisputeFacts(actor, now), now) if each.action == action]
    return found.why_not


def test_a_party_never_decides(a_dispute: Callable[..., Dispute]) -> None:
    for actor in (Actor("buyer-1", "arbitrator"), Actor("m-1", "arbitrator"), Actor("x", "arbitrator", tenant="m-1")):
        for action in (DisputeAction.TAKE, DisputeAction.DECIDE, DisputeAction.REQUEST_EVIDENCE):
            assert why_not(a_dispute(), action, actor) == "party_cannot_decide"


def test_a_party_does_nothing_for_the_platform(a_dispute: Callable[..., Dispute]) -> None:
    for (state, action), row in DISPUTE.transitions.items():
        if action is DisputeAction.RELEASE or row.outcome_of:
            continue
        for person, role in product(("buyer-1", "m-1"), STAFF & row.permission.roles):
            dispute = a_dispute(state, lab_test_id="test_1")
            assert why_not(dispute, action, Actor(person, role)), (state, action, role)


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


def test_only_the_side_that_is_asked_sends_the_sample_in_time(a_dispute: Callable[..., Dispute]) -> None:
    seller = Actor("seller-1", "seller", tenant="m-1")
    asked = a_dispute(DisputeState.AWAIT_SAMPLE, whose_turn="merchant", deadline_at=NOW, awaited=["merchant"])
    assert why_not(asked, DisputeAction.SEND_SAMPLE, Actor("buyer-1", "buyer")) == "sample_of_other_side"
    assert why_not(asked, DisputeAction.SEND_SAMPLE, seller, NOW - timedelta(milliseconds=1)) is None
    assert why_not(asked, DisputeAction.SEND_SAMPLE, seller) == "deadline_passed"


def test_only_the_side_that_has_sent_the_sample_corrects_its_waybill(a_dispute: Callable[..., Dispute]) -> None:
    seller = Actor("seller-1", "seller", tenant="m-1")
    sent = a_dispute(DisputeState.SAMPLE_SENT, sample_from=DisputeSide.MERCHANT)
    assert why_not(sent, DisputeAction.CORRECT_SAMPLE_WAYBILL, seller) is None
    buyer = Actor("buyer-1", "buyer")
    assert why_not(sent, DisputeAction.CORRECT_SAMPLE_WAYBILL, buyer) == "sample_of_other_side"


def test_no_verdict_is_given_while_a_test_is_open(a_dispute: Callable[..., Dispute]) -> None:
    for state in TESTING:
        waiting = a_dispute(state, arbitrator_id="arb-1")
        assert why_not(waiting, DisputeAction.DECIDE, Actor("arb-1", "arbitrator")) == "test_open"
        assert why_not(waiting, DisputeAction.CANCEL_TEST, Actor("arb-1", "arbitrator")) is None
        assert why_not(waiting, DisputeAction.CANCEL_TEST, Actor("arb-2", "arbitrator")) == "assigned_to_another"
        assert why_not(waiting, DisputeAction.CANCEL_TEST, Actor("admin-1", "admin")) is None


def test_a_test_in_an_appeal_leads_back_to_it(acting: Acting, a_dispute: Callable[..., Dispute]) -> None:
    appealed = a_dispute(DisputeState.APPEALED, decided_by="arb-1", appealed_in=DisputeState.EXECUTED)
    assert why_not(appealed, DisputeAction.ORDER_TEST, Actor("arb-1", "arbitrator")) == "decided_first"
    ordered = DISPUTE.apply(appealed, DisputeAction.ORDER_TEST, acting("arbitrator"))
    assert (ordered.state, ordered.appealed_in) == (DisputeState.AWAIT_SAMPLE, DisputeState.EXECUTED)
    sent = DISPUTE.apply(ordered, DisputeAction.SEND_SAMPLE, acting("seller"))
    for action in (DisputeAction.CANCEL_TEST, DisputeAction.END_TEST, DisputeAction.LOSE_SAMPLE):
        role = {DisputeAction.CANCEL_TEST: "arbitrator", DisputeAction.LOSE_SAMPLE: "agent"}.get(action, "system")
        back = DISPUTE.apply(sent, action, acting(role))
        assert (back.state, back.tested_in, back.appealed_in) == (
            DisputeState.APPEALED,
            None,
            DisputeState.EXECUTED,
        )
        assert not back.is_appealed or back.whose_turn == "platform"


def test_what_an_appeal_bars_while_it_waits_for_a_test(a_dispute: Callable[..., Dispute]) -> None:
    tested = a_dispute(
        DisputeState.AT_LAB, tested_in=DisputeState.APPEALED, appealed_in=DisputeState.EXECUTED, appeal_until=NOW
    )
    buyer, second = Actor("buyer-1", "buyer"), Actor("arb-2", "arbitrator")
    for action in (DisputeAction.WITHDRAW, DisputeAction.PROPOSE, DisputeAction.SETTLE):
        assert why_not(tested, action, buyer) == "appeal_open"
        assert why_not(replace(tested, tested_in=None), action, buyer) != "appeal_open"
    for action in (DisputeAction.CONFIRM_VERDICT, DisputeAction.REPLACE_VERDICT):
        assert why_not(tested, action, second) == "test_open"
        assert why_not(replace(tested, tested_in=None), action, second) == "no_appeal_open"
    assert why_not(tested, DisputeAction.APPEAL, buyer, NOW - timedelta(milliseconds=1)) is None
    assert why_not(replace(tested, tested_in=None), DisputeAction.APPEAL, buyer) == "no_appeal_open"
    assert why_not(tested, DisputeAction.DECIDE, second) == "appeal_open"


def test_a_report_is_recorded_where_one_is_awaited(a_dispute: Callable[..., Dispute]) -> None:
    agent = Actor("agent-1", "agent")
    assert why_not(a_dispute(), DisputeAction.REPORT_TEST, agent) == "no_report_awaited"
    assert why_not(a_dispute(lab_test_id="test_1"), DisputeAction.REPORT_TEST, agent) is None


def test_only_the_other_side_answers_a_proposal(a_dispute: Callable[..., Dispute]) -> None:
    buyer, seller = Actor("buyer-1", "buyer"), Actor("seller-1", "seller", tenant="m-1")
    assert why_not(a_dispute(), DisputeAction.SETTLE, seller) == "no_open_proposal"
    proposed = a_dispute(proposed_by=DisputeSide.BUYER)
    assert why_not(proposed, DisputeAction.SETTLE, buyer) == "own_proposal"
    assert why_not(proposed, DisputeAction.SETTLE, seller) is None


def test_each_side_appeals_once_and_in_time(a_dispute: Callable[..., Dispute]) -> None:
    buyer, millisecond = Actor("buyer-1", "buyer"), timedelta(milliseconds=1)
    executed = a_dispute(DisputeState.EXECUTED, appeal_until=NOW)
    assert why_not(executed, DisputeAction.APPEAL, buyer, NOW - millisecond) is None
    assert why_not(executed, DisputeAction.APPEAL, buyer, NOW) == "deadline_passed"
    before = NOW - millisecond
    once = a_dispute(DisputeState.APPEALED, appeal_until=NOW, appealed_by=["buyer"])
    assert why_not(once, DisputeAction.APPEAL, buyer, before) == "already_appealed"
    assert why_not(once, DisputeAction.APPEAL, Actor("seller-1", "seller", tenant="m-1"), before) is None
    final = a_dispute(DisputeState.EXECUTED, appeal_until=NOW, final_at=before)
    assert why_not(final, DisputeAction.APPEAL, buyer, before) == "verdict_final"
    assert why_not(a_dispute(DisputeState.EXECUTED), DisputeAction.APPEAL, buyer) == "verdict_not_appealable"
    longer = a_dispute(DisputeState.APPEAL_WINDOW, appeal_until=before, deadline_at=NOW)
    assert why_not(longer, DisputeAction.APPEAL, buyer, before) is None, "its time was extended"


def test_who_decided_first_does_not_decide_the_appeal(a_dispute: Callable[..., Dispute]) -> None:
    appealed = a_dispute(DisputeState.APPEALED, decided_by="arb-1")
    first, second = Actor("arb-1", "arbitrator"), Actor("arb-2", "arbitrator")
    for action in (DisputeAction.TAKE, DisputeAction.CONFIRM_VERDICT, DisputeAction.REPLACE_VERDICT):
        assert why_not(appealed, action, first) == "decided_first"
        assert why_not(appealed, action, second) is None
        assert why_not(appealed, action, Actor("buyer-1", "arbitrator")) == "party_cannot_decide"


def test_who_has_decided_about_the_case_does_not_decide_its_dispute(a_dispute: Callable[..., Dispute]) -> None:
    reviewer, other = Actor("ann", "arbitrator"), Actor("arb-2", "arbitrator")
    tried = [
        *((DisputeState.PLATFORM_REVIEW, each) for each in ("take", "decide", "request_evidence", "order_test")),
        *((DisputeState.APPEALED, each) for each in ("take", "confirm_verdict", "replace_verdict", "order_test")),
        (DisputeState.AT_LAB, "cancel_test"),
    ]
    for state, action in tried:
        dispute = a_dispute(state, decider_ids=["ann"])
        assert why_not(dispute, DisputeAction(action), reviewer) == "decided_first", (state, action)
        assert why_not(dispute, DisputeAction(action), other) is None, (state, action)


def test_a_verdict_that_is_being_paid_is_not_replaced(a_dispute: Callable[..., Dispute]) -> None:
    second = Actor("arb-2", "arbitrator")
    paying = a_dispute(
        DisputeState.APPEALED, appealed_in=DisputeState.EXECUTING, takes_effect=TakesEffect.AT_ONCE, decided_by="arb-1"
    )
    assert why_not(paying, DisputeAction.REPLACE_VERDICT, second) == "verdict_in_execution"
    assert why_not(paying, DisputeAction.CONFIRM_VERDICT, second) is None
    waiting = replace(paying, takes_effect=TakesEffect.AFTER_APPEAL_WINDOW)
    assert why_not(waiting, DisputeAction.REPLACE_VERDICT, second) is None
