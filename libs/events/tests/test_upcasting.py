"""Upcasters: consumers read one version of an event, whichever is on the log."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from aftercare_events import EVENTS, UPCASTERS, OrderCancelled, WrongSchema, registry, upcaster
from event_strategies import envelope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


class OrderCancelledV3(OrderCancelled):
    """As if `cause` had been split into who and why."""

    VERSION: ClassVar[int] = 3
    by: str
    cause: str = "unknown"


V1 = OrderCancelled(
    affected_party="buyer-1",
    applicant="buyer-1",
    handler="system",
    time=datetime(2026, 3, 4, tzinfo=UTC),
    result="cancelled",
    order_id="ord_1",
    buyer_id="buyer-1",
    merchant_id="m-1",
    cause="payment_timeout",
)


@pytest.fixture
def third_version(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(EVENTS, "OrderCancelled.v3", OrderCancelledV3)

    @upcaster("OrderCancelled.v1", to="OrderCancelled.v2")
    def name_the_canceller(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "canceller": "system" if data["cause"] == "payment_timeout" else data["cause"]}

    @upcaster("OrderCancelled.v2", to="OrderCancelled.v3")
    def name_it_by(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "by": data["canceller"]}

    yield
    UPCASTERS.clear()


@pytest.mark.usefixtures("third_version")
def test_versions_are_followed_to_the_newest() -> None:
    event = envelope(V1).event()
    assert isinstance(event, OrderCancelledV3)
    assert (event.by, event.cause, event.order_id) == ("system", "payment_timeout", "ord_1")


@pytest.mark.usefixtures("third_version")
def test_the_newest_version_is_read_as_it_is() -> None:
    new = OrderCancelledV3(**{**V1.model_dump(), "by": "seller"})
    assert replace(envelope(V1), type="OrderCancelled.v3", data=new.to_data()).event() == new


@pytest.mark.usefixtures("third_version")
@pytest.mark.parametrize("data", [b"{}", b"[]", b"nonsense", b'{"cause": "buyer"}'])
def test_old_data_that_does_not_fit_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        replace(envelope(V1), data=data).event()


@pytest.mark.usefixtures("third_version")
def test_two_ways_from_one_version_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two upcasters for OrderCancelled\.v1"):
        upcaster("OrderCancelled.v1", to="OrderCancelled.v3")(dict)


@pytest.mark.usefixtures("third_version")
def test_an_upcaster_that_lacks_a_field_is_a_wrong_schema_by_kind_of_error() -> None:
    lacking = {name: value for name, value in V1.model_dump(mode="json").items() if name != "cause"}
    with pytest.raises(WrongSchema, match=r"^the upcaster to OrderCancelled\.v2 cannot read the data: KeyError$"):
        registry.parse("OrderCancelled.v1", json.dumps(lacking).encode())


@pytest.mark.usefixtures("third_version")
def test_a_result_that_does_not_fit_names_the_newest_type() -> None:
    with pytest.raises(WrongSchema, match=r"^the data does not fit OrderCancelled\.v3: order_id: "):
        registry.parse("OrderCancelled.v1", V1.model_copy(update={"order_id": ""}).to_data())


@pytest.mark.usefixtures("third_version")
def test_a_version_in_the_middle_is_read_from_there() -> None:
    data = json.dumps({**V1.model_dump(mode="json"), "canceller": "seller"}).encode()
    event = registry.parse("OrderCancelled.v2", data)
    assert isinstance(event, OrderCancelledV3)
    assert event.by == "seller"


@pytest.mark.usefixtures("third_version")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=200))
def test_any_text_survives_an_upcast(text: str) -> None:
    event = registry.parse("OrderCancelled.v1", V1.model_copy(update={"order_id": text}).to_data())
    assert event is not None
    assert event.aggregate_id == text


@pytest.mark.usefixtures("third_version")
def test_every_version_on_the_way_is_read_as_the_newest() -> None:
    for version in (1, 2, 3):
        assert registry.reads(f"OrderCancelled.v{version}") is OrderCancelledV3
    assert registry.reads("OrderCancelled.v4") is None
