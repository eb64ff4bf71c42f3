"""The fields of the traceability record that a command fills in."""

from datetime import datetime
from typing import Protocol, TypedDict


class TraceFields(TypedDict):
    """The fields of the traceability record in every event; the sixth, `matter`, is constant in the event's class."""

    affected_party: str
    applicant: str
    handler: str
    time: datetime
    result: str


class Handler(Protocol):
    """Who makes a change."""

    @property
    def id(self) -> str: ...


class Change(Protocol):
    """Who makes a change, and when: a transaction."""

    @property
    def actor(self) -> Handler: ...
    @property
    def now(self) -> datetime: ...


def trace_fields(change: Change, *, affected_party: str, applicant: str, result: str) -> TraceFields:
    """The fields of a change that is made now; the handler is its actor."""
    return TraceFields(
        affected_party=affected_party,
        applicant=applicant,
        handler=change.actor.id,
        time=change.now,
        result=result,
    )
