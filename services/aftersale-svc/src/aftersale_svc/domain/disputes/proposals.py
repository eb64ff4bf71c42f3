"""Proposals of a settlement: what one side offers, and what became of it. Money is in minor units of `currency`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from aftersale_svc.domain.cases.codes import Liable
from aftersale_svc.domain.disputes.model import DisputeSide, Remedy
from aftersale_svc.domain.permissions import PARTIES, SYSTEM_ONLY


class ProposalState(StrEnum):
    """The states of a proposal; `ended`: the dispute ended otherwise."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPLACED = "replaced"
    LAPSED = "lapsed"
    ENDED = "ended"


class ProposalAction(StrEnum):
    """What can happen to a proposal."""

    ACCEPT = "accept"
    DECLINE = "decline"
    REPLACE = "replace"
    LAPSE = "lapse"
    END = "end"


_S, _A = ProposalState, ProposalAction
PROPOSAL: Lifecycle[ProposalState, ProposalAction] = Lifecycle(
    "settlement proposal",
    initial=_S.OPEN,
    transitions={
        (_S.OPEN, _A.ACCEPT): Transition(_S.ACCEPTED, PARTIES, outcome_of="settle"),
        (_S.OPEN, _A.DECLINE): Transition(_S.DECLINED, PARTIES, outcome_of="decline_proposal"),
        (_S.OPEN, _A.REPLACE): Transition(_S.REPLACED, PARTIES, outcome_of="propose"),
        (_S.OPEN, _A.LAPSE): Transition(_S.LAPSED, SYSTEM_ONLY),
        (_S.OPEN, _A.END): Transition(_S.ENDED, SYSTEM_ONLY),
    },
    timeouts={_S.OPEN: Timeout("parties", "proposal_hours", _A.LAPSE, "proposal_lapses")},
    ends={_S.ACCEPTED, _S.DECLINED, _S.REPLACED, _S.LAPSED, _S.ENDED},
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is offered. The text stays in this database; events carry its hash."""

    remedy: Remedy
    liable: Liable
    amount_minor: int | None
    currency: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What one side offers to the other. One of a dispute is open at a time; each that was replaced is kept.

    `answer_by` is until when it could be answered, also once it was; proposals by earlier builds have none.
    """

    id: str
    dispute_id: str
    side: DisputeSide
    proposed_by: str
    state: ProposalState
    deadline_at: datetime | None
    answer_by: datetime | None = None
    remedy: Remedy
    liable: Liable
    amount_minor: int
    currency: str
    text: str
    created_at: datetime
    updated_at: datetime

    def is_open_at(self, at: datetime) -> bool:
        """Whether it could be answered at this time."""
        return self.created_at <= at and (self.state is ProposalState.OPEN or self.updated_at > at)
