"""Every conversation, complaint and feedback can end from each state that it can reach.

The service's own commands are run on one row in memory. Reached is what people, timers and events lead to; from there, an
end must be reachable by people, timers and the end of a dispute that is open.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from aftercare_events import DisputeExecuted, DisputeOpened, DisputeWithdrawn, Event
from cs_memory import NOW, Command, Memory, Row, after, dispute_event
from cs_svc.commands import complaint_intake, complaints, conversations, feedback, snoozing
from cs_svc.commands.deadlines import complaint_timer, conversation_timer
from cs_svc.domain.complaints import ComplaintCategory, ComplaintChannel, ComplaintOutcome
from cs_svc.domain.feedback import FeedbackChannel

ROLES = ("buyer", "seller", "agent", "arbitrator", "admin")


def on_dispute(cls: type[Event], command: Callable[[Any, Any], Awaitable[None]]) -> Command:
    return lambda tx: command(tx, dispute_event(cls, tx.row))


def nothing(_: Row) -> dict[str, Command]:
    return {}


@dataclass(frozen=True)
class Document:
    """How a document is opened, and the commands of people, of the timer and of events on it.

    `certain` are the events that will arrive in time, given the row; `others` may arrive or not.
    """

    opened: Command
    people: dict[str, Command]
    end: str
    timer: Command | None = None
    others: dict[str, Command] = field(default_factory=dict)
    certain: Callable[[Row], dict[str, Command]] = nothing


def ends_of_dispute(row: Row) -> dict[str, Command]:
    """Each dispute ends one way or the other, which aftersale-svc tests."""
    if row.dispute_id is None:
        return {}
    return {
        "verdict executed": on_dispute(DisputeExecuted, complaints.dispute_executed),
        "dispute withdrawn": on_dispute(DisputeWithdrawn, complaints.dispute_withdrawn),
    }


CONVERSATION = Document(
    opened=lambda tx: conversations.open_(tx, order_id=None, case_id="case_1", text="?"),
    people={
        "post": lambda tx: conversations.post(tx, "conv_1", text="?"),
        "assign": lambda tx: conversations.assign(tx, "conv_1"),
        "close": lambda tx: conversations.close(tx, "conv_1"),
        "reopen": lambda tx: snoozing.reopen(tx, "conv_1"),
        "snooze": lambda tx: snoozing.snooze(tx, "conv_1", until=NOW + timedelta(days=9)),
        "wake": lambda tx: snoozing.wake(tx, "conv_1"),
    },
    end="closed",
    timer=lambda tx: conversation_timer.act(tx, tx.row),
    others={"notify": lambda tx: conversations.notify(tx, order_id="ord_1", case_id="case_1", code="return_shipped")},
)
COMPLAINT = Document(
    opened=lambda tx: complaint_intake.receive(
        tx, channel=ComplaintChannel.WEB, category=ComplaintCategory.OTHER, text="?", order_id=None, case_id="case_1"
    ),
    people={
        "answer": lambda tx: complaints.answer(tx, "cmp_1", text="?"),
        "resolve": lambda tx: complaints.resolve(tx, "cmp_1", outcome=ComplaintOutcome.EXPLAINED),
    },
    end="resolved",
    timer=lambda tx: complaint_timer.act(tx, tx.row),
    others={"dispute opened": on_dispute(DisputeOpened, complaints.follow_dispute)},
    certain=ends_of_dispute,
)
FEEDBACK = Document(
    opened=lambda tx: feedback.receive(
        tx, channel=FeedbackChannel.WEB, text="?", source=None, order_id=None, case_id=None
    ),
    people={
        "answer": lambda tx: feedback.answer(tx, "fb_1", text="?"),
        "improve": lambda tx: feedback.improve(tx, "fb_1", text="?"),
    },
    end="improved",
)
KINDS = {"conversation": CONVERSATION, "complaint": COMPLAINT, "feedback": FEEDBACK}
DOCUMENTS = pytest.mark.parametrize("document", KINDS.values(), ids=KINDS.keys())


async def ways_out(document: Document, row: Row) -> list[Row]:
    """What people, the timer and the events that are certain to arrive make of the row."""
    found = [await after(command, row, role) for command in document.people.values() for role in ROLES]
    found += [await after(command, row, "system") for command in document.certain(row).values()]
    if document.timer is not None and row.deadline_at is not None:
        found.append(await after(document.timer, row, "system", row.deadline_at))
    return found


def facts(row: Row) -> tuple[object, ...]:
    """What decides how the document goes on; times count as being set or not."""
    names = ("state", "whose_turn", "dispute_id", "outcome", "answer_due_at", "deadline_at", "overdue_at")
    names += ("resolve_due_at", "resolve_overdue_at")
    values = [getattr(row, name, None) for name in names]
    return tuple("set" if isinstance(value, datetime) else value for value in values)


async def graph(document: Document) -> dict[tuple[object, ...], set[tuple[object, ...]]]:
    """Every reachable row, by its facts, with those that its ways out lead to."""
    tx = Memory(None, "buyer")
    await document.opened(tx)
    edges: dict[tuple[object, ...], set[tuple[object, ...]]] = {}
    queue = deque([tx.row])
    while queue:
        row = queue.popleft()
        if facts(row) in edges:
            continue
        out = await ways_out(document, row)
        edges[facts(row)] = {facts(each) for each in out}
        queue += [*out, *[await after(command, row, "system") for command in document.others.values()]]
    return edges


@DOCUMENTS
async def test_an_end_can_be_reached_from_everywhere(document: Document) -> None:
    edges = await graph(document)
    saved = {node for node in edges if node[0] == document.end}
    while more := {node for node, targets in edges.items() if targets & saved} - saved:
        saved |= more
    assert set(edges) - saved == set()


@DOCUMENTS
async def test_every_state_is_reached(document: Document) -> None:
    tx = Memory(None, "buyer")
    await document.opened(tx)
    assert {node[0] for node in await graph(document)} == set(type(tx.row.state))


@pytest.mark.parametrize("document", [CONVERSATION, COMPLAINT], ids=["conversation", "complaint"])
async def test_a_timer_runs_exactly_while_an_answer_is_due_and_not_marked(document: Document) -> None:
    for _, _, _, _, answer, deadline, overdue, resolution, late in await graph(document):
        # A conversation is overdue again by each answer, a complaint once by its first reply and once by its end.
        awaited = (answer == "set", resolution == "set" and late is None)
        assert deadline is None or any(awaited)
        assert answer is None or deadline == "set" or overdue == "set"
        assert not awaited[1] or deadline == "set"
