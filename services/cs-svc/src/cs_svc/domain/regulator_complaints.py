"""Complaints that an authority sends 行政投诉: file number, legal deadlines, mediation and the reply.

The deadlines are those of the Interim Measures for the Handling of Complaints and Reports in Market Regulation (市场监督管理投诉举报处理暂行办法, order 20 of
the State Administration for Market Regulation, 2019): the authority decides within seven working days whether it accepts a complaint
(article 14), ends a mediation without an agreement 45 working days after that (article 21), and informs both sides within seven working
days of the end. Whoever is asked to take part answers by these dates unless the authority sets another one.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.lifecycle import Guard, Lifecycle, Permission, Timeout, Transition
from aftercare_chassis.working_time import Calendar, add_working_days

from cs_svc.domain.errors import NoAnswerAwaited
from cs_svc.domain.permissions import SYSTEM_ONLY

ACCEPT_WORKING_DAYS = 7
MEDIATE_WORKING_DAYS = 45
REPLY_WORKING_DAYS = 7
WORKING_DAYS = Calendar(id="working-days", version=0, time_zone="Asia/Shanghai")
"""Monday to Friday, without public holidays: what is counted in where no calendar is set."""
AGENT_OR_ADMIN = Permission("agent_or_admin_only", frozenset({"agent", "admin"}))


class RegulatorState(StrEnum):
    """The states of a complaint of an authority; `replying`: its outcome is known, and the letter is due."""

    RECEIVED = "received"
    MEDIATING = "mediating"
    REPLYING = "replying"
    CLOSED = "closed"


class RegulatorAction(StrEnum):
    """What is done with it. ACCEPT and DECLINE: the mediation; AGREE and REFUSE: what becomes of it; REOPEN: the authority comes back to it."""

    ASSIGN = "assign"
    ACCEPT = "accept"
    DECLINE = "decline"
    AGREE = "agree"
    REFUSE = "refuse"
    REPLY = "reply"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    MARK_OVERDUE = "mark_overdue"


class RegulatorOutcome(StrEnum):
    """How it ended: mediation was declined, an agreement was reached or refused, or the complaint was withdrawn."""

    DECLINED = "declined"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulatorComplaint:
    """A complaint that an authority sent. `file_number` is the authority's, once per authority.

    `due_at` is by when the next step is due, by law or as the authority has set; None in a closed one. `deadline_at` is when the timer marks
    it as overdue, None once it has. `responsible_id` is the agent who answers for it. `letter` is the reply as it was sent.
    """

    id: str
    version: int
    state: RegulatorState
    authority: str
    file_number: str
    complaint_id: str | None
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    responsible_id: str
    text: str
    outcome: RegulatorOutcome | None = None
    agreement: str | None = None
    letter: str | None = None
    received_at: datetime
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    deadline_at: datetime | None = None
    overdue_at: datetime | None = None
    replied_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


# Two steps are not overdue at the same time: what was marked before the present step was due does not count for it.
ALREADY_MARKED = Guard(
    NoAnswerAwaited.code,
    lambda row, _: (
        NoAnswerAwaited()
        if row.due_at is None or (row.overdue_at is not None and row.overdue_at >= row.due_at)
        else None
    ),
)


def _in_time(turn: str) -> Timeout[RegulatorAction]:
    return Timeout(
        turn=turn, since="due_at", then=RegulatorAction.MARK_OVERDUE, effect="marked_overdue", unless=ALREADY_MARKED
    )


_S, _A = RegulatorState, RegulatorAction
REGULATOR_COMPLAINT: Lifecycle[RegulatorState, RegulatorAction] = Lifecycle(
    "regulator complaint",
    initial=_S.RECEIVED,
    transitions={
        (_S.RECEIVED, _A.ASSIGN): Transition(_S.RECEIVED, AGENT_OR_ADMIN),
        (_S.RECEIVED, _A.ACCEPT): Transition(_S.MEDIATING, AGENT_OR_ADMIN),
        (_S.RECEIVED, _A.DECLINE): Transition(_S.REPLYING, AGENT_OR_ADMIN),
        (_S.RECEIVED, _A.WITHDRAW): Transition(_S.CLOSED, AGENT_OR_ADMIN),
        (_S.RECEIVED, _A.MARK_OVERDUE): Transition(_S.RECEIVED, SYSTEM_ONLY),
        (_S.MEDIATING, _A.ASSIGN): Transition(_S.MEDIATING, AGENT_OR_ADMIN),
        (_S.MEDIATING, _A.AGREE): Transition(_S.REPLYING, AGENT_OR_ADMIN),
        (_S.MEDIATING, _A.REFUSE): Transition(_S.REPLYING, AGENT_OR_ADMIN),
        (_S.MEDIATING, _A.WITHDRAW): Transition(_S.CLOSED, AGENT_OR_ADMIN),
        (_S.MEDIATING, _A.MARK_OVERDUE): Transition(_S.MEDIATING, SYSTEM_ONLY),
        (_S.REPLYING, _A.ASSIGN): Transition(_S.REPLYING, AGENT_OR_ADMIN),
        (_S.REPLYING, _A.REPLY): Transition(_S.CLOSED, AGENT_OR_ADMIN),
        (_S.REPLYING, _A.MARK_OVERDUE): Transition(_S.REPLYING, SYSTEM_ONLY),
        (_S.CLOSED, _A.REOPEN): Transition(_S.MEDIATING, AGENT_OR_ADMIN),
    },
    timeouts={_S.RECEIVED: _in_time("agent"), _S.MEDIATING: _in_time("agent"), _S.REPLYING: _in_time("agent")},
    ends={_S.CLOSED},
)
OUTCOMES = {
    _A.DECLINE: RegulatorOutcome.DECLINED,
    _A.AGREE: RegulatorOutcome.AGREED,
    _A.REFUSE: RegulatorOutcome.REFUSED,
    _A.WITHDRAW: RegulatorOutcome.WITHDRAWN,
}
"""The outcome of each action that has one."""
_DAYS = {
    _A.ACCEPT: MEDIATE_WORKING_DAYS,
    _A.REOPEN: MEDIATE_WORKING_DAYS,
    _A.DECLINE: REPLY_WORKING_DAYS,
    _A.AGREE: REPLY_WORKING_DAYS,
    _A.REFUSE: REPLY_WORKING_DAYS,
}
"""How many working days the step after each action may take."""


def first_due(calendar: Calendar, received_at: datetime) -> datetime:
    """By when the participation in a mediation is decided."""
    return add_working_days(calendar, received_at, ACCEPT_WORKING_DAYS)


def prepared(
    row: RegulatorComplaint, action: RegulatorAction, calendar: Calendar, now: datetime, set_by: datetime | None
) -> RegulatorComplaint:
    """The row with what the action stores besides the state. `set_by` is the date of the authority for the next step, None: by law."""
    if action is RegulatorAction.ASSIGN:
        return row
    days = _DAYS.get(action)
    due = None if days is None else set_by or add_working_days(calendar, now, days)
    accepted = now if action is RegulatorAction.ACCEPT else row.accepted_at
    outcome = None if action is RegulatorAction.REOPEN else OUTCOMES.get(action, row.outcome)
    return replace(row, due_at=due, accepted_at=accepted, outcome=outcome)
