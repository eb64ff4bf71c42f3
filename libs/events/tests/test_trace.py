"""The fields of the traceability record, as commands fill them in."""

from dataclasses import dataclass
from datetime import UTC, datetime

from aftercare_events import Event, TraceFields, trace_fields

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass
class Agent:
    id: str = "agent-1"


@dataclass
class Assignment:
    actor: Agent
    now: datetime


def test_whoever_acts_is_the_handler_now() -> None:
    fields = trace_fields(Assignment(Agent(), NOW), affected_party="buyer-1", applicant="seller-1", result="open")
    assert fields == TraceFields(
        affected_party="buyer-1", applicant="seller-1", handler="agent-1", time=NOW, result="open"
    )


def test_with_the_matter_of_the_class_they_are_the_fields_of_the_record_in_every_event() -> None:
    optional = {"evidence"}
    assert Event.model_fields.keys() - optional == TraceFields.__annotations__.keys() | {"matter"}
