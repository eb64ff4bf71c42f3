"""Orders that are cancelled once they are on their way: the courier is asked to call the parcel back, and money follows the goods."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aftercare_simulators.shipping import Fault
from aftercare_simulators.shipping.books import Books
from in_process_suite import InProcessSuite, in_process_suite
from suite_couriers import sf_account
from suite_scenarios import paid

POLL_HOURS = 7


@pytest.fixture(scope="module")
async def suite(postgres_url: str) -> AsyncIterator[InProcessSuite]:
    """The services without other scenarios: what couriers are asked for there is not made."""
    async with in_process_suite(postgres_url, InProcessSuite) as opened:
        yield opened


@pytest.fixture(scope="module")
async def account(suite: InProcessSuite) -> AsyncIterator[Books]:
    """The merchant's account with SF, whose simulator is in this process."""
    async with sf_account(suite) as books:
        yield books


@pytest.fixture
def sf(account: Books) -> Iterator[Books]:
    """SF, which does what it is asked for unless the test has it refuse."""
    yield account
    account.fault = None


async def _shipped(suite: InProcessSuite) -> tuple[dict[str, Any], dict[str, Any]]:
    """A paid order that SF has in one parcel."""
    order = await paid(suite)
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 3}]
    body = {"carrier": "sf", "weight_grams": 900, "lines": lines}
    label = await suite.call("seller", "order", f"orders/{order['id']}/labels", body)
    label = await suite.get("seller", "order", f"labels/{label['id']}")
    return order, await suite.get("buyer", "order", f"parcels/{label['parcel_id']}")


async def _scanned(suite: InProcessSuite, books: Books, parcel: dict[str, Any], code: str) -> None:
    """SF scans the parcel; what it does not push is polled."""
    suite.services["order"].clock.advance(hours=1)
    books.scan(parcel["waybill_no"], code, "快件")
    await suite.advance(POLL_HOURS)


async def _asked(suite: InProcessSuite, order: dict[str, Any], parcel: dict[str, Any]) -> dict[str, Any]:
    """The buyer cancels the order, which goes on while its courier is asked to bring the parcel back."""
    assert (await suite.call("buyer", "order", f"orders/{order['id']}/cancel", {}))["state"] == "shipped"
    [asked] = (await suite.get("buyer", "order", f"intercepts?parcel_id={parcel['id']}"))["data"]
    assert (asked["purpose"], asked["requested_by"]) == ("return_to_sender", "buyer")
    return await suite.get("buyer", "order", f"intercepts/{asked['id']}")


async def _cases(suite: InProcessSuite, order: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await suite.get("buyer", "aftersale", f"cases?order_id={order['id']}"))["data"]
    return found


async def test_the_courier_sends_the_parcel_back_and_the_money_follows_it(suite: InProcessSuite, sf: Books) -> None:
    order, parcel = await _shipped(suite)
    assert (await _asked(suite, order, parcel))["state"] == "submitted"
    assert await _cases(suite, order) == [], "nothing follows until the parcel goes back"
    await _scanned(suite, sf, parcel, "648")
    [case] = await _cases(suite, order)
    assert (case["type"], case["reason"], case["state"]) == ("refused_delivery", "changed_mind", "return_in_transit")
    assert (await suite.get("buyer", "order", f"orders/{order['id']}"))["stage"] == "in_after_sale"
    await _scanned(suite, sf, parcel, "80")
    case = await suite.get("seller", "aftersale", f"cases/{case['id']}")
    assert case["state"] == "await_inspection"
    found = {"lines": [{"line_id": order["lines"][0]["id"], "accepted": 3}]}
    await suite.call("seller", "aftersale", f"cases/{case['id']}/inspect", found)
    case = await suite.get("buyer", "aftersale", f"cases/{case['id']}")
    assert (case["state"], case["refunded"]["amount"] > 0) == ("completed", True)
    timeline = str(await suite.get("buyer", "order", f"orders/{order['id']}/timeline?limit=100"))
    assert "同意拦截" in timeline
    assert "agreed to intercept" in timeline


async def test_the_timeline_of_a_refused_intercept_states_what_the_buyer_can_do(
    suite: InProcessSuite, sf: Books
) -> None:
    order, parcel = await _shipped(suite)
    sf.fault = Fault.REFUSED
    intercept = await _asked(suite, order, parcel)
    assert (intercept["state"], intercept["refusal"]) == ("refused", "too_late")
    timeline = str(await suite.get("buyer", "order", f"orders/{order['id']}/timeline?limit=100"))
    assert "买家可在送达时拒收" in timeline
    assert "may refuse it at the door" in timeline
    assert await _cases(suite, order) == []
    sf.fault = None
    await _scanned(suite, sf, parcel, "80")
    assert (await suite.get("buyer", "order", f"orders/{order['id']}"))["state"] == "delivered"


async def test_a_parcel_that_is_lost_on_its_way_back_is_for_an_agent(suite: InProcessSuite, sf: Books) -> None:
    order, parcel = await _shipped(suite)
    await _asked(suite, order, parcel)
    await _scanned(suite, sf, parcel, "648")
    for _ in range(16):
        await suite.advance(24)
    [case] = await _cases(suite, order)
    assert (case["type"], case["state"]) == ("refused_delivery", "manual_review")
    refunded = await suite.call("agent", "aftersale", f"cases/{case['id']}/refund", {})
    assert refunded["state"] in ("refunding", "completed")
