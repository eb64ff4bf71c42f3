"""A command right after the event of another service that it depends on succeeds at the first try."""

from collections.abc import Callable

import pytest
from aftercare_cli.api_client import ApiClient, Body
from aftercare_cli.journey import Journey

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)


class ClientWithoutRetries(ApiClient):
    """Sends each command once, whatever Retry-After says."""

    def post(self, path: str, body: Body | None = None, *, key: str | None = None) -> Body:
        return self._successful(self.request("POST", path, json=body or {}, key=key))


def test_commands_right_after_an_event_of_another_service_succeed_at_once(
    make_journey: Callable[[type[ApiClient]], Journey],
) -> None:
    journey = make_journey(ClientWithoutRetries)
    for _ in range(5):
        order = journey.order()
        talk = journey.participants.buyer.post("/v1/conversations", {"order_id": order["id"], "text": "何时发货?"})
        journey.pay(order)
        case = journey.open_case(order, 1, "refund_only", "changed_mind")
        talk_of_case = journey.participants.buyer.post(
            "/v1/conversations", {"case_id": case["id"], "text": "何时退款?"}
        )
        journey.approve(case)
        journey.wait_completed(case)
        rating = journey.rate(case)
        complaint = journey.open_complaint(order, journey.open_case(order, 1, "refund_only", "changed_mind"))
        assert (talk["order_id"], talk_of_case["case_id"], rating["case_id"]) == (order["id"], case["id"], case["id"])
        assert complaint["state"] == "open"
