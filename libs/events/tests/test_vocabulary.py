"""Vocabularies document the codes of a field, and bind no reader."""

import json
from typing import Annotated, ClassVar

import pytest
from aftercare_events import EVENTS, TOPICS, Event, EventPart, Topic
from aftercare_events.catalogue.disputes import DisputeEscalated, DisputeEscalationCause
from aftercare_events.docs import schemas
from aftercare_events.fields import Code
from aftercare_events.vocabulary import KEYWORD, VOCABULARIES, Vocabulary, listed, one_of
from captured_events import captured
from event_vocabularies import vocabularies
from every_case import every_case

EACH = every_case(VOCABULARIES)
MODELS = [*EVENTS.values(), *EventPart.__subclasses__()]
FIELDS = [
    (f"{model.__name__}.{name}", model, name, vocabulary)
    for model in MODELS
    for name, vocabulary in vocabularies(model).items()
]


@pytest.fixture
def lamp() -> type[Event]:
    """An event with a vocabulary for one required and one optional field."""

    class LampColour(Vocabulary):
        RED = "red", "it is red"
        WHITE = "white", "it is white"

    class LampLit(Event):
        """A lamp was lit."""

        TOPIC: ClassVar[Topic] = TOPICS["aftercare.orders.v1"]
        KEY: ClassVar[str] = "lamp_id"

        matter: Code = "lighting"
        lamp_id: Code
        colour: Annotated[Code, one_of(LampColour, "its colour")]
        glow: Annotated[Code | None, one_of(LampColour, "its glow")] = None

    return LampLit


@EACH
def test_codes_are_lower_snake_and_have_a_meaning(vocabulary: type[Vocabulary]) -> None:
    assert vocabulary.__doc__
    for code in vocabulary:
        assert code == code.name.lower()
        assert code.meaning.strip()
        assert not code.meaning.endswith(".")


@EACH
def test_codes_compare_and_serialise_as_their_text(vocabulary: type[Vocabulary]) -> None:
    for code in vocabulary:
        assert str(code) == code.value == f"{code}"
        assert json.dumps([code]) == f'["{code.value}"]'
        assert vocabulary(code.value) is code


def test_every_vocabulary_belongs_to_a_field() -> None:
    used = {vocabulary.__name__ for _, _, _, vocabulary in FIELDS}
    in_collections = {
        "RatingDimension",
        "MerchantDimension",
        "ServiceDimension",
        "CourierFault",
        "RepairWork",
        "LabQuestion",
    }
    assert VOCABULARIES.keys() - used - in_collections <= {"LampColour"}, "keys of a dictionary, or items of a list"


@every_case({each[0]: each[1:] for each in FIELDS})
def test_description_and_examples_are_generated(
    model: type[Event] | type[EventPart], name: str, vocabulary: type[Vocabulary]
) -> None:
    field = model.model_fields[name]
    assert field.description is not None
    assert field.description.endswith(f": {listed(vocabulary)}")
    assert field.examples == [code.value for code in vocabulary]


def test_the_schema_names_the_vocabulary_and_restricts_nothing(lamp: type[Event]) -> None:
    colour = schemas.of(lamp)["properties"]["colour"]
    assert colour == {
        "description": "its colour: red | white",
        "examples": ["red", "white"],
        KEYWORD: "LampColour",
        "maxLength": 200,
        "minLength": 1,
        "type": "string",
    }
    glow = schemas.of(lamp)["properties"]["glow"]
    assert (glow["type"], glow["examples"]) == (["string", "null"], ["red", "white"])
    assert set(vocabularies(lamp)) == {"colour", "glow"}


def test_a_reader_keeps_a_code_that_a_newer_publisher_added(lamp: type[Event]) -> None:
    six = {name: captured("OrderPaid.v1")[name] for name in schemas.TRACE_FIELDS if name != "matter"}
    event = lamp.model_validate({**six, "lamp_id": "lamp-1", "colour": "ultraviolet"})
    assert json.loads(event.to_data())["colour"] == "ultraviolet"


def test_a_publisher_may_pass_the_code_itself() -> None:
    late = DisputeEscalated.model_validate(
        {**captured("DisputeEscalated.v1"), "cause": DisputeEscalationCause.PLATFORM_LATE}
    )
    assert late.cause == "platform_late"
    assert json.loads(late.to_data())["cause"] == "platform_late"


def test_both_causes_of_an_escalation_are_documented() -> None:
    cause = schemas.of(DisputeEscalated)["properties"]["cause"]
    assert cause["description"] == "whose time ran out: merchant_silent | platform_late"
