"""Caseworkers: the agents and the arbitrators to whom work is given by how much they have."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CaseworkerRole(StrEnum):
    """What a caseworker is given: an agent the reviews of cases, an arbitrator disputes."""

    AGENT = "agent"
    ARBITRATOR = "arbitrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caseworker:
    """A person on the roster. `types` are the types of cases about which they are given work; none: every type. `most_open` is how many
    reviews or disputes they have at most when they are given another."""

    id: str
    version: int
    role: CaseworkerRole
    is_available: bool
    types: list[str]
    most_open: int
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload(Caseworker):
    """A caseworker with how many reviews, or disputes that are not decided, they have."""

    open_count: int
