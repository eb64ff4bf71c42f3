"""Every event class is found by its type name, and data that does not fit is refused without quoting it."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, ClassVar

import aftercare_events
import pytest
from aftercare_events import (
    EVENTS,
    TOPICS,
    UPCASTERS,
    Event,
    OrderCancelled,
    WrongSchema,
    catalogue,
    registry,
    upcaster,
)
from aftercare_events.fields import Code, Retells
from captured_events import captured

CANCELLED = captured("OrderCancelled.v1")


class OrderCancelledV2(OrderCancelled):
    """Version 2, published beside version 1 for a while."""

    VERSION: ClassVar[int] = 2
    retells: Retells = None


@pytest.fixture
def second_version(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A build that knows both versions and has an upcaster between them."""
    monkeypatch.setitem(EVENTS, "OrderCancelled.v2", OrderCancelledV2)
    upcaster("OrderCancelled.v1", to="OrderCancelled.v2")(dict)
    yield
    UPCASTERS.clear()


def written(**changed: Any) -> bytes:
    return json.dumps({**CANCELLED, **changed}).encode()


def test_every_module_of_the_catalogue_is_registered() -> None:
    names = {f"{catalogue.__name__}.{module.name}" for module in pkgutil.iter_modules(catalogue.__path__)}
    registered = {module.__name__ for module in registry.CATALOGUE}
    shared = {
        f"{catalogue.__name__}.{name}"
        for name in ("admin_actions", "cases", "deadlines", "decisions", "refund_parts", "verdicts")
    }
    assert names - registered == shared, "they hold only what events share"


def test_every_event_is_exported_and_registered_under_its_type_name() -> None:
    for name, cls in EVENTS.items():
        assert name == f"{cls.__name__}.v1" == cls.type_name()
        assert getattr(aftercare_events, cls.__name__) is cls
    assert len(EVENTS) == len(set(EVENTS.values()))


def test_what_events_share_is_no_event_itself() -> None:
    modules = [importlib.import_module(f"{catalogue.__name__}.{name}") for name in ("cases", "orders", "disputes")]
    shared = [modules[0].CaseEvent, modules[1].OrderEvent, modules[2].DisputeEvent]
    assert not set(shared) & set(EVENTS.values())
    assert all(cls.model_fields["matter"].is_required() for cls in shared)


def module_with(*classes: type[Event]) -> ModuleType:
    """A module of the catalogue that defines these classes."""
    module = ModuleType("orders_of_a_test")
    for cls in classes:
        cls.__module__ = module.__name__
        setattr(module, cls.__name__, cls)
    return module


def test_an_event_without_a_constant_matter_is_an_error() -> None:
    class OrderMislaid(Event):
        pass

    with pytest.raises(TypeError, match=r"^the event OrderMislaid has no constant matter"):
        list(registry.events_in(module_with(OrderMislaid)))


def test_a_base_class_needs_no_matter() -> None:
    class WarehouseEvent(Event):
        pass

    class OrderPicked(WarehouseEvent):
        matter: Code = "picking"

    assert list(registry.events_in(module_with(WarehouseEvent, OrderPicked))) == [OrderPicked]


def test_events_of_one_topic_follow_each_other() -> None:
    order = [cls.TOPIC.name for cls in EVENTS.values()]
    assert list(dict.fromkeys(order)) == list(TOPICS)
    assert order == sorted(order, key=list(TOPICS).index)


def test_a_name_on_the_wire_has_the_version_once() -> None:
    assert OrderCancelledV2.type_name() == "OrderCancelled.v2"


def test_an_event_is_read_by_its_type() -> None:
    event = registry.parse("OrderCancelled.v1", written())
    assert isinstance(event, OrderCancelled)
    assert event.time == datetime.fromisoformat(CANCELLED["time"]).astimezone(UTC)
    assert registry.reads("OrderCancelled.v1") is OrderCancelled


def test_an_unknown_type_is_none_whatever_its_data_is() -> None:
    assert registry.parse("OrderTeleported.v1", b"\xff") is None
    assert registry.parse("OrderCancelled.v7", b"{}") is None
    assert registry.reads("OrderTeleported.v1") is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "Invalid JSON"),
        (b"[]", "Input should be an object"),
        (b"\xff", "Invalid JSON"),
        (written(time="yesterday"), "time: Input should be a valid datetime"),
        (written(order_id=""), "order_id: String should have at least 1 character"),
        (written(order_id="x" * 201), "order_id: String should have at most 200 characters"),
        (written(cause=None), "cause: Input should be a valid string"),
    ],
)
def test_wrong_data_is_refused_by_field_and_rule(data: bytes, why: str) -> None:
    with pytest.raises(WrongSchema, match=rf"^the data does not fit OrderCancelled\.v1: {why}"):
        registry.parse("OrderCancelled.v1", data)


def test_the_refusal_quotes_no_value_and_names_three_fields_at_most() -> None:
    with pytest.raises(WrongSchema) as refused:
        registry.parse("OrderCancelled.v1", written(time="王芳", order_id=1, buyer_id=2, merchant_id=3, cause=4))
    assert "王芳" not in str(refused.value)
    assert str(refused.value).endswith("; and 2 more")
    assert str(refused.value).count(";") == 3


@pytest.mark.parametrize("data", [b"", b"\xff", b"nonsense", b'{"a":'])
def test_fields_of_what_is_no_json(data: bytes) -> None:
    with pytest.raises(WrongSchema, match=r"^the data of OrderTeleported\.v1 is not JSON"):
        registry.fields_of("OrderTeleported.v1", data)


@pytest.mark.parametrize("data", [b"[]", b"null", b"1", b'"text"'])
def test_fields_of_what_is_no_object(data: bytes) -> None:
    with pytest.raises(WrongSchema, match=r"^the data of OrderTeleported\.v1 is not a JSON object$"):
        registry.fields_of("OrderTeleported.v1", data)


def test_fields_of_any_type_are_its_json() -> None:
    assert registry.fields_of("OrderTeleported.v1", '{"到": [1]}'.encode()) == {"到": [1]}


@pytest.mark.usefixtures("second_version")
def test_an_event_beside_an_older_version_is_left_to_that_one() -> None:
    assert registry.parse("OrderCancelled.v2", written(retells="OrderCancelled.v1")) is None
    older = registry.parse("OrderCancelled.v1", written())
    assert type(older) is OrderCancelledV2, "read through the upcaster"


@pytest.mark.usefixtures("second_version")
@pytest.mark.parametrize("retells", [None, "OrderCancelled.v0"])
def test_it_is_read_where_nothing_known_was_published_beside_it(retells: str | None) -> None:
    assert type(registry.parse("OrderCancelled.v2", written(retells=retells))) is OrderCancelledV2


@pytest.mark.usefixtures("second_version")
def test_an_upcaster_leads_to_the_newest_class() -> None:
    assert registry.reads("OrderCancelled.v1") is OrderCancelledV2
    assert registry.reads("OrderCancelled.v2") is OrderCancelledV2


def test_the_fields_of_the_trace_come_first_in_every_event() -> None:
    names = list(Event.model_fields)
    assert all(list(cls.model_fields)[: len(names)] == names for cls in EVENTS.values())
