"""JSON Schemas (2020-12) of the events' data."""

from functools import cache

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from aftercare_events.codec import data_schema
from aftercare_events.event import Event

TRACE_FIELDS = ("affected_party", "applicant", "handler", "time", "matter", "result")


class PlainSchema(GenerateJsonSchema):
    """Generates schemas without titles, and `["string", "null"]` in place of an `anyOf` with null."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        return {**inner, "type": [inner["type"], "null"]} if "type" in inner else inner


@cache
def of(cls: type[Event]) -> JsonSchemaValue:
    """Return the schema of one event's data. Fields that are not listed are allowed: consumers ignore them.

    All callers share it, so none may change it.
    """
    schema = cls.model_json_schema(schema_generator=PlainSchema, mode="serialization")
    for part in schema.get("$defs", {}).values():
        part.pop("title", None)
    matter = schema["properties"]["matter"]
    matter |= {"const": matter.pop("default"), "description": Event.model_fields["matter"].description}
    required = {*schema["required"], "matter"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": data_schema(cls.type_name()),
        **schema,
        "title": cls.type_name(),
        "required": [name for name in schema["properties"] if name in required],
    }
