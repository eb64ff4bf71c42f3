"""Caseworkers as they are entered and shown."""

from typing import Annotated

from aftercare_chassis.http.schemas import In, Out, Time, Version, example
from pydantic import Field

from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.caseworkers.model import Caseworker, CaseworkerRole, Workload

MOST_OPEN = 20


class CaseworkerIn(In):
    """What a caseworker can be given."""

    model_config = example(role="agent", available=True, types=["return_refund", "exchange"], most_open=20)

    role: CaseworkerRole
    """An `agent` is given reviews, an `arbitrator` disputes."""
    available: bool = True
    """Whether they are given anything now; what they have stays with them."""
    types: Annotated[list[CaseType], Field(max_length=len(CaseType))] = Field(default_factory=list)
    """The types of cases about which they are given work; empty: every type."""
    most_open: Annotated[int, Field(ge=1, le=1000)] = MOST_OPEN
    """Who has as many reviews, or disputes that are not decided, is given no more."""


class CaseworkerOut(Out):
    """A caseworker on the roster."""

    id: str
    """The agent or arbitrator."""
    version: Version
    role: CaseworkerRole
    """An `agent` is given reviews, an `arbitrator` disputes."""
    available: bool
    """Whether they are given anything now."""
    types: list[str]
    """The types of cases about which they are given work; empty: every type."""
    most_open: int
    """Who has as many is given no more."""
    set_by: str
    """Who has entered it."""
    set_at: Time
    """When."""
    open: int | None = None
    """How many reviews, or disputes that are not decided, they have; null in the answer to a change."""

    @classmethod
    def of(cls, found: Caseworker) -> "CaseworkerOut":
        return cls(
            id=found.id,
            version=found.version,
            role=found.role,
            available=found.is_available,
            types=found.types,
            most_open=found.most_open,
            set_by=found.set_by,
            set_at=found.set_at,
            open=found.open_count if isinstance(found, Workload) else None,
        )
