"""Everybody says everything twice, and it happens once."""

from collections.abc import Callable

import httpx
import pytest
from aftercare_cli.demo.story import Story
from aftercare_cli.journey import Journey
from aftercare_cli.person import Person

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)

Ledger = Callable[[str], tuple[int, int]]


class Stubborn(Person):
    """Sends each command twice with one key, and insists on the same answer."""

    def request(self, method: str, path: str, *, key: str | None = None, **parts: object) -> httpx.Response:
        first = super().request(method, path, key=key, **parts)
        if method == "GET" or not first.is_success:
            return first
        second = super().request(method, path, key=key, **parts)
        assert second.headers.get("idempotent-replayed") == "true", f"{path} was done again"
        assert (second.status_code, second.json()) == (first.status_code, first.json())
        assert second.headers.get("etag") == first.headers.get("etag")
        return second


@pytest.mark.usefixtures("every_push_twice")
def test_the_whole_story_with_every_call_and_every_push_twice(
    cast_journey: Callable[[type[Person]], Journey], ledger: Ledger
) -> None:
    journey = cast_journey(Stubborn)
    story = Story(journey.cast, journey)

    order = story.play()

    assert ledger(story.payment["id"]) == (29500, 28700)
    record = journey.trace(order, lambda body: bool(body["complete"]))["data"]
    once = ("OrderPaid", "OrderShipped", "OrderDelivered", "DisputeOpened", "VerdictGiven", "RatingGiven")
    told = [entry["event_type"].removesuffix(".v1") for entry in record]
    assert [told.count(kind) for kind in once] == [1] * len(once)
    assert told.count("AfterSaleRequested") == told.count("RefundSucceeded") == 2


@pytest.mark.usefixtures("every_push_twice")
def test_a_push_twice_is_one_scan(journey: Journey) -> None:
    order = journey.order()
    journey.pay(order)
    parcel = journey.ship(order)

    journey.scan(parcel["waybill_no"], "in_transit")

    seen = journey.cast.buyer.wait(f"/v1/parcels/{parcel['id']}", lambda body: bool(body["status"] == "in_transit"))
    assert [event["status"] for event in seen["events"]].count("in_transit") == 1


@pytest.mark.parametrize(
    "method", ["sim_duplicate_callback", "sim_callback_first", "sim_lost_answer", "sim_refund_lost_answer"]
)
def test_the_provider_may_behave_as_it_likes(journey: Journey, ledger: Ledger, method: str) -> None:
    order = journey.order()
    payment = journey.pay(order, method)

    case = journey.ask(order, 3, kind="refund_only", reason="not_shipped_in_time")
    journey.approve(case)

    journey.completed(case)
    journey.refunded(payment, 29500)
    assert ledger(payment["id"]) == (29500, 29500)
