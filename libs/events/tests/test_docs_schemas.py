"""The JSON Schemas describe the data as it is written, and allow what consumers ignore."""

import json
from typing import Any

import jsonschema
import pytest
from aftercare_events import EVENTS, Event
from aftercare_events.docs import schemas
from aftercare_events.docs.__main__ import REPOSITORY
from event_schemas import validator_of
from event_strategies import of
from every_case import every_case
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EACH = every_case(EVENTS)


def nodes(schema: Any) -> list[dict[str, Any]]:
    """Every schema inside a schema."""
    if isinstance(schema, list):
        return [node for each in schema for node in nodes(each)]
    if not isinstance(schema, dict):
        return []
    return [schema, *(node for each in schema.values() for node in nodes(each))]


@EACH
def test_it_is_a_valid_schema_with_the_name_in_ce_dataschema(cls: type[Event]) -> None:
    schema = json.loads((REPOSITORY / f"libs/events/schemas/{cls.type_name()}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:aftercare:schema:{cls.type_name()}"
    assert schema["title"] == cls.type_name()
    assert schema["description"] == cls.__doc__


@pytest.mark.parametrize("cls", EVENTS.values(), ids=EVENTS.keys())
@given(data=st.data())
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_fits_and_is_read_again(cls: type[Event], data: st.DataObject) -> None:
    event = data.draw(of(cls))
    written = event.to_data()
    validator_of(cls).validate(json.loads(written))
    assert cls.model_validate_json(written) == event


@EACH
def test_a_required_field_is_required_in_the_class_or_the_matter(cls: type[Event]) -> None:
    schema = schemas.of(cls)
    required = {name for name, field in cls.model_fields.items() if field.is_required()}
    assert set(schema["required"]) == required | {"matter"}
    assert set(schema["properties"]) == set(cls.model_fields)


@EACH
def test_the_trace_fields_are_required_and_the_matter_is_constant(cls: type[Event]) -> None:
    schema = schemas.of(cls)
    assert set(schemas.TRACE_FIELDS) <= set(schema["required"])
    matter = schema["properties"]["matter"]
    assert matter["const"] == cls.model_fields["matter"].default
    assert "default" not in matter
    assert matter["description"].startswith("处理事项")


@EACH
def test_fields_that_are_not_listed_are_allowed(cls: type[Event]) -> None:
    assert all("additionalProperties" not in node or node["type"] == "object" for node in nodes(schemas.of(cls)))
    assert "additionalProperties" not in schemas.of(cls)


@EACH
def test_no_codes_are_forbidden(cls: type[Event]) -> None:
    assert all("enum" not in node for node in nodes(schemas.of(cls)))


@EACH
def test_null_is_a_type_and_not_a_branch(cls: type[Event]) -> None:
    for node in nodes(schemas.of(cls)):
        assert "anyOf" not in node
        assert node.get("type") != "null"


@EACH
def test_parts_are_defined_once_and_have_no_title(cls: type[Event]) -> None:
    for part in schemas.of(cls).get("$defs", {}).values():
        assert part["description"]
        assert "title" not in part
        assert all("title" not in field for field in part["properties"].values())
