"""What comes in over channels: it is stored as it arrived, and processed afterwards."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from cs_svc.domain.channels import Channel
from cs_svc.domain.permissions import AGENT_OR_ADMIN, SYSTEM_ONLY

MOST_AN_HOUR = 60
"""The most messages of one address that become messages of conversations in an hour; an auto-responder that says nothing of itself ends there."""


class InboundState(StrEnum):
    """How far the processing is. `unreadable`: it is none of the channel's messages, or too large or too deep to be read."""

    RECEIVED = "received"
    APPLIED = "applied"
    IGNORED = "ignored"
    UNREADABLE = "unreadable"


class InboundAction(StrEnum):
    APPLY = "apply"
    IGNORE = "ignore"
    REJECT = "reject"
    POSTPONE = "postpone"
    REDRIVE = "redrive"


_S, _A = InboundState, InboundAction
INBOUND: Lifecycle[InboundState, InboundAction] = Lifecycle(
    "inbound message",
    initial=_S.RECEIVED,
    transitions={
        (_S.RECEIVED, _A.APPLY): Transition(_S.APPLIED, SYSTEM_ONLY),
        (_S.RECEIVED, _A.IGNORE): Transition(_S.IGNORED, SYSTEM_ONLY),
        (_S.RECEIVED, _A.REJECT): Transition(_S.UNREADABLE, SYSTEM_ONLY),
        # A fault of ours: it is processed again, in growing pauses, until it can be.
        (_S.RECEIVED, _A.POSTPONE): Transition(_S.RECEIVED, SYSTEM_ONLY),
        # After what stopped it has been mended, such as an account that was not connected.
        (_S.IGNORED, _A.REDRIVE): Transition(_S.RECEIVED, AGENT_OR_ADMIN),
        (_S.UNREADABLE, _A.REDRIVE): Transition(_S.RECEIVED, AGENT_OR_ADMIN),
    },
    timeouts={_S.RECEIVED: Timeout("system")},
    ends={_S.APPLIED, _S.IGNORED, _S.UNREADABLE},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedInbound:
    """One thing that came in, without its content."""

    id: str
    channel: Channel
    state: InboundState
    why: str | None
    attempts: int
    due_at: datetime | None
    received_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One thing that came in. `push_id` is what makes two deliveries of it the same one; `why` is the reason of its state."""

    id: str
    channel: Channel
    push_id: str
    state: InboundState = InboundState.RECEIVED
    why: str | None = None
    attempts: int = 0
    due_at: datetime | None
    received_at: datetime
    finished_at: datetime | None = None
    raw: bytes
