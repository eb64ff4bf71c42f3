"""Disputes and verdicts. Money is in minor units of `currency`; times are aware, UTC."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftersale_svc.domain.cases.codes import Liable


class DisputeState(StrEnum):
    """The states of a dispute."""

    AWAIT_MERCHANT_ANSWER = "await_merchant_answer"
    PLATFORM_REVIEW = "platform_review"
    EXECUTING = "executing"
    EXECUTED = "executed"
    WITHDRAWN = "withdrawn"


class DisputeAction(StrEnum):
    """What can be done to a dispute."""

    ANSWER = "answer"
    ADD_EVIDENCE = "add_evidence"
    ESCALATE = "escalate"
    DECIDE = "decide"
    EXECUTE = "execute"
    WITHDRAW = "withdraw"


class Remedy(StrEnum):
    """What a verdict orders: a refund, nothing, or that the case goes on where the dispute stopped it."""

    REFUND = "refund"
    NONE = "none"
    RESUME = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A buyer's complaint about a case, decided by the platform (纠纷单)."""

    id: str
    version: int
    case_id: str
    order_id: str
    complaint_id: str
    buyer_id: str
    merchant_id: str
    category: str
    state: DisputeState
    whose_turn: str
    deadline_at: datetime | None
    evidence: list[str]
    answer: str | None = None
    answered_at: datetime | None = None
    liable: Liable | None = None
    remedy: Remedy | None = None
    amount_minor: int | None = None
    currency: str
    grounds: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    refunded_minor: int | None = None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an arbitrator decides. Its grounds stay in this database; the event carries their hash."""

    liable: Liable
    remedy: Remedy
    amount_minor: int | None
    currency: str | None
    grounds: str
