"""Consumers of today and events of tomorrow: nothing is parked, whatever field, code or type a later build adds."""

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from aftercare_chassis.consumer.dispatcher import Dispatcher
from aftercare_events import EVENTS, UPCASTERS
from strangers import EvolvingTown, newer_version, of_unknown_types, sample, with_unknown_codes, with_unknown_fields
from town import SERVICES


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("type_name", EVENTS)
async def test_every_consumer_survives_what_it_does_not_know(town: EvolvingTown, type_name: str, name: str) -> None:
    """In the stories where the service hears this event there; where not, with the least that it may say."""
    assert town.stumbles.get((type_name, name), []) == []
    harness = town.services[name]
    if (type_name, name) not in town.brought:
        least = sample(EVENTS[type_name])
        await harness.deliver(with_unknown_fields(least), *of_unknown_types(least))
        for number, (_, other) in enumerate(with_unknown_codes(sample(EVENTS[type_name])), 1):
            await harness.deliver(replace(other, id=uuid4(), sequence=number))
    assert await harness.parked() == []


@pytest.mark.parametrize("name", SERVICES)
async def test_a_newer_version_of_what_it_listens_to_is_not_missed(town: EvolvingTown, name: str) -> None:
    """It tells the fact in no version that this build reads: parked where the event has a listener, else passed over."""
    harness = town.services[name]
    heard = {event.type_name() for event in Dispatcher(harness.service.handlers).events}
    for type_name, cls in EVENTS.items():
        newer = newer_version(sample(cls))
        await harness.deliver(newer)
        found = await harness.runtime.pool.fetch("DELETE FROM parked_event RETURNING aggregateid, trouble")
        assert [tuple(row) for row in found] == [(newer.subject, "unknown_version")] * (type_name in heard), type_name


async def test_the_stories_met_the_future_at_every_ear(town: EvolvingTown) -> None:
    """Every type a service's topics carry was brought to it so, not only those that it listens to."""
    said = {envelope.type for envelope in town.log}
    for name, harness in town.services.items():
        topics = Dispatcher(harness.service.handlers).topics
        wanted = {(each, name) for each in said if EVENTS[each].TOPIC.name in topics}
        assert wanted <= town.brought


async def test_unknown_fields_reach_every_part(town: EvolvingTown) -> None:
    paid = next(envelope for envelope in town.log if envelope.type == "OrderPaid.v1")
    grown: Any = json.loads(with_unknown_fields(paid).data)
    assert "moon_phase" in grown
    assert "moon_phase" in grown["lines"][0]
    assert {place for place, _ in with_unknown_codes(paid)} >= {"result", "provider", "lines[].category"}


async def test_no_handler_table_lists_a_version_that_becomes_a_newer_one(town: EvolvingTown) -> None:
    for name, harness in town.services.items():
        old = {event.type_name() for event in Dispatcher(harness.service.handlers).events} & UPCASTERS.keys()
        assert not old or name == "analytics", f"{name} would never be called with {old}"
