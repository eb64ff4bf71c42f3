"""Events as a later build may publish them: with fields, codes and types that the consumers of this build do not know."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from aftercare_chassis.consumer.dispatcher import Dispatcher
from aftercare_chassis.testing import Harness
from aftercare_events import EVENTS, Envelope, Event
from aftercare_events.docs import schemas
from in_process_suite import InProcessSuite

UNKNOWN_CODE = "unknown_code"
_NO_CODES = {"affected_party", "applicant", "handler", "matter", "sku", "slug"}
_NO_CODE_ENDS = ("_id", "_hash", "_no", "_at")


class RolledBack(Exception):
    """Rolls a transaction back."""


class EvolvingSuite(InProcessSuite):
    """A suite whose consumers receive every event in changed forms. `errors` holds those of handlers, by (type, service).

    Each event is delivered with added fields, after events of unknown types. Before that, its handler is called with each
    code replaced by an unknown one, and rolled back, so that the scenario goes on with the real event: once for each
    combination of fields and of other codes, on which a handler may decide.
    """

    def __init__(self, services: dict[str, Harness], provider: Any) -> None:
        super().__init__(services, provider)
        self.delivered_types: set[tuple[str, str]] = set()
        self.errors: dict[tuple[str, str], list[str]] = {}
        self._tried: set[tuple[str, str, str]] = set()

    async def _deliver(self, name: str, envelope: Envelope) -> None:
        harness = self.services[name]
        for place, other in with_unknown_codes(envelope):
            if (tried := (name, place, shape(other))) not in self._tried:
                self._tried.add(tried)
                if (error := await handler_error(harness, self.dispatchers[name], other)) is not None:
                    self.errors.setdefault((envelope.type, name), []).append(f"{place}: {error}")
        if (envelope.type, name) not in self.delivered_types:
            await harness.deliver(*of_unknown_types(envelope))
        self.delivered_types.add((envelope.type, name))
        await harness.deliver(with_unknown_fields(envelope))


async def handler_error(harness: Harness, dispatcher: Dispatcher[Any], envelope: Envelope) -> str | None:
    """The exception of the service's handler for this event, or None. The transaction is rolled back."""
    try:
        if dispatcher.handler_of(envelope) is None:
            return None
        async with harness.runtime.transaction() as tx:
            await dispatcher.dispatch(tx, envelope)
            await tx.finish()
            raise RolledBack
    except RolledBack:
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def with_unknown_fields(envelope: Envelope) -> Envelope:
    """The event with added fields, in its lines as well."""
    return replace(envelope, data=json.dumps(_with_fields(json.loads(envelope.data))).encode())


def with_unknown_codes(envelope: Envelope) -> Iterator[tuple[str, Envelope]]:
    """The event once per code in it, with that code replaced by an unknown one; with the path of the code."""
    data, schema = json.loads(envelope.data), schemas.of(EVENTS[envelope.type])
    for name, value in data.items():
        if _is_code(name, schema["properties"][name], value):
            yield name, replace(envelope, data=json.dumps({**data, name: UNKNOWN_CODE}).encode())
        if isinstance(value, list) and value and isinstance(value[0], dict):
            part = schema["$defs"][schema["properties"][name]["items"]["$ref"].rpartition("/")[2]]["properties"]
            for inner in (each for each in value[0] if _is_code(each, part[each], value[0][each])):
                changed = [{**line, inner: UNKNOWN_CODE} for line in value]
                yield f"{name}[].{inner}", replace(envelope, data=json.dumps({**data, name: changed}).encode())


def shape(envelope: Envelope) -> str:
    """The type of the event, the names of its fields, and its codes and truth values, without its ids, times and amounts."""
    schema = schemas.of(EVENTS[envelope.type])["properties"]
    data = json.loads(envelope.data)
    decisive = {
        name: value for name, value in data.items() if isinstance(value, bool) or _is_code(name, schema[name], value)
    }
    kept = {name: decisive.get(name, bool(value)) for name, value in data.items()}
    return json.dumps([envelope.type, kept], sort_keys=True)


def of_unknown_types(envelope: Envelope) -> list[Envelope]:
    """Events of two further aggregates: one of an unknown type, and one in a newer version of this type."""
    unknown = replace(
        envelope,
        id=last_id(),
        subject=f"unknown-{uuid4().hex}",
        sequence=1,
        type="UnknownHappened.v1",
        data=b'{"new": [1]}',
    )
    return [unknown, newer_version(envelope, retells=envelope.type)]


def newer_version(envelope: Envelope, retells: str | None = None) -> Envelope:
    """This event, of another aggregate, in a version that this build does not know."""
    name = envelope.type.partition(".")[0]
    data = json.dumps({"new": [1], "retells": retells}).encode()
    return replace(envelope, id=last_id(), subject=f"unknown-{uuid4().hex}", sequence=1, type=f"{name}.v9", data=data)


def last_id() -> UUID:
    """A new id that is greater than those of the scenarios: the record sorts events of one instant by id."""
    return UUID(int=uuid4().int | 0xFFFF << 112)


def sample(cls: type[Event]) -> Envelope:
    """The event with its required fields only, of a new aggregate."""
    schema = schemas.of(cls)
    event = cls.model_validate({name: _least(schema["properties"][name]) for name in schema["required"]})
    return Envelope.of(
        event.model_copy(update={cls.KEY: uuid4().hex}),
        id=UUID(int=uuid4().int),
        source=f"/{cls.TOPIC.writer}",
        sequence=1,
        correlation_id="test",
    )


def _with_fields(node: Any) -> Any:
    if isinstance(node, list):
        return [_with_fields(each) for each in node]
    if isinstance(node, dict):
        kept = {name: _with_fields(value) for name, value in node.items()}
        # A map (scores) has no fields: another entry would be data.
        named = "line_id" in node or "affected_party" in node
        return {**kept, "added_text": "new", "added_object": {"a": [None, 1.5]}} if named else kept
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
        return next(text for text in ("CNY", "2026-03-04") if re.search(schema["pattern"], text))
    return {"string": "x-1", "integer": 1, "number": 1.0, "boolean": True, "array": [], "object": {}}[schema["type"]]
