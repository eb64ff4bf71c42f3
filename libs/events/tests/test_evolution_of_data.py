"""Data of a released build is read by this build, and data of this build by a released one."""

import json
from functools import cache
from typing import Any

import pytest
from aftercare_events import EVENTS, registry
from aftercare_events.evolution import releases
from aftercare_events.evolution.__main__ import RELEASED
from event_schemas import checked
from event_strategies import data_of, of
from every_case import every_case
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic_core import to_json

KEPT = [
    (version, name, schema) for version, events in releases.read(RELEASED).items() for name, schema in events.items()
]
SCHEMAS = {(version, name): schema for version, name, schema in KEPT}
IDS = [f"{version}-{name}" for version, name, _ in KEPT]
EACH = every_case(dict(zip(IDS, KEPT, strict=True)))
EACH_DRAWN = pytest.mark.parametrize(("version", "name", "schema"), KEPT, ids=IDS)
FEW = settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])


def without_lengths(schema: dict[str, Any], fields: set[str]) -> dict[str, Any]:
    """The schema without the greatest length of these fields, which a later build has widened."""
    properties = {
        name: {word: value for word, value in field.items() if word != "maxLength" or name not in fields}
        for name, field in schema["properties"].items()
    }
    return {**schema, "properties": properties}


@cache
def reader(version: str, name: str) -> Draft202012Validator:
    """What checks data as a consumer of this release does, without the lengths that were widened since."""
    accepted = {change.partition(":")[0] for change in releases.ACCEPTED.get(version, ())}
    return checked(without_lengths(SCHEMAS[version, name], accepted))


@cache
def written_by(version: str, name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Data of an event as this release has written them."""
    return data_of(SCHEMAS[version, name])


@EACH_DRAWN
@given(data=st.data())
@FEW
def test_old_data_is_read(version: str, name: str, schema: dict[str, Any], data: st.DataObject) -> None:
    written = data.draw(written_by(version, name))
    event = registry.parse(name, to_json(written))
    assert event is not None
    read = json.loads(event.to_data())
    for field in schema["required"]:
        assert field in read
    assert event.aggregate_id == read[schema["x-key"]]


@EACH_DRAWN
@given(data=st.data())
@FEW
def test_new_data_fits_the_old_schema(version: str, name: str, schema: dict[str, Any], data: st.DataObject) -> None:
    event = data.draw(of(EVENTS[name]))
    reader(version, name).validate(json.loads(event.to_data()))


@EACH
def test_topic_and_key_are_the_same(version: str, name: str, schema: dict[str, Any]) -> None:
    assert (EVENTS[name].TOPIC.name, EVENTS[name].KEY) == (schema["x-topic"], schema["x-key"])


@EACH
def test_a_new_field_is_null_or_empty_where_nobody_sets_it(version: str, name: str, schema: dict[str, Any]) -> None:
    new = EVENTS[name].model_fields.keys() - schema["properties"].keys()
    assert all(not EVENTS[name].model_fields[field].get_default(call_default_factory=True) for field in new)
