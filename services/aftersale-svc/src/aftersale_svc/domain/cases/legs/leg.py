"""What a leg consists of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from aftercare_chassis.lifecycle import Timeout, Transition

from aftersale_svc.domain.cases.model import CaseAction, CaseState


class Exit(StrEnum):
    """Where a leg can be left. Each leg has an enumeration of its own."""


Row = Transition[CaseState | Exit]
LegRows = Mapping[tuple[CaseState, CaseAction], Row]


@dataclass(frozen=True, eq=False)
class Leg:
    """A fragment of the state table. `entry` is its first state; `timeouts` has each of its states.

    `can_be_disputed` is False where a complaint cannot stop it any more. `resumes` has the states that are not gone back to after
    a dispute, with those in their place.
    """

    name: str
    entry: CaseState
    rows: LegRows
    timeouts: Mapping[CaseState, Timeout[CaseAction]]
    can_be_disputed: bool = True
    resumes: Mapping[CaseState, CaseState] = field(default_factory=dict)

    @property
    def exits(self) -> frozenset[Exit]:
        """Its named exits."""
        named = (each for row in self.rows.values() for each in (row.target, row.remembered))
        return frozenset(each for each in named if isinstance(each, Exit))
