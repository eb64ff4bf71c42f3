"""Bodies of what came in over channels."""

from dataclasses import asdict
from typing import Self

from aftercare_chassis.http.schemas import AllowedActions, AllowedOut, Out, Time
from aftercare_chassis.lifecycle import Actor

from cs_svc.domain.channels import Channel
from cs_svc.domain.inbound import INBOUND, InboundState, ListedInbound


class InboundOut(Out):
    """One thing that came in over a channel; never its content."""

    id: str
    """Identifies it: `in_…`."""
    channel: Channel
    """Over which channel it came."""
    state: InboundState
    """`received`: it is to be processed; `ignored`: it has no effect; `unreadable`: it cannot be read."""
    why: str | None
    """A code of the reason; null where there is none."""
    attempts: int
    """How often it was processed."""
    due_at: Time | None
    """When it is processed next; null where it is not."""
    received_at: Time
    """When it came in."""
    finished_at: Time | None
    """When it was processed at last; null where it was not."""
    allowed_actions: AllowedActions

    @classmethod
    def of(cls, inbound: ListedInbound, actor: Actor) -> Self:
        """What came in, with what this actor may do."""
        return cls.model_validate(
            {**asdict(inbound), "allowed_actions": AllowedOut.of(INBOUND.allowed(inbound, actor))}
        )
