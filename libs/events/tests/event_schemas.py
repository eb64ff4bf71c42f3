"""The schemas of events, each made once: to make one, or to check one, takes longer than to check data by it."""

from functools import cache
from typing import Any

from aftercare_events import Event
from aftercare_events.docs import schemas
from jsonschema import Draft202012Validator


@cache
def schema_of(cls: type[Event]) -> dict[str, Any]:
    """The schema of this event's data. It is shared, so that nobody may change it."""
    return schemas.of(cls)


@cache
def validator_of(cls: type[Event]) -> Draft202012Validator:
    """What checks data by the schema of this event. Raises: jsonschema.SchemaError where that is no schema."""
    return checked(schema_of(cls))


def checked(schema: dict[str, Any]) -> Draft202012Validator:
    """What checks data by this schema. Raises: jsonschema.SchemaError where that is no schema."""
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
