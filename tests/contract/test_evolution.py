"""Consumers of this build and events of later ones: no added field, code or type makes a consumer park."""

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from aftercare_chassis.consumer.dispatcher import Dispatcher
from aftercare_events import EVENTS, UPCASTERS
from in_process_suite import SERVICES
from unknown_events import (
    EvolvingSuite,
    newer_version,
    of_unknown_types,
    sample,
    with_unknown_codes,
    with_unknown_fields,
)


@pytest.mark.parametrize("name", SERVICES)
async def test_unknown_fields_codes_and_types_are_handled(suite: EvolvingSuite, name: str) -> None:
    """With the events of the scenarios where the service receives the type there, else with a minimal event."""
    assert {kind: errors for (kind, service), errors in suite.errors.items() if service == name} == {}
    harness = suite.services[name]
    for cls in (cls for type_name, cls in EVENTS.items() if (type_name, name) not in suite.delivered_types):
        minimal = sample(cls)
        await harness.deliver(with_unknown_fields(minimal), *of_unknown_types(minimal))
        for number, (_, other) in enumerate(with_unknown_codes(sample(cls)), 1):
            await harness.deliver(replace(other, id=uuid4(), sequence=number))
    assert await harness.parked() == []


@pytest.mark.parametrize("name", SERVICES)
async def test_a_newer_version_is_parked_where_the_event_has_a_handler(suite: EvolvingSuite, name: str) -> None:
    """This build cannot read the fact in any version: it is parked where the event has a handler, else skipped."""
    harness = suite.services[name]
    handled = {event.type_name() for event in Dispatcher(harness.service.handlers).events}
    for type_name, cls in EVENTS.items():
        newer = newer_version(sample(cls))
        await harness.deliver(newer)
        found = await harness.runtime.pool.fetch("DELETE FROM parked_event RETURNING aggregateid, trouble")
        assert [tuple(row) for row in found] == [(newer.subject, "unknown_version")] * (type_name in handled), type_name


async def test_every_type_of_a_topic_was_delivered_in_changed_forms(suite: EvolvingSuite) -> None:
    """Every type a service's topics carry was delivered in changed forms, not only those with a handler."""
    published = {envelope.type for envelope in suite.log}
    for name, harness in suite.services.items():
        topics = Dispatcher(harness.service.handlers).topics
        wanted = {(each, name) for each in published if EVENTS[each].TOPIC.name in topics}
        assert wanted <= suite.delivered_types


async def test_unknown_fields_reach_every_part(suite: EvolvingSuite) -> None:
    paid = next(envelope for envelope in suite.log if envelope.type == "OrderPaid.v1")
    changed: Any = json.loads(with_unknown_fields(paid).data)
    assert "added_text" in changed
    assert "added_text" in changed["lines"][0]
    assert {place for place, _ in with_unknown_codes(paid)} >= {"result", "provider", "lines[].category"}


async def test_no_handler_is_for_a_version_that_is_upcast(suite: EvolvingSuite) -> None:
    for name, harness in suite.services.items():
        old = {event.type_name() for event in Dispatcher(harness.service.handlers).events} & UPCASTERS.keys()
        assert not old or name == "analytics", f"{name} would never be called with {old}"
