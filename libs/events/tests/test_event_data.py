"""Which data an event accepts: field by field, with each one missing, of a wrong type, or beyond its bounds."""

from typing import Any

import pytest
from aftercare_events import EVENTS, Event, EventPart
from aftercare_events.docs import schemas
from every_case import every_case
from pydantic import ValidationError

VALUES: dict[str, Any] = {"string": "x", "integer": 1, "number": 1.5, "boolean": True}
WRONG_TYPES: dict[str, list[Any]] = {
    "string": [1, True, ["x"], {}],
    "integer": ["1", 1.5, True, []],
    "number": ["many", [], {}],
    "boolean": ["perhaps", 2, []],
    "array": ["x", 1, {}, [1]],
    "object": ["x", 1, [], {"service": "five"}],
    "date-time": ["yesterday", "2026-03-04T05:06:07", {}, True],
}
# A text of each pattern.
OF_PATTERN = {"^[A-Z]{3}$": "CNY", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "2026-03-04"}
EACH = every_case(EVENTS)


def minimal(schema: dict[str, Any], parts: dict[str, Any]) -> Any:
    """Return the smallest value that fits a schema: required fields only, lists empty."""
    if "$ref" in schema:
        return minimal(parts[schema["$ref"].rpartition("/")[2]], parts)
    if "const" in schema:
        return schema["const"]
    kind = schema["type"]
    if kind == "object":
        return {name: minimal(schema["properties"][name], parts) for name in schema.get("required", ())}
    if kind == "array":
        return []
    if schema.get("format") == "date-time":
        return "2026-03-04T05:06:07Z"
    return OF_PATTERN[schema["pattern"]] if "pattern" in schema else VALUES[kind]


def data_of(cls: type[Event], **changed: Any) -> dict[str, Any]:
    """The required fields of an event, and others as given."""
    found: dict[str, Any] = minimal(schemas.of(cls), schemas.of(cls).get("$defs", {}))
    return {**found, **changed}


def refuse(cls: type[Event], name: str, *values: Any) -> None:
    """Check that the event is refused with each of these values of a field, and that the error names the field."""
    for value in values:
        with pytest.raises(ValidationError, match=rf"\n{name}"):
            cls.model_validate(data_of(cls, **{name: value}))


@EACH
def test_required_fields_are_enough(cls: type[Event]) -> None:
    event = cls.model_validate(data_of(cls))
    optional = cls.model_fields.keys() - schemas.of(cls)["required"]
    assert all(not getattr(event, name) for name in optional)


@EACH
def test_a_required_field_cannot_be_missing(cls: type[Event]) -> None:
    for name, field in cls.model_fields.items():
        data = data_of(cls)
        data.pop(name, None)
        if field.is_required():
            with pytest.raises(
                ValidationError, match=f"^1 validation error for {cls.__name__}\n{name}\n  Field required"
            ):
                cls.model_validate(data)
        else:
            cls.model_validate(data)


@EACH
def test_a_value_of_another_type_is_refused(cls: type[Event]) -> None:
    for name, field in schemas.of(cls)["properties"].items():
        kind = field["type"] if isinstance(field["type"], str) else field["type"][0]
        refuse(cls, name, *WRONG_TYPES[field.get("format", kind)])


@EACH
def test_null_is_accepted_only_where_the_schema_has_it(cls: type[Event]) -> None:
    for name, field in schemas.of(cls)["properties"].items():
        if isinstance(field["type"], list):
            cls.model_validate(data_of(cls, **{name: None}))
        else:
            refuse(cls, name, None)


@EACH
def test_the_bounds_of_the_schema_are_those_of_the_class(cls: type[Event]) -> None:
    for name, field in schemas.of(cls)["properties"].items():
        if "maxLength" in field:
            cls.model_validate(data_of(cls, **{name: "x" * field["maxLength"]}))
            refuse(cls, name, "x" * (field["maxLength"] + 1), "")
        if "minimum" in field:
            cls.model_validate(data_of(cls, **{name: field["minimum"]}))
            refuse(cls, name, field["minimum"] - 1)
        if "pattern" in field:
            refuse(cls, name, "cny", "CNYX", "元")


@pytest.mark.parametrize("part", EventPart.__subclasses__()[:5], ids=lambda part: part.__name__)
def test_a_part_is_checked_as_an_event_is(part: type[EventPart]) -> None:
    schema = part.model_json_schema(schema_generator=schemas.PlainSchema)
    data = minimal(schema, {})
    assert part.model_validate(data).model_dump(exclude_none=True) == data
    for name in schema["required"]:
        with pytest.raises(ValidationError, match=rf"\n{name}\n  Field required"):
            part.model_validate({other: value for other, value in data.items() if other != name})
    for name, field in schema["properties"].items():
        kind = field["type"] if isinstance(field["type"], str) else field["type"][0]
        for wrong in WRONG_TYPES[field.get("format", kind)]:
            with pytest.raises(ValidationError, match=rf"\n{name}"):
                part.model_validate({**data, name: wrong})


@pytest.mark.parametrize(
    ("event", "field", "part", "wrong"),
    [
        ("OrderPaid.v1", "lines", "paid_minor", -1),
        ("OrderPaid.v1", "lines", "quantity", 0.5),
        ("OrderShipped.v1", "lines", "quantity", -1),
        ("AfterSaleRequested.v1", "lines", "amount_minor", "5"),
        ("ReturnInspected.v1", "lines", "accepted", None),
        ("OrderAfterSaleChanged.v1", "lines", "after_sale_state", ""),
    ],
)
def test_a_wrong_line_is_refused_with_its_place(event: str, field: str, part: str, wrong: Any) -> None:
    cls = EVENTS[event]
    schema = schemas.of(cls)
    line = minimal(schema["properties"][field]["items"], schema["$defs"])
    cls.model_validate(data_of(cls, **{field: [line]}))
    with pytest.raises(ValidationError, match=rf"\n{field}\.1\.{part}\n"):
        cls.model_validate(data_of(cls, **{field: [line, {**line, part: wrong}]}))
