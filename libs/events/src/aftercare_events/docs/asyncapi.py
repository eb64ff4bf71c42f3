"""The AsyncAPI 3.0 document of the topics and their events."""

from aftercare_events.docs import schemas
from aftercare_events.event import Event
from aftercare_events.registry import EVENTS
from aftercare_events.topics import TOPICS, Topic

_TEXT = {"type": "string", "minLength": 1}

HEADERS: dict[str, object] = {
    "type": "object",
    "description": "CloudEvents 1.0 in Kafka's binary mode",
    "required": [
        "ce_specversion",
        "ce_id",
        "ce_type",
        "ce_source",
        "ce_subject",
        "ce_time",
        "ce_dataschema",
        "ce_partitionkey",
        "ce_sequence",
        "ce_correlationid",
        "content-type",
    ],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid", "description": "UUIDv7; the same in every delivery of the event"},
        "ce_type": {**_TEXT, "description": "name and version, such as AfterSaleRequested.v1"},
        "ce_source": {**_TEXT, "description": "the publishing service, such as /aftersale-svc"},
        "ce_subject": {**_TEXT, "description": "the aggregate's id"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_dataschema": {"type": "string", "format": "uri"},
        "ce_partitionkey": {**_TEXT, "description": "the message key: the aggregate's id"},
        "ce_sequence": {
            "type": "string",
            "pattern": "^[0-9]{20}$",
            "description": "the aggregate's version, 1..n without a gap",
        },
        "ce_correlationid": {**_TEXT, "description": "shared by everything that followed from one request"},
        "ce_causationid": {**_TEXT, "description": "id of the event that led to this one"},
        "ce_operation": {
            **_TEXT,
            "description": "the audited command, by its name in the API, such as revokeCourierEndpoint",
        },
        "ce_actorrole": {**_TEXT, "description": "the role in which the handler of an audited command acted"},
        "traceparent": {
            **_TEXT,
            "description": "W3C trace context: the trace and the span that the event was published in",
        },
        "tracestate": {**_TEXT, "description": "W3C trace context: the callers' own entries, passed on"},
        "content-type": {"const": "application/json"},
    },
}
_OF_A_FILE = {"$schema", "$id", "$defs"}
"""What the schema of an event has only where it is a document of its own."""


def document() -> dict[str, object]:
    """Return the document: a channel per topic, a message per event, an operation per publishing service."""
    parts: dict[str, object] = {}
    messages = {name: _message(cls, parts) for name, cls in EVENTS.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Aftercare events",
            "version": "1.0.0",
            "description": "Five services communicate only by the events on these topics.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_channel_id(topic): _channel(topic) for topic in TOPICS.values()},
        "operations": {f"{_channel_id(topic)}Send": _operation(topic) for topic in TOPICS.values()},
        "components": {"messages": messages, "schemas": {"Headers": HEADERS, **dict(sorted(parts.items()))}},
    }


def _channel_id(topic: Topic) -> str:
    return topic.name.split(".")[1]


def _channel(topic: Topic) -> dict[str, object]:
    return {
        "address": topic.name,
        "description": f"Events of each {topic.aggregate}. {topic.writer} alone publishes here.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _names(topic)},
        "bindings": {"kafka": {"partitions": topic.partitions, "bindingVersion": "0.5.0"}},
    }


def _operation(topic: Topic) -> dict[str, object]:
    channel = f"#/channels/{_channel_id(topic)}"
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "summary": f"{topic.writer} publishes.",
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in _names(topic)],
    }


def _names(topic: Topic) -> list[str]:
    return [name for name, cls in EVENTS.items() if cls.TOPIC is topic]


def _message(cls: type[Event], parts: dict[str, object]) -> dict[str, object]:
    schema = schemas.of(cls)
    parts.update({name: _hoisted(part) for name, part in schema.get("$defs", {}).items()})
    payload = {word: value for word, value in schema.items() if word not in _OF_A_FILE}
    return {
        "name": cls.type_name(),
        "summary": cls.__doc__,
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": _hoisted(payload),
        "bindings": {"kafka": {"key": {**_TEXT, "description": f"`{cls.KEY}`"}, "bindingVersion": "0.5.0"}},
    }


def _hoisted(node: object) -> object:
    """Return the schema with references to `$defs` pointing into the document's components."""
    if isinstance(node, dict):
        return {
            key: value.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _hoisted(value)
            for key, value in node.items()
        }
    return [_hoisted(item) for item in node] if isinstance(node, list) else node
