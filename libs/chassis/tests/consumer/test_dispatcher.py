"""Which handler gets an event, and as what."""

from dataclasses import replace
from typing import Any

import pytest
from aftercare_chassis.consumer.dispatcher import Dispatcher, Handlers
from aftercare_chassis.consumer.errors import UnprocessableEvent
from aftercare_chassis.park_reason import ParkReason
from aftercare_chassis.testing import Harness
from aftercare_events import EVENTS, UPCASTERS, Envelope, OrderCancelled
from log_support import Make, envelope_of
from note_log import TRACE, Noted, NotedV2


async def handler(tx: Any, event: Any) -> None:
    tx.connection.handled = event


async def default(tx: Any, envelope: Any) -> None:
    tx.connection.handled = envelope


def of(handlers: Handlers[Any], envelope: Envelope) -> Any:
    return Dispatcher(handlers).handler_of(envelope)


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EVENTS, "Noted.v1", Noted)


@pytest.fixture
def newer_notes(notes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that reads version 2, and version 1 through an upcaster."""
    monkeypatch.setitem(EVENTS, "Noted.v2", NotedV2)
    rename = lambda data: {**data, "sign": data["letter"]}  # noqa: E731
    monkeypatch.setitem(UPCASTERS, "Noted.v1", ("Noted.v2", rename))


@pytest.fixture
def old() -> Envelope:
    return envelope_of(Noted(**TRACE, note_id="n-1", letter="a"))


@pytest.fixture
def new() -> Envelope:
    return envelope_of(NotedV2(**TRACE, note_id="n-1", sign="a"))


def test_an_event_goes_to_the_handler_of_its_class(order_cancelled: Make) -> None:
    event = order_cancelled("ord_1")
    assert of({OrderCancelled: handler}, envelope_of(event)) == (handler, event)


def test_an_event_without_a_handler_is_ignored(order_cancelled: Make) -> None:
    envelope = envelope_of(order_cancelled("ord_1"))
    assert of({}, envelope) is None
    assert of({}, replace(envelope, type="OrderTeleported.v3", data=b"nonsense")) is None


def test_the_default_handler_gets_the_envelopes_of_all_others(order_cancelled: Make) -> None:
    envelope = envelope_of(order_cancelled("ord_1"))
    unknown = replace(envelope, type="OrderTeleported.v3")
    handlers: Handlers[Any] = {OrderCancelled: handler, Envelope: default}
    assert of(handlers, envelope)[0] is handler
    assert of(handlers, unknown) == (default, unknown)
    assert of({Envelope: default}, envelope) == (default, envelope)


def test_data_that_does_not_fit_its_schema_is_unprocessable(order_cancelled: Make) -> None:
    envelope = replace(envelope_of(order_cancelled("ord_1")), data=b'{"cause": 1}')
    with pytest.raises(UnprocessableEvent, match="does not fit") as raised:
        of({OrderCancelled: handler}, envelope)
    assert raised.value.park_reason is ParkReason.WRONG_SCHEMA


@pytest.mark.usefixtures("notes")
def test_a_newer_version_of_a_handled_event_is_unprocessable(new: Envelope) -> None:
    with pytest.raises(UnprocessableEvent, match=r"Noted\.v2 is newer than Noted\.v1") as raised:
        of({Noted: handler}, new)
    assert raised.value.park_reason is ParkReason.UNKNOWN_VERSION
    assert of({}, new) is None, "a service that handles no version ignores all of them"


@pytest.mark.usefixtures("notes")
def test_a_newer_version_beside_a_handled_one_is_ignored() -> None:
    beside = envelope_of(NotedV2(**TRACE, note_id="n-1", sign="a", retells="Noted.v1"))
    assert of({Noted: handler}, beside) is None
    assert of({Noted: handler, Envelope: default}, beside) == (default, beside)


@pytest.mark.usefixtures("notes")
@pytest.mark.parametrize("retells", [b"1", b'["Noted.v1"]', b'"Noted.v7"', b"null"])
def test_what_it_retells_has_to_be_a_handled_type(new: Envelope, retells: bytes) -> None:
    with pytest.raises(UnprocessableEvent, match="newer"):
        of({Noted: handler}, replace(new, data=b'{"retells": %s}' % retells))


@pytest.mark.usefixtures("newer_notes")
def test_a_build_of_the_newer_version_reads_both(old: Envelope, new: Envelope) -> None:
    for envelope in (old, new):
        found, event = of({NotedV2: handler}, envelope)
        assert found is handler
        assert (type(event), event.sign) == (NotedV2, "a")


@pytest.mark.usefixtures("notes")
@pytest.mark.parametrize(
    "name", ["Noted", "Noted.v0", "Noted.v01", "Noted.v", "v1", "Noted.v2.v3", "Noted.v1000000000"]
)
def test_a_name_without_a_version_is_another_event(new: Envelope, name: str) -> None:
    assert of({Noted: handler}, replace(new, type=name)) is None


def test_the_topics_are_those_of_the_handled_events() -> None:
    dispatcher = Dispatcher[Any]({OrderCancelled: handler, Noted: handler, Envelope: default})
    assert dispatcher.topics == ["aftercare.orders.v1", Noted.TOPIC.name]
    assert dispatcher.events == [OrderCancelled, Noted]


async def test_what_a_handler_records_is_caused_by_the_event(tally: Harness, order_cancelled: Make) -> None:
    envelope = envelope_of(order_cancelled("ord_1"))
    seen: list[Any] = []

    async def look(tx: Any, event: OrderCancelled) -> None:
        seen.append((tx.cause, event))

    async with tally.runtime.transaction() as tx:
        await Dispatcher({OrderCancelled: look}).dispatch(tx, envelope)
        await Dispatcher[Any]({}).dispatch(tx, replace(envelope, type="Other.v1"))
    assert seen == [(envelope, envelope.event())]
