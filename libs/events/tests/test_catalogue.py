"""What holds for every event of the catalogue."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from aftercare_events import EVENTS, MAX_DATA_BYTES, TOPICS, Event, EventPart, OrderCancelled
from aftercare_events.docs import schemas
from captured_events import captured
from event_strategies import any_event
from every_case import every_case
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

EACH = every_case(EVENTS)
CANCELLED = captured("OrderCancelled.v1")
FROM_THE_COMMAND = ["affected_party", "applicant", "handler", "time", "result"]
PERSONAL = frozenset(
    {"text", "name", "phone", "email", "address", "street", "title", "body", "note", "description", "grounds"}
)
IDS = {
    "aftercare.orders.v1": {"order_id", "buyer_id", "merchant_id"},
    "aftercare.payments.v1": {"payment_id", "order_id", "buyer_id", "merchant_id"},
    "aftercare.parcels.v1": {"parcel_id", "order_id", "case_id", "buyer_id", "merchant_id"},
    "aftercare.cases.v1": {"case_id", "order_id", "buyer_id", "merchant_id"},
    "aftercare.disputes.v1": {"dispute_id", "case_id", "order_id", "complaint_id", "buyer_id", "merchant_id"},
    "aftercare.claims.v1": {"claim_id", "order_id", "case_id", "merchant_id"},
    "aftercare.evidence.v1": {"evidence_id", "order_id", "case_id", "buyer_id", "merchant_id"},
    "aftercare.sanctions.v1": {"subject_id"},
    "aftercare.merchants.v1": {"merchant_id"},
    "aftercare.complaints.v1": {"complaint_id", "order_id", "case_id", "buyer_id", "merchant_id"},
    "aftercare.conversations.v1": {"conversation_id", "order_id", "case_id", "buyer_id", "merchant_id"},
    "aftercare.feedback.v1": {"case_id", "order_id"},
    "aftercare.articles.v1": {"article_id"},
    "aftercare.insights.v1": {"insight_id"},
}
"""By topic: the fields by which the traceability record finds an event."""


def cancelled(**changed: Any) -> OrderCancelled:
    return OrderCancelled.model_validate({**CANCELLED, **changed})


@EACH
def test_it_has_a_text_a_topic_and_a_required_key(cls: type[Event]) -> None:
    assert cls.__doc__
    assert cls.__doc__[0].isupper()
    assert cls.__doc__.endswith(".")
    assert TOPICS[cls.TOPIC.name] is cls.TOPIC
    assert cls.model_fields[cls.KEY].is_required()


@EACH
def test_it_names_its_documents_as_all_events_do(cls: type[Event]) -> None:
    of_its_parcel = {"case_id"} if cls.KEY == "intercept_id" else set()  # an intercept is found by its parcel
    wanted = IDS[cls.TOPIC.name] - of_its_parcel
    if cls.KEY == "difference_id":  # an entry of a statement that our books may not have is about no document of ours
        wanted = {"difference_id", "subject_id"}
    if cls.KEY == "setting_id":  # what a merchant sets is about no order
        wanted = {"setting_id", "merchant_id"}
    if cls.KEY == "action_id":  # a command of an administrator may be about any object
        wanted = {"action_id", "object_id"}
    if cls.KEY in (
        "agent_id",
        "team_id",
        "policy_id",
        "calendar_id",
        "tag_id",
        "macro_id",
        "change_id",
        "model_id",
        "activation_id",
        "synonyms_id",
    ):  # those who serve, and what the bot is taught, belong to no order
        wanted = {cls.KEY}
    if cls.KEY in ("answer_id", "mark_id"):  # the bot is also asked outside conversations
        wanted = {cls.KEY, "conversation_id"}
    if cls.KEY == "preference_id":  # what a buyer wants is about no order
        wanted = {"preference_id", "buyer_id"}
    if cls.KEY == "note_id":  # what agents note is for the platform
        wanted = {"note_id", "conversation_id"}
    if cls.KEY == "referral_id":  # a conversation is referred by its order, whatever case it is about
        wanted = {"referral_id", "conversation_id", "order_id", "buyer_id", "merchant_id"}
    if cls.KEY == "held_reply_id":  # what is not sent is for the platform
        wanted = {"held_reply_id", "conversation_id", "author_id"}
    if cls.KEY == "identity_id":  # an address of a customer is about no conversation
        wanted = {"identity_id", "buyer_id"}
    if cls.KEY == "call_id":  # a call is in a conversation once it has ended
        wanted = {"call_id", "identity_id", "buyer_id"}
    assert wanted <= cls.model_fields.keys()


@EACH
def test_its_matter_is_constant(cls: type[Event]) -> None:
    matter = cls.model_fields["matter"].default
    assert isinstance(matter, str)
    assert matter == matter.lower()


@EACH
def test_amounts_have_a_currency_beside_them(cls: type[Event]) -> None:
    amounts = [field for name, field in cls.model_fields.items() if name.endswith("_minor")]
    if amounts:
        assert cls.model_fields["currency"].is_required() == any(amount.is_required() for amount in amounts)


@EACH
def test_times_end_in_at(cls: type[Event]) -> None:
    for name, field in cls.model_fields.items():
        if datetime in (field.annotation, *getattr(field.annotation, "__args__", ())):
            assert name == "time" or name.endswith("_at") or name in {"period_from", "period_to"}


@every_case({cls.__name__: cls for cls in (*EVENTS.values(), *EventPart.__subclasses__())})
def test_no_field_could_hold_a_text_of_a_person(cls: type[Event]) -> None:
    # Texts, names, addresses and phone numbers stay with the publisher; events hold their digests.
    assert not PERSONAL & cls.model_fields.keys()


@pytest.mark.parametrize("field", FROM_THE_COMMAND)
def test_an_event_without_a_trace_field_is_refused(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        OrderCancelled.model_validate({name: value for name, value in CANCELLED.items() if name != field})


@pytest.mark.parametrize("field", [name for name in FROM_THE_COMMAND if name != "time"])
def test_an_empty_trace_field_is_refused(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        cancelled(**{field: ""})


def test_the_trace_fields_of_a_command_and_the_class_are_six() -> None:
    assert {*FROM_THE_COMMAND, "matter"} == set(schemas.TRACE_FIELDS)


@given(any_event(), st.dictionaries(st.text(min_size=1).map(lambda name: f"x{name}"), st.integers() | st.none()))
def test_unknown_fields_are_ignored(event: Event, unknown: dict[str, int | None]) -> None:
    data = json.dumps({**json.loads(event.to_data()), **unknown}).encode()
    assert type(event).model_validate_json(data) == event


@given(any_event())
def test_an_event_is_a_value(event: Event) -> None:
    again = type(event).model_validate(event.model_dump())
    assert again == event
    assert again.to_data() == event.to_data()
    assert len(event.to_data()) <= MAX_DATA_BYTES


def test_times_become_utc_and_need_an_offset() -> None:
    east = datetime(2026, 3, 4, 8, tzinfo=timezone(timedelta(hours=8)))
    assert cancelled(time=east).time == datetime(2026, 3, 4, tzinfo=UTC)
    assert b'"time":"2026-03-04T00:00:00Z"' in cancelled(time=east).to_data()
    with pytest.raises(ValidationError, match="timezone"):
        cancelled(time=datetime(2026, 3, 4))  # noqa: DTZ001


def test_codes_that_are_not_known_are_kept() -> None:
    assert cancelled(cause="meteorite").cause == "meteorite"


def test_an_event_does_not_change() -> None:
    event = cancelled()
    with pytest.raises(ValidationError, match="frozen"):
        event.cause = "seller"  # type: ignore[misc]


def test_evidence_is_a_list_of_digests_and_empty_by_default() -> None:
    assert OrderCancelled.model_fields["evidence"].default == ()
    assert cancelled(evidence=["sha256:1", "sha256:2"]).evidence == ("sha256:1", "sha256:2")
    with pytest.raises(ValidationError, match="evidence"):
        cancelled(evidence=[""])


def test_text_is_written_as_utf8() -> None:
    assert "顺丰".encode() in cancelled(cause="顺丰").to_data()
