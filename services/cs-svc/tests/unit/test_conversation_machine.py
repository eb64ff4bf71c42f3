"""Random histories of a conversation keep what its readers rely on."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any

from aftercare_chassis.refusals import Refusal
from cs_memory import NOW, Memory
from cs_svc.commands import conversations, snoozing
from cs_svc.commands.deadlines import conversation_timer, snooze_timer
from cs_svc.domain.conversations import CONVERSATION, Conversation, ConversationState, Message, Turn
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

REPLY = timedelta(hours=4)


class ConversationMachine(RuleBasedStateMachine):
    """One conversation, with a model of when its oldest unanswered message was written."""

    row: Conversation

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.asked_at: Any = None
        self.messages: list[Message] = []
        self.recorded: list[str] = []

    def run(self, command: Any, role: str) -> bool:
        """Run a command; returns whether it was permitted."""
        tx = Memory(getattr(self, "row", None), role, self.now)
        try:
            asyncio.run(command(tx))
        except Refusal:
            assert tx.events == []
            return False
        self.row = tx.row
        self.messages += [row for row in tx.inserted if isinstance(row, Message)]
        if role == "buyer":
            assert self.row.snoozed_until is None
        self.recorded += [type(event).__name__ for event in tx.events]
        return True

    @initialize()
    def open(self) -> None:
        assert self.run(lambda tx: conversations.open_(tx, order_id=None, case_id="case_1", text="?"), "buyer")
        self.asked_at = self.now

    @rule(hours=st.sampled_from([0.5, 3, 5]))
    def pass_time(self, hours: float) -> None:
        self.now += timedelta(hours=hours)
        if self.row.snoozed_until is not None and self.row.snoozed_until <= self.now:
            assert self.run(lambda tx: snooze_timer.act(tx, tx.row), "system")
            assert self.row.snoozed_until is None
        if self.row.deadline_at is not None and self.row.deadline_at <= self.now:
            assert self.run(lambda tx: conversation_timer.act(tx, tx.row), "system")

    @rule(role=st.sampled_from(["buyer", "seller", "agent"]))
    def post(self, role: str) -> None:
        closed = self.row.state is ConversationState.CLOSED
        permitted = self.run(lambda tx: conversations.post(tx, "conv_1", text="?"), role)
        assert permitted == (not closed or role != "seller")
        if permitted:
            self.asked_at = (self.asked_at or self.now) if role == "buyer" else None

    @rule(role=st.sampled_from(["buyer", "seller", "agent"]))
    def close(self, role: str) -> None:
        was_open = self.row.state is ConversationState.OPEN
        assert self.run(lambda tx: conversations.close(tx, "conv_1"), role) == (was_open and role != "seller")
        if self.row.state is ConversationState.CLOSED:
            self.asked_at = None

    @rule()
    def reopen(self) -> None:
        was_closed = self.row.state is ConversationState.CLOSED
        assert self.run(lambda tx: snoozing.reopen(tx, "conv_1"), "agent") == was_closed

    @rule(hours=st.sampled_from([-1, 1, 4]))
    def snooze(self, hours: int) -> None:
        until = self.now + timedelta(hours=hours)
        was_open = self.row.state is ConversationState.OPEN
        assert self.run(lambda tx: snoozing.snooze(tx, "conv_1", until=until), "agent") == (was_open and hours > 0)

    @rule()
    def wake(self) -> None:
        put_off = self.row.snoozed_until is not None
        assert self.run(lambda tx: snoozing.wake(tx, "conv_1"), "agent") == put_off

    @rule()
    def notify(self) -> None:
        before = self.row
        notify = lambda tx: conversations.notify(tx, order_id="ord_1", case_id="case_1", code="return_shipped")  # noqa: E731
        assert self.run(notify, "system")
        assert (self.row.state, self.row.whose_turn) == (before.state, before.whose_turn)

    @rule()
    @precondition(lambda self: self.row.state is ConversationState.OPEN)
    def assign(self) -> None:
        assert self.run(lambda tx: conversations.assign(tx, "conv_1", agent_id="agent-7"), "agent")

    @invariant()
    def an_answer_is_due_from_the_oldest_unanswered_message(self) -> None:
        if not hasattr(self, "row"):
            return
        due = self.asked_at + REPLY if self.asked_at else None
        assert self.row.answer_due_at == due
        assert (self.row.whose_turn is Turn.SERVICE) == (due is not None)

    @invariant()
    def the_timer_runs_until_it_has_marked_the_answer(self) -> None:
        if not hasattr(self, "row"):
            return
        due, overdue = self.row.answer_due_at, self.row.overdue_at
        marked = due is not None and overdue is not None and overdue >= due
        assert self.row.deadline_at == (None if marked else due)
        assert CONVERSATION.due(self.row, self.now) is None, "nothing is due that the timer has not done"
        assert marked == (due is not None and due <= self.now)

    @invariant()
    def what_is_put_off_comes_back_once(self) -> None:
        if not hasattr(self, "row"):
            return
        put_off = [name for name in self.recorded if name in ("ConversationSnoozed", "ConversationWoken")]
        back = [first for first, then in pairwise(put_off) if first == then == "ConversationWoken"]
        assert back == []
        assert (self.row.snoozed_until is not None) == (put_off[-1:] == ["ConversationSnoozed"])

    @invariant()
    def messages_and_events_are_counted(self) -> None:
        if not hasattr(self, "row"):
            return
        assert self.row.message_count == len(self.messages) == self.recorded.count("MessagePosted")
        assert [message.place for message in self.messages] == [f"{n:08d}" for n in range(1, len(self.messages) + 1)]
        assert self.row.version == len(self.recorded)
        assert (self.row.state is ConversationState.CLOSED) == (self.row.closed_at is not None)
        assert self.recorded.count("ConversationClosed") - self.recorded.count("ConversationReopened") == (
            self.row.state is ConversationState.CLOSED
        )


TestConversation = ConversationMachine.TestCase
