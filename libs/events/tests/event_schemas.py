"""Checks of data by a schema, which is itself checked once: that takes longer than to check data by it."""

from functools import cache
from typing import Any

from aftercare_events import Event
from aftercare_events.docs import schemas
from jsonschema import Draft202012Validator


@cache
def validator_of(cls: type[Event]) -> Draft202012Validator:
    """What checks data by the schema of this event. Raises: jsonschema.SchemaError where that is no schema."""
    return checked(schemas.of(cls))


def checked(schema: dict[str, Any]) -> Draft202012Validator:
    """What checks data by this schema. Raises: jsonschema.SchemaError where that is no schema."""
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
