"""Repeated commands, pushes and callbacks take effect once."""

from collections.abc import Callable

import httpx
import pytest
from aftercare_cli.api_client import ApiClient
from aftercare_cli.demo.scenario import Scenario
from aftercare_cli.journey import Journey

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)

QUESTIONS = {"/v1/bot/ask"}
"""Posts that are no commands: a repeated question is another one."""
Ledger = Callable[[str], tuple[int, int]]


class RepeatingClient(ApiClient):
    """Sends each command twice with one key, and asserts that the responses are equal."""

    def request(self, method: str, path: str, *, key: str | None = None, **parts: object) -> httpx.Response:
        first = super().request(method, path, key=key, **parts)
        if method == "GET" or path in QUESTIONS or not first.is_success:
            return first
        second = super().request(method, path, key=key, **parts)
        assert second.headers.get("idempotent-replayed") == "true", f"{path} took effect twice"
        assert (second.status_code, second.json()) == (first.status_code, first.json())
        assert second.headers.get("etag") == first.headers.get("etag")
        return second


@pytest.mark.usefixtures("every_push_twice")
def test_the_whole_scenario_with_every_command_and_every_push_sent_twice(
    make_journey: Callable[[type[ApiClient]], Journey], ledger: Ledger
) -> None:
    journey = make_journey(RepeatingClient)
    scenario = Scenario(journey.participants, journey)

    order = scenario.run()

    assert ledger(scenario.payment["id"]) == (29500, 28700)
    record = journey.wait_record(order, lambda body: bool(body["complete"]))["data"]
    once = ("OrderPaid", "OrderShipped", "OrderDelivered", "ReplacementShipped", "DisputeOpened")
    once += ("VerdictGiven", "DisputeAppealed", "VerdictConfirmed", "RatingGiven")
    types = [entry["event_type"].removesuffix(".v1") for entry in record]
    assert [types.count(each) for each in once] == [1] * len(once)
    assert (types.count("AfterSaleRequested"), types.count("RefundSucceeded")) == (3, 2)


@pytest.mark.usefixtures("every_push_twice")
def test_a_repeated_push_is_one_scan(journey: Journey) -> None:
    order = journey.order()
    journey.pay(order)
    parcel = journey.ship(order)

    journey.scan(parcel["waybill_no"], "in_transit")

    seen = journey.participants.buyer.wait(
        f"/v1/parcels/{parcel['id']}", lambda body: bool(body["status"] == "in_transit")
    )
    assert [event["status"] for event in seen["events"]].count("in_transit") == 1


@pytest.mark.parametrize(
    "method", ["sim_duplicate_callback", "sim_callback_first", "sim_lost_answer", "sim_refund_lost_answer"]
)
def test_a_refund_is_exact_whatever_the_provider_repeats_or_loses(
    journey: Journey, ledger: Ledger, method: str
) -> None:
    order = journey.order()
    payment = journey.pay(order, method)

    case = journey.open_case(order, 3, kind="refund_only", reason="not_shipped_in_time")
    journey.approve(case)

    journey.wait_completed(case)
    journey.wait_refunded(payment, 29500)
    assert ledger(payment["id"]) == (29500, 29500)
