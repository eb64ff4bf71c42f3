"""Old events become new ones: readers meet one version, whatever is in the log."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from aftercare_events import EVENTS, UPCASTERS, OrderCancelled, upcaster
from made_events import envelope


class OrderCancelledAgain(OrderCancelled):
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
    monkeypatch.setitem(EVENTS, "OrderCancelled.v3", OrderCancelledAgain)

    @upcaster("OrderCancelled.v1", to="OrderCancelled.v2")
    def name_the_canceller(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "canceller": "system" if data["cause"] == "payment_timeout" else data["cause"]}

    @upcaster("OrderCancelled.v2", to="OrderCancelled.v3")
    def call_it_by(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "by": data["canceller"]}

    yield
    UPCASTERS.clear()


@pytest.mark.usefixtures("third_version")
def test_versions_are_followed_to_the_newest() -> None:
    event = envelope(V1).event()
    assert isinstance(event, OrderCancelledAgain)
    assert (event.by, event.cause, event.order_id) == ("system", "payment_timeout", "ord_1")


@pytest.mark.usefixtures("third_version")
def test_the_newest_version_is_read_as_it_is() -> None:
    new = OrderCancelledAgain(**{**V1.model_dump(), "by": "seller"})
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
