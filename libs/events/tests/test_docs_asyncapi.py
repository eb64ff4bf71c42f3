"""The AsyncAPI document has every topic, event and publisher, and refers to nothing that is missing."""

from typing import Any

import jsonschema
import pytest
from aftercare_events import EVENTS, TOPICS, codec
from aftercare_events.docs import asyncapi, schemas
from captured_events import CAPTURED, captured
from event_strategies import envelope


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return asyncapi.document()


def references(node: object) -> list[str]:
    """Every `$ref` in the document."""
    if isinstance(node, list):
        return [pointer for item in node for pointer in references(item)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if "$ref" in node else []
    return own + [pointer for value in node.values() for pointer in references(value)]


def resolved(document: dict[str, Any], pointer: str) -> Any:
    node: Any = document
    for step in pointer.removeprefix("#/").split("/"):
        node = node[step]
    return node


def test_it_is_asyncapi_3(document: dict[str, Any]) -> None:
    assert document["asyncapi"] == "3.0.0"
    assert document["info"]["license"] == {"name": "Apache-2.0"}
    assert document["defaultContentType"] == "application/json"


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    pointers = references(document)
    assert len(pointers) > 3 * len(EVENTS)
    for pointer in pointers:
        assert resolved(document, pointer) is not None


@pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS)
def test_a_topic_is_a_channel_with_its_events_and_one_publisher(document: dict[str, Any], topic: Any) -> None:
    name = topic.name.split(".")[1]
    channel, operation = document["channels"][name], document["operations"][f"{name}Send"]
    events = {type_name for type_name, cls in EVENTS.items() if cls.TOPIC is topic}
    assert channel["address"] == topic.name
    assert channel["messages"].keys() == events
    assert channel["bindings"]["kafka"]["partitions"] == 12
    assert operation["action"] == "send"
    assert operation["summary"] == f"{topic.writer} publishes."
    assert {resolved(document, each["$ref"])["$ref"].rpartition("/")[2] for each in operation["messages"]} == events


def test_a_message_has_the_schema_of_its_event(document: dict[str, Any]) -> None:
    for name, cls in EVENTS.items():
        message, schema = document["components"]["messages"][name], schemas.of(cls)
        assert message["name"] == name
        assert message["summary"] == cls.__doc__
        assert message["payload"]["required"] == schema["required"]
        assert message["payload"]["properties"].keys() == schema["properties"].keys()
        assert message["bindings"]["kafka"]["key"]["description"] == f"`{cls.KEY}`"
        assert "$defs" not in message["payload"], name
        assert "$id" not in message["payload"], name


@pytest.mark.parametrize(("name", "data"), CAPTURED[::3], ids=[name for name, _ in CAPTURED[::3]])
def test_a_captured_event_fits_the_payload(document: dict[str, Any], name: str, data: dict[str, Any]) -> None:
    payload = document["components"]["messages"][name]["payload"]
    jsonschema.validate(data, {**payload, "components": document["components"]})


def test_the_headers_are_those_that_the_codec_writes(document: dict[str, Any]) -> None:
    event = EVENTS["OrderPaid.v1"].model_validate(captured("OrderPaid.v1"))
    audited = {"operation": "cancelOrder", "actor_role": "admin"}
    made = envelope(event, causation_id="cause-1", traceparent="00-1-1-01", tracestate="a=1", **audited)
    headers = {name: value.decode() for name, value in codec.encode(made)[2]}
    described = document["components"]["schemas"]["Headers"]
    assert headers.keys() == described["properties"].keys()
    jsonschema.validate(headers, described)
    optional = {"ce_causationid", "ce_operation", "ce_actorrole", "traceparent", "tracestate"}
    assert set(described["required"]) == headers.keys() - optional
    assert {name for name, _ in codec.encode(envelope(event))[2]} == set(described["required"])


def test_parts_are_shared_components(document: dict[str, Any]) -> None:
    parts = document["components"]["schemas"].keys() - {"Headers"}
    assert parts == {
        "AcceptedLine",
        "AnomalyScan",
        "BearerShare",
        "CancelledLine",
        "CaseLine",
        "Clause",
        "ClauseText",
        "DeadlineChange",
        "DisputeCost",
        "InspectedLine",
        "LabResult",
        "LineAfterSale",
        "LineDiscount",
        "OrderLine",
        "OrderPayment",
        "OwedLine",
        "PackedPackage",
        "PolicyCitation",
        "PriceGranted",
        "RecommendedSanction",
        "RefundPart",
        "RefundShare",
        "ReturnedStockLine",
        "ReusedFile",
        "SampleLine",
        "SettingUsed",
        "ShippedLine",
        "StockLine",
    }
