"""Events as a later build might say them: with fields, codes and types that no consumer of today has heard of."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from aftercare_chassis.consumer.dispatcher import Dispatcher
from aftercare_chassis.testing import Harness
from aftercare_events import EVENTS, Envelope, Event
from aftercare_events.docs import schemas
from town import Town

NEVER_HEARD_OF = "never_heard_of"
_NO_CODES = {"affected_party", "applicant", "handler", "matter", "sku", "slug"}
_NO_CODE_ENDS = ("_id", "_hash", "_no", "_at")


class Undone(Exception):
    """Ends a trial so that nothing of it stays."""


class EvolvingTown(Town):
    """A town whose consumers meet the future at every step. What they stumbled over stands in `stumbles`.

    Each event comes with fields added everywhere, after strangers of unknown types. Before it comes, the handler is tried
    with each of its codes replaced by an unknown one; that is undone, since the story has to go on as it was told.
    """

    def __init__(self, services: dict[str, Harness], provider: Any) -> None:
        super().__init__(services, provider)
        self.brought: set[tuple[str, str]] = set()
        self.stumbles: dict[tuple[str, str], list[str]] = {}

    async def _bring(self, name: str, envelope: Envelope) -> None:
        harness = self.services[name]
        for place, other in with_unknown_codes(envelope):
            if (trouble := await tried(harness, other)) is not None:
                self.stumbles.setdefault((envelope.type, name), []).append(f"{place}: {trouble}")
        if (envelope.type, name) not in self.brought:
            await harness.deliver(*of_unknown_types(envelope))
        self.brought.add((envelope.type, name))
        await harness.deliver(with_unknown_fields(envelope))


async def tried(harness: Harness, envelope: Envelope) -> str | None:
    """What the service's handler says to this event, right now; nothing of it stays."""
    try:
        async with harness.runtime.transaction() as tx:
            await Dispatcher(harness.service.handlers).dispatch(tx, envelope)
            await tx.finish()
            raise Undone
    except Undone:
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def with_unknown_fields(envelope: Envelope) -> Envelope:
    """The same event with new fields, also in each of its lines and in everything else that has fields."""
    return replace(envelope, data=json.dumps(_grown(json.loads(envelope.data))).encode())


def with_unknown_codes(envelope: Envelope) -> Iterator[tuple[str, Envelope]]:
    """The same event once per code in it, with that code unknown."""
    data, schema = json.loads(envelope.data), schemas.of(EVENTS[envelope.type])
    for name, value in data.items():
        if _is_code(name, schema["properties"][name], value):
            yield name, replace(envelope, data=json.dumps({**data, name: NEVER_HEARD_OF}).encode())
        if isinstance(value, list) and value and isinstance(value[0], dict):
            part = schema["$defs"][schema["properties"][name]["items"]["$ref"].rpartition("/")[2]]["properties"]
            for inner in (each for each in value[0] if _is_code(each, part[each], value[0][each])):
                changed = [{**line, inner: NEVER_HEARD_OF} for line in value]
                yield f"{name}[].{inner}", replace(envelope, data=json.dumps({**data, name: changed}).encode())


def of_unknown_types(envelope: Envelope) -> list[Envelope]:
    """Two aggregates of which nobody here knows the events: a new type, and a second telling of this one."""
    unknown = replace(
        envelope,
        id=behind_the_story(),
        subject=f"stranger-{uuid4().hex}",
        sequence=1,
        type="MoonPhaseChanged.v1",
        data=b'{"new": [1]}',
    )
    return [unknown, newer_version(envelope, retells=envelope.type)]


def newer_version(envelope: Envelope, retells: str | None = None) -> Envelope:
    """This event of another aggregate in a version that nobody here knows."""
    name = envelope.type.partition(".")[0]
    data = json.dumps({"new": [1], "retells": retells}).encode()
    return replace(
        envelope, id=behind_the_story(), subject=f"stranger-{uuid4().hex}", sequence=1, type=f"{name}.v9", data=data
    )


def behind_the_story() -> UUID:
    """A new id, greater than any of the story's: of two events at one instant the record tells the smaller id first."""
    return UUID(int=uuid4().int | 0xFFFF << 112)


def sample(cls: type[Event]) -> Envelope:
    """The least that this event may say, of an aggregate of its own."""
    schema = schemas.of(cls)
    event = cls.model_validate({name: _least(schema["properties"][name]) for name in schema["required"]})
    return Envelope.of(
        event.model_copy(update={cls.KEY: uuid4().hex}),
        id=UUID(int=uuid4().int),
        source=f"/{cls.TOPIC.writer}",
        sequence=1,
        correlation_id="test",
    )


def _grown(node: Any) -> Any:
    if isinstance(node, list):
        return [_grown(each) for each in node]
    if isinstance(node, dict):
        kept = {name: _grown(value) for name, value in node.items()}
        # A map by name (scores) has no fields: another entry is content.
        named = "line_id" in node or "affected_party" in node
        return {**kept, "moon_phase": "waxing", "nested_news": {"a": [None, 1.5]}} if named else kept
    return node


def _is_code(name: str, schema: dict[str, Any], value: object) -> bool:
    plain = not {"format", "pattern"} & schema.keys() and name not in _NO_CODES
    return isinstance(value, str) and plain and not name.endswith(_NO_CODE_ENDS)


def _least(schema: dict[str, Any]) -> Any:
    if "const" in schema:
        return schema["const"]
    if schema.get("format") == "date-time":
        return datetime(2026, 3, 4, tzinfo=UTC)
    if "pattern" in schema:
        return "CNY"
    return {"string": "x-1", "integer": 1, "number": 1.0, "boolean": True, "array": [], "object": {}}[schema["type"]]
