"""What claims of every kind have: their fields, their history, and how they are listed beside their case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from aftercare_chassis.lifecycle import HasState
from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.timeline import TimelineStep


class ClaimKind(StrEnum):
    """Whom money is claimed from, or what is claimed."""

    COURIER = "courier"
    FREIGHT_INSURANCE = "freight_insurance"
    MERCHANT_DEPOSIT = "merchant_deposit"
    REFUSED_GOODS = "refused_goods"


class Claim(HasState, Protocol):
    """A frozen dataclass with what a claim of every kind has. Money is in minor units of `currency`; times are aware, UTC.

    `kind` is a code of ClaimKind. `buyer_id` is empty where the claim is none of the buyer's: they see neither it nor its deadlines.
    `party_ids` are the parties of its case, and who has acted for one of them.
    """

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def case_id(self) -> str: ...
    @property
    def order_id(self) -> str: ...
    @property
    def merchant_id(self) -> str: ...
    @property
    def buyer_id(self) -> str: ...
    @property
    def opened_by(self) -> str: ...
    @property
    def whose_turn(self) -> str: ...
    @property
    def deadline_at(self) -> datetime | None: ...
    @property
    def party_ids(self) -> list[str]: ...
    @property
    def evidence(self) -> list[str]: ...
    @property
    def claimed_minor(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def updated_at(self) -> datetime: ...


C = TypeVar("C", bound=Claim)


def with_evidence(claim: C, evidence: Sequence[str]) -> C:
    """The claim with these hashes added, each once."""
    return replace(claim, evidence=list(dict.fromkeys([*claim.evidence, *evidence])))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimStep:
    """One step of a claim: who did what, and the state after it. Its texts stay in this database."""

    id: str
    claim_id: str
    at: datetime
    actor_id: str
    actor_role: str
    action: str
    state: str
    note: str | None
    evidence: list[str]
    decision_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class StepOfClaim(TimelineStep):
    """A step of a claim beside a case, in the timeline of the case; `state` is that of the claim."""

    claim_id: str
    kind: ClaimKind

    @classmethod
    def of(cls, step: ClaimStep, case_id: str, kind: ClaimKind) -> "StepOfClaim":
        """The step as one of its case."""
        return cls(
            id=step.id,
            case_id=case_id,
            dispute_id=None,
            at=step.at,
            actor_id=step.actor_id,
            actor_role=step.actor_role,
            action=step.action,
            state=step.state,
            note=step.note,
            evidence=step.evidence,
            decision_id=step.decision_id,
            claim_id=step.claim_id,
            kind=kind,
        )


@dataclass(frozen=True, slots=True)
class ClaimSummary:
    """A claim beside a case: its id, its kind, and how far it is."""

    id: str
    kind: ClaimKind
    state: str
