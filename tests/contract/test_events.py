"""Published events match their schemas, and every consumer handles them."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from aftercare_chassis.consumer.dispatcher import Dispatcher
from aftercare_chassis.observability import tracing
from aftercare_events import EVENTS, MAX_DATA_BYTES, TOPICS, codec
from in_process_suite import InProcessSuite
from suite_scenarios import NOT_PUBLISHED_YET, PERSONAL

SCHEMAS = Path(__file__).parents[2] / "libs/events/schemas"
FIELDS = ("affected_party", "applicant", "handler", "time", "matter", "result")


def schema_of(type_name: str) -> Any:
    return json.loads((SCHEMAS / f"{type_name}.json").read_text(encoding="utf-8"))


async def test_the_scenarios_publish_every_event(suite: InProcessSuite) -> None:
    assert set(EVENTS) - {envelope.type for envelope in suite.log} == NOT_PUBLISHED_YET


async def test_published_events_match_their_committed_schemas(suite: InProcessSuite) -> None:
    checkers = {name: jsonschema.Draft202012Validator(schema_of(name)) for name in EVENTS}
    for envelope in suite.log:
        errors = [error.message for error in checkers[envelope.type].iter_errors(json.loads(envelope.data))]
        assert not errors, f"{envelope.type}: {errors}"


async def test_published_events_have_the_six_trace_fields(suite: InProcessSuite) -> None:
    for envelope in suite.log:
        data = json.loads(envelope.data)
        assert all(data[name] for name in FIELDS), envelope
        assert data["matter"] == EVENTS[envelope.type].model_fields["matter"].default


async def test_envelopes_have_the_guaranteed_properties(suite: InProcessSuite) -> None:
    for envelope in suite.log:
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


async def test_sequences_run_without_a_gap(suite: InProcessSuite) -> None:
    sequences: dict[tuple[str, str], list[int]] = defaultdict(list)
    for envelope in suite.log:
        sequences[envelope.topic, envelope.subject].append(envelope.sequence)
    for aggregate, found in sequences.items():
        assert found == list(range(1, len(found) + 1)), aggregate
    assert len({envelope.id for envelope in suite.log}) == len(suite.log)


async def test_causes_are_published_before_their_effects(suite: InProcessSuite) -> None:
    published: set[str] = set()
    for envelope in suite.log:
        assert envelope.causation_id is None or envelope.causation_id in published
        published.add(str(envelope.id))


async def test_no_event_has_personal_data(suite: InProcessSuite) -> None:
    for envelope in suite.log:
        headers = b"\n".join(value for _, value in codec.encode(envelope)[2])
        text = (envelope.data + headers).decode()
        text += json.dumps(json.loads(envelope.data), ensure_ascii=False)
        found = [private for private in PERSONAL if private in text]
        assert not found, f"{envelope.type} has {found}"


@pytest.mark.parametrize("name", ["order", "aftersale", "cs", "kb", "analytics"])
async def test_no_consumer_parks_an_event(suite: InProcessSuite, name: str) -> None:
    assert await suite.services[name].parked() == []


@pytest.mark.parametrize("name", ["order", "aftersale", "cs"])
async def test_every_handler_has_received_its_events(suite: InProcessSuite, name: str) -> None:
    published = {envelope.type for envelope in suite.log}
    assert {
        event.type_name() for event in Dispatcher(suite.services[name].service.handlers).events
    } - published <= NOT_PUBLISHED_YET


async def test_no_service_but_analytics_consumes_its_own_events(suite: InProcessSuite) -> None:
    for name, harness in suite.services.items():
        if name != "analytics":
            assert all(event.TOPIC.writer != f"{name}-svc" for event in Dispatcher(harness.service.handlers).events)
