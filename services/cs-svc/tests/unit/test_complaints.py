"""Complaints: what each action does to the reply that is due, and histories of random actions."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aftercare_chassis.lifecycle import IllegalTransition
from aftercare_events import DisputeExecuted, DisputeOpened, DisputeWithdrawn
from cs_memory import NOW, Command, Memory, Row, after, dispute_event
from cs_svc.commands import complaint_intake, complaints
from cs_svc.commands.deadlines import complaint_timer
from cs_svc.domain.complaints import (
    COMPLAINT,
    Complaint,
    ComplaintCategory,
    ComplaintChannel,
    ComplaintOutcome,
    ComplaintState,
)
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

DUE = NOW + timedelta(hours=48)
RESOLVE_BY = NOW + timedelta(hours=240)


def on_dispute(event: type[Any], command: Any) -> Command:
    return lambda tx: command(tx, dispute_event(event, tx.row))


OPEN: Command = lambda tx: complaint_intake.receive(  # noqa: E731
    tx, channel=ComplaintChannel.WEB, category=ComplaintCategory.OTHER, text="?", order_id="ord_1", case_id=None
)
ANSWER: Command = lambda tx: complaints.answer(tx, "cmp_1", text="?")  # noqa: E731
RESOLVE: Command = lambda tx: complaints.resolve(tx, "cmp_1", outcome=ComplaintOutcome.UPHELD)  # noqa: E731
MARK: Command = lambda tx: complaint_timer.act(tx, tx.row)  # noqa: E731
ESCALATE = on_dispute(DisputeOpened, complaints.follow_dispute)
EXECUTED = on_dispute(DisputeExecuted, complaints.dispute_executed)
WITHDRAWN = on_dispute(DisputeWithdrawn, complaints.dispute_withdrawn)


@pytest.fixture
async def complaint() -> Complaint:
    tx = Memory(None, "buyer")
    await OPEN(tx)
    row: Complaint = tx.row
    return row


async def test_a_new_complaint_is_due_after_the_hours_of_the_setting(complaint: Complaint) -> None:
    assert (complaint.answer_due_at, complaint.deadline_at, complaint.overdue_at) == (DUE, DUE, None)


@pytest.mark.parametrize(("command", "role"), [(ANSWER, "agent"), (RESOLVE, "agent"), (ESCALATE, "system")])
async def test_a_reply_is_not_awaited_any_more(complaint: Complaint, command: Command, role: str) -> None:
    done = await after(command, complaint, role)
    in_time = RESOLVE_BY if done.state is ComplaintState.ANSWERED else None
    assert (done.answer_due_at, done.deadline_at, done.due_at) == (None, in_time, in_time)


async def test_the_timer_marks_a_complaint_once_and_keeps_its_state(complaint: Complaint) -> None:
    overdue = await after(MARK, complaint, "system", DUE)
    assert (overdue.state, overdue.overdue_at, overdue.deadline_at) == (ComplaintState.OPEN, DUE, RESOLVE_BY)
    assert (overdue.answer_due_at, overdue.supervised_at) == (DUE, DUE)
    late = await after(MARK, overdue, "system", RESOLVE_BY)
    assert (late.overdue_at, late.resolve_overdue_at, late.supervised_at) == (DUE, RESOLVE_BY, DUE)
    assert COMPLAINT.due(late, DUE + timedelta(days=30)) is None


async def test_a_timer_that_fires_early_does_nothing(complaint: Complaint) -> None:
    tx = Memory(complaint, "system", DUE - timedelta(seconds=1))
    await MARK(tx)
    assert (tx.row, tx.events) == (complaint, [])


@pytest.mark.parametrize(
    ("end", "outcome"),
    [(EXECUTED, ComplaintOutcome.VERDICT_EXECUTED), (WITHDRAWN, ComplaintOutcome.DISPUTE_WITHDRAWN)],
)
async def test_the_end_of_its_dispute_resolves_a_complaint(
    complaint: Complaint, end: Command, outcome: ComplaintOutcome
) -> None:
    escalated = await after(ESCALATE, complaint, "system")
    resolved = await after(end, escalated, "system")
    assert (resolved.state, resolved.outcome, resolved.resolved_at) == (ComplaintState.RESOLVED, outcome, NOW)


async def test_a_dispute_that_ends_before_it_was_opened_here_is_refused(complaint: Complaint) -> None:
    with pytest.raises(IllegalTransition):
        await EXECUTED(Memory(complaint, "system"))


class ComplaintMachine(RuleBasedStateMachine):
    """One complaint, with a model of whether it was answered, escalated and resolved."""

    row: Row

    @initialize()
    def open(self) -> None:
        self.now = NOW
        self.answered = self.disputed = self.resolved = False
        self.row = None
        assert self.run(OPEN, "buyer")

    def run(self, command: Command, role: str) -> bool:
        """Run a command; returns whether it changed the complaint."""
        before, self.row = self.row, asyncio.run(after(command, self.row, role, self.now))
        return self.row != before

    @rule(hours=st.sampled_from([1, 24, 49]))
    def pass_time(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        if self.row.deadline_at is not None and self.row.deadline_at <= self.now:
            assert self.run(MARK, "system")

    @rule(role=st.sampled_from(["agent", "buyer", "seller"]))
    def answer(self, role: str) -> None:
        permitted = role == "agent" and not self.resolved
        assert self.run(ANSWER, role) == permitted
        self.answered = self.answered or permitted

    @rule(role=st.sampled_from(["agent", "buyer"]))
    def resolve(self, role: str) -> None:
        permitted = role == "agent" and not self.resolved and not self.disputed
        assert self.run(RESOLVE, role) == permitted
        self.resolved = self.resolved or permitted

    @rule()
    @precondition(lambda self: not self.disputed)
    def open_dispute(self) -> None:
        assert self.run(ESCALATE, "system")
        self.disputed = True

    @rule(end=st.sampled_from([EXECUTED, WITHDRAWN]))
    @precondition(lambda self: self.disputed)
    def end_dispute(self, end: Command) -> None:
        assert self.run(end, "system") == (not self.resolved), "an earlier outcome stays"
        self.resolved = True

    @invariant()
    def the_state_follows_from_what_happened(self) -> None:
        if getattr(self, "row", None) is None:
            return
        expected = (
            ComplaintState.RESOLVED
            if self.resolved
            else ComplaintState.ESCALATED
            if self.disputed
            else ComplaintState.ANSWERED
            if self.answered
            else ComplaintState.OPEN
        )
        assert self.row.state is expected
        assert (self.row.outcome is None) == (self.row.resolved_at is None) == (not self.resolved)
        assert (self.row.dispute_id is not None) == self.disputed

    @invariant()
    def a_reply_is_due_exactly_while_the_complaint_is_open(self) -> None:
        if getattr(self, "row", None) is None:
            return
        is_open = self.row.state is ComplaintState.OPEN
        assert self.row.answer_due_at == (DUE if is_open else None)
        in_work = self.row.state in (ComplaintState.OPEN, ComplaintState.ANSWERED)
        assert self.row.resolve_due_at == (RESOLVE_BY if in_work else None)
        due = [DUE] if is_open and self.row.overdue_at is None else []
        due += [RESOLVE_BY] if in_work and self.row.resolve_overdue_at is None else []
        assert self.row.deadline_at == min(due, default=None)
        assert self.row.deadline_at is None or self.row.deadline_at > self.now
        marked = [each for each in (self.row.overdue_at, self.row.resolve_overdue_at) if each is not None]
        assert self.row.supervised_at == min(marked, default=None)
        assert self.row.overdue_at is None or self.row.overdue_at >= DUE


TestComplaint = ComplaintMachine.TestCase
