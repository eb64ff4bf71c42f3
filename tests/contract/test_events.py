"""What producers really say fits what was promised, and every consumer understands it."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from aftercare_chassis.consumer.dispatcher import Dispatcher
from aftercare_chassis.observability import tracing
from aftercare_events import EVENTS, MAX_DATA_BYTES, TOPICS, codec
from town import Town
from town_stories import PRIVATE

SCHEMAS = Path(__file__).parents[2] / "libs/events/schemas"
ANSWERS = ("affected_party", "applicant", "handler", "time", "matter", "result")
NOT_SAID_YET = {"SanctionImposed.v1", "SanctionLifted.v1", "ForecastPublished.v1", "AlertRaised.v1"}
"""In the catalogue, but nobody says them before sanctions and insights are built."""


def schema_of(type_name: str) -> Any:
    return json.loads((SCHEMAS / f"{type_name}.json").read_text(encoding="utf-8"))


async def test_the_stories_made_every_producer_say_everything(town: Town) -> None:
    assert set(EVENTS) - {envelope.type for envelope in town.log} == NOT_SAID_YET


async def test_everything_said_fits_its_committed_schema(town: Town) -> None:
    checkers = {name: jsonschema.Draft202012Validator(schema_of(name)) for name in EVENTS}
    for envelope in town.log:
        errors = [error.message for error in checkers[envelope.type].iter_errors(json.loads(envelope.data))]
        assert not errors, f"{envelope.type}: {errors}"


async def test_everything_said_answers_the_six_questions(town: Town) -> None:
    for envelope in town.log:
        data = json.loads(envelope.data)
        assert all(data[answer] for answer in ANSWERS), envelope
        assert data["matter"] == EVENTS[envelope.type].model_fields["matter"].default


async def test_envelopes_keep_what_the_spine_promises(town: Town) -> None:
    for envelope in town.log:
        event = envelope.event()
        assert event is not None
        assert envelope.subject == event.aggregate_id
        assert envelope.time == event.time
        assert envelope.topic == event.TOPIC.name
        assert envelope.source == f"/{TOPICS[envelope.topic].writer}", "a single writer"
        assert envelope.id.version == 7
        assert envelope.correlation_id
        assert tracing.parse(envelope.traceparent), "every event belongs to a trace"
        assert len(envelope.data) <= MAX_DATA_BYTES
        assert codec.decode(envelope.topic, *codec.encode(envelope)) == envelope


async def test_sequences_run_without_a_gap(town: Town) -> None:
    sequences: dict[tuple[str, str], list[int]] = defaultdict(list)
    for envelope in town.log:
        sequences[envelope.topic, envelope.subject].append(envelope.sequence)
    for aggregate, found in sequences.items():
        assert found == list(range(1, len(found) + 1)), aggregate
    assert len({envelope.id for envelope in town.log}) == len(town.log)


async def test_causes_are_said_before_their_effects(town: Town) -> None:
    said: set[str] = set()
    for envelope in town.log:
        assert envelope.causation_id is None or envelope.causation_id in said
        said.add(str(envelope.id))


async def test_no_event_tells_anything_personal(town: Town) -> None:
    for envelope in town.log:
        headers = b"\n".join(value for _, value in codec.encode(envelope)[2])
        told = (envelope.data + headers).decode()
        told += json.dumps(json.loads(envelope.data), ensure_ascii=False)
        found = [private for private in PRIVATE if private in told]
        assert not found, f"{envelope.type} tells {found}"


@pytest.mark.parametrize("name", ["order", "aftersale", "cs", "kb", "analytics"])
async def test_every_consumer_takes_all_it_hears(town: Town, name: str) -> None:
    assert await town.services[name].parked() == []


@pytest.mark.parametrize("name", ["order", "aftersale", "cs"])
async def test_every_ear_has_heard_the_real_thing(town: Town, name: str) -> None:
    said = {envelope.type for envelope in town.log}
    assert {
        event.type_name() for event in Dispatcher(town.services[name].service.handlers).events
    } - said <= NOT_SAID_YET


async def test_nobody_listens_to_itself_but_the_record(town: Town) -> None:
    for name, harness in town.services.items():
        if name != "analytics":
            assert all(event.TOPIC.writer != f"{name}-svc" for event in Dispatcher(harness.service.handlers).events)
