"""Bodies of calls."""

from dataclasses import asdict
from typing import Self

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    In,
    Out,
    Text,
    Time,
    UpdatedAt,
    Version,
    example,
)
from aftercare_chassis.lifecycle import Actor

from cs_svc.api.schemas.customers import KnownCaseOut, KnownOrderOut
from cs_svc.domain.calls import CALL, Call, CallDirection, CallOutcome, CallState
from cs_svc.domain.identities import masked
from cs_svc.queries.calls import CallWithCustomer


class DispositionIn(In):
    """What came of a call."""

    model_config = example(outcome="follow_up", note="答应明天上午回电告知入库结果。")

    outcome: CallOutcome
    """The outcome; it is also written in the conversation."""
    note: Text | None = None
    """What was said; may be left out. Agents read it as a note of the conversation, buyers and merchants never do."""


class CallOut(Out):
    """A call with a customer."""

    id: str
    """Identifies the call: `call_…`."""
    version: Version
    state: CallState
    """`missed` and `ended` await an agent who records the outcome; `disposed` is the end."""
    direction: CallDirection
    """From whom the call came: `inbound` from the customer, `outbound` to them."""
    identity_id: str
    """The number of the customer."""
    buyer_id: str
    """Whose the number was when the call began."""
    agent_id: str | None
    """The agent who answered, called, or recorded the outcome; null where none has."""
    line: str | None
    """The number of ours; null where the telephone system does not say it."""
    conversation_id: str | None
    """Where the call is logged; null while it lasts."""
    started_at: Time
    """When it began to ring."""
    answered_at: Time | None
    """When it was answered; null where it was not, or no report says so."""
    ended_at: Time | None
    """When it ended; null while it lasts, and where no end was reported."""
    duration_seconds: int | None
    """How long they talked; null where nobody answered, and where no end was reported."""
    recording: str | None
    """Where the telephone system keeps the recording; null where there is none."""
    outcome: CallOutcome | None
    """What came of it; null until an agent has recorded it."""
    note: str | None
    """What the agent noted; null where there is nothing."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, call: Call, actor: Actor) -> Self:
        """The call with what this actor may do."""
        return cls.model_validate({**asdict(call), "allowed_actions": AllowedOut.of(CALL.allowed(call, actor))})


class CallWithCustomerOut(CallOut):
    """A call, and what an agent needs to know before answering it."""

    number: str
    """The number of the customer, in full for agents."""
    orders: list[KnownOrderOut]
    """The latest 20 orders of the customer, newest first."""
    cases: list[KnownCaseOut]
    """Their open after-sale cases, newest first."""

    @classmethod
    def with_customer(cls, found: CallWithCustomer, actor: Actor) -> Self:
        """The call with the customer."""
        number = found.identity.address if actor.role == "agent" else masked(found.identity)
        return cls(
            **CallOut.of(found.call, actor).model_dump(),
            number=number,
            orders=[KnownOrderOut.model_validate(order) for order in found.orders],
            cases=[KnownCaseOut.model_validate(case) for case in found.cases],
        )
