"""Whoever acts right after something has happened in another service is served at the first try."""

from collections.abc import Callable

import pytest
from aftercare_cli.journey import Journey
from aftercare_cli.person import Body, Person

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)


class Hasty(Person):
    """Asks for each thing once."""

    def post(self, path: str, body: Body | None = None, *, key: str | None = None) -> Body:
        return self._good(self.request("POST", path, json=body or {}, key=key))


def test_no_client_meets_the_way_between_services(cast_journey: Callable[[type[Person]], Journey]) -> None:
    journey = cast_journey(Hasty)
    for _ in range(5):
        order = journey.order()
        talk = journey.cast.buyer.post("/v1/conversations", {"order_id": order["id"], "text": "何时发货?"})
        journey.pay(order)
        case = journey.ask(order, 1, "refund_only", "changed_mind")
        talk_of_case = journey.cast.buyer.post("/v1/conversations", {"case_id": case["id"], "text": "何时退款?"})
        journey.approve(case)
        journey.completed(case)
        rating = journey.rate(case)
        complaint = journey.complain(order, journey.ask(order, 1, "refund_only", "changed_mind"))
        assert (talk["order_id"], talk_of_case["case_id"], rating["case_id"]) == (order["id"], case["id"], case["id"])
        assert complaint["state"] == "open"
