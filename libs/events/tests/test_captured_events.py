"""Events from the log of an earlier build are read by this one, with nothing lost."""

import json
from typing import Any

from aftercare_events import EVENTS, registry
from aftercare_events.evolution.__main__ import RELEASED
from captured_events import CAPTURED
from event_schemas import validator_of
from every_case import every_case
from pydantic import BaseModel

EACH = every_case({name: (name, data) for name, data in CAPTURED})
NOT_PUBLISHED_YET = {"SanctionImposed.v1", "SanctionLifted.v1", "ForecastPublished.v1", "AlertRaised.v1"}


def test_there_is_one_of_every_type_that_was_published_at_the_first_release() -> None:
    released = {path.stem for path in (RELEASED / "v0.1.0").glob("*.json")}
    assert released - {name for name, _ in CAPTURED} == NOT_PUBLISHED_YET


@EACH
def test_it_is_read_as_its_class(type_name: str, data: dict[str, Any]) -> None:
    event = registry.parse(type_name, json.dumps(data).encode())
    assert type(event) is EVENTS[type_name]
    assert event.aggregate_id == data[event.KEY]


@EACH
def test_it_is_written_again_with_the_same_content(type_name: str, data: dict[str, Any]) -> None:
    event = EVENTS[type_name].model_validate(data)
    assert as_captured(json.loads(event.to_data()), data) == data


def as_captured(written: Any, data: Any) -> Any:  # Any: parts of JSON documents
    """What was written without the fields that came later, which are empty."""
    if isinstance(written, list) and len(written) == len(data):
        return [as_captured(*pair) for pair in zip(written, data, strict=True)]
    if not isinstance(written, dict):
        return written
    assert not any(written[name] for name in written.keys() - data.keys()), "fields that came later are empty"
    return {name: as_captured(written[name], data[name]) for name in data}


@EACH
def test_it_fits_todays_schema(type_name: str, data: dict[str, Any]) -> None:
    validator_of(EVENTS[type_name]).validate(data)


@EACH
def test_its_lines_are_objects_of_their_own(type_name: str, data: dict[str, Any]) -> None:
    event = EVENTS[type_name].model_validate(data)
    for line in getattr(event, "lines", ()):
        assert isinstance(line, BaseModel)
        assert getattr(line, "line_id", None)
