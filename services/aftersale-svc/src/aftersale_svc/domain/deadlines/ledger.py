"""The ledger: every deadline that was set, for which document, by which rule and calendar, and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from aftercare_chassis.lifecycle import Guard, Lifecycle, Permission, Timeout, Transition
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.deadlines.errors import DeadlineUnlimited, ExtendedTooOften, OwnDeadline
from aftersale_svc.domain.deadlines.rules import DeadlineRule, RuleScope, Unit
from aftersale_svc.domain.permissions import SYSTEM_ONLY

MOST_EXTENSIONS = 3
PARTIES = {"buyer": "buyer", "seller": "merchant"}
"""The parties by their roles. They may give each other time, and lose by a deadline that passes."""


class DocumentKind(StrEnum):
    """What a deadline belongs to."""

    CASE = "case"
    DISPUTE = "dispute"
    COURIER_CLAIM = "courier_claim"
    GUARANTEE_CLAIM = "guarantee_claim"
    REFUSED_GOODS_CLAIM = "refused_goods_claim"


class DeadlineState(StrEnum):
    """The states of a deadline. A paused one has ended as well: what was left of it is a new deadline later."""

    SET = "set"
    EXTENDED = "extended"
    MOVED = "moved"
    MET = "met"
    PAUSED = "paused"
    FIRED = "fired"


class DeadlineAction(StrEnum):
    """What can be done to a deadline."""

    EXTEND = "extend"
    MOVE = "move"
    MEET = "meet"
    PAUSE = "pause"
    FIRE = "fire"


class MissedBy(StrEnum):
    """Whose deadlines are counted as missed where their timer fires."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    AGENT = "agent"
    PLATFORM = "platform"


class ExtensionCause(StrEnum):
    """Why somebody has more time."""

    AGENT = "agent"
    AGREEMENT = "agreement"
    STANDSTILL = "standstill"
    CALENDAR = "calendar"
    COURIER = "courier"


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """One stay of a document in a state: whose turn it is, and until when; without `due_at` it is open-ended.

    `timer` names the rule, `amount` and `unit` are what it allowed. `continued_seconds` is what it began with, where it goes on
    after a stop, and `kept_seconds` what was left where it was stopped; both in seconds of what is counted. It is counted in the
    hours and closed days of `calendar_version`, and in the days of the country that this version was made with, or in newer ones,
    `country_version`, once these have come. `extension_cause` is why its end was last changed; `reminds_at` when whose turn it is is reminded next, `reminders` how often they were.
    """

    id: str
    document: DocumentKind
    document_id: str
    case_id: str
    buyer_id: str
    merchant_id: str
    document_state: str
    turn: str
    state: DeadlineState
    cause: str
    set_at: datetime
    due_at: datetime | None
    timer: str | None = None
    amount: float | None = None
    unit: Unit | None = None
    rule_scope: RuleScope | None = None
    rule_version: int | None = None
    calendar_id: str | None = None
    calendar_version: int | None = None
    country_version: int | None = None
    provisional: bool = False
    continued_seconds: int | None = None
    kept_seconds: int | None = None
    extensions: int = 0
    extension_cause: ExtensionCause | None = None
    reminds_at: datetime | None = None
    reminders: int = 0
    ended_at: datetime | None = None

    @property
    def rule(self) -> DeadlineRule | None:
        """The rule that it was computed with; None where nothing limits it."""
        if self.timer is None or self.amount is None:
            return None
        return DeadlineRule(self.timer, self.amount, self.unit or Unit.HOURS)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineMove:
    """That the end of a deadline was changed, and what it was before."""

    id: str
    deadline_id: str
    at: datetime
    previous_due_at: datetime


def _own(deadline: Deadline, role: object) -> Refusal | None:
    """A party may give time to the other one; staff, to the parties and to whoever else is not of the platform."""
    if role == "system":
        return None
    if role in PARTIES:
        return None if deadline.turn in PARTIES.values() and deadline.turn != PARTIES[str(role)] else OwnDeadline()
    return OwnDeadline() if deadline.turn in ("agent", "platform") else None


def _too_often(deadline: Deadline, role: object) -> Refusal | None:
    if role == "system" or deadline.extensions < MOST_EXTENSIONS:
        return None
    return ExtendedTooOften(most=MOST_EXTENSIONS)


def _unlimited(deadline: Deadline, _: object) -> Refusal | None:
    return DeadlineUnlimited() if deadline.due_at is None else None


_S, _A = DeadlineState, DeadlineAction
_OPEN = (_S.SET, _S.EXTENDED, _S.MOVED)
_EXTENDABLE = Permission("parties_only", frozenset({"buyer", "seller", "agent", "system"}))
_GUARDS = (
    Guard(DeadlineUnlimited.code, _unlimited),
    Guard(OwnDeadline.code, _own),
    Guard(ExtendedTooOften.code, _too_often),
)

DEADLINE: Lifecycle[DeadlineState, DeadlineAction] = Lifecycle(
    "deadline",
    initial=_S.SET,
    transitions={
        **{(state, _A.EXTEND): Transition(_S.EXTENDED, _EXTENDABLE, _GUARDS) for state in _OPEN},
        **{(state, _A.MOVE): Transition(_S.MOVED, SYSTEM_ONLY) for state in _OPEN},
        **{(state, _A.MEET): Transition(_S.MET, SYSTEM_ONLY) for state in _OPEN},
        **{(state, _A.PAUSE): Transition(_S.PAUSED, SYSTEM_ONLY) for state in _OPEN},
        **{(state, _A.FIRE): Transition(_S.FIRED, SYSTEM_ONLY) for state in _OPEN},
    },
    timeouts={state: Timeout("system") for state in _OPEN},
    ends={_S.MET, _S.PAUSED, _S.FIRED},
)
"""A deadline. The facts of its guards are the role of who extends it."""


@cache
def end_of(action: DeadlineAction) -> DeadlineState:
    """The state in which an open deadline ends by this action."""
    rows = [row for (_, each), row in DEADLINE.transitions.items() if each is action]
    [end] = {target for row in rows for target in DEADLINE.targets(row)}
    return end
