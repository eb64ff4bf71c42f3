"""Reviews and disputes are given to who on the roster has least to do, by themselves."""

from collections.abc import Iterator
from typing import Any

import pytest
from aftercare_events import DisputeAssigned, ReviewAssigned
from aftersale_shop import Shop
from test_caseworkers import enter, escalated, roster


@pytest.fixture(autouse=True)
def automatic(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings = shop.harness.runtime.settings.model_copy(update={"automatic_assignment": True})
    with monkeypatch.context() as patched:
        patched.setattr(shop.harness.runtime, "settings", settings)
        yield


async def given(shop: Shop) -> None:
    await shop.harness.run_workers("assignments")


async def holder(shop: Shop, case_id: str) -> Any:
    review = (await shop.get(case_id))["review"]
    return review and review["agent_id"]


async def test_what_enters_the_queue_goes_to_who_has_least(shop: Shop) -> None:
    await shop.delivered()
    for person in ("agent-2", "agent-3"):
        await enter(shop, person)
    ids = [await escalated(shop) for _ in range(3)]
    await given(shop)
    assert await roster(shop.agent) == {"agent-2": 2, "agent-3": 1}
    assert {(event.handler, event.case_id) for event in await shop.published(ReviewAssigned)} == {
        ("system", each) for each in ids
    }
    before = [(await shop.get(each))["version"] for each in ids]
    await given(shop)
    assert [(await shop.get(each))["version"] for each in ids] == before, "once"


async def test_nothing_is_given_without_the_setting(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = shop.harness.runtime.settings.model_copy(update={"automatic_assignment": False})
    monkeypatch.setattr(shop.harness.runtime, "settings", settings)
    await shop.delivered()
    await enter(shop, "agent-2")
    case_id = await escalated(shop)
    await given(shop)
    assert await holder(shop, case_id) is None


async def test_what_nobody_can_be_given_waits_and_holds_up_nothing(shop: Shop) -> None:
    await shop.delivered()
    await enter(shop, "agent-2", types=["exchange"])
    await enter(shop, "buyer-1")
    first = await escalated(shop)
    await given(shop)
    assert await holder(shop, first) is None, "of another type, and of a party"
    await enter(shop, "agent-3", most_open=1)
    second = await escalated(shop)
    await given(shop)
    assert (await holder(shop, first), await holder(shop, second)) == ("agent-3", None)


async def test_what_somebody_has_who_leaves_goes_to_others(shop: Shop) -> None:
    await shop.delivered()
    await enter(shop, "agent-2")
    case_id = await escalated(shop)
    await given(shop)
    await enter(shop, "agent-2", available=False)
    await given(shop)
    assert await holder(shop, case_id) == "agent-2", "there is nobody else"
    await enter(shop, "agent-3")
    await given(shop)
    assert await holder(shop, case_id) == "agent-3"


async def test_who_gives_it_back_is_not_given_it_again(shop: Shop) -> None:
    await shop.delivered()
    await enter(shop, "agent-1")
    case_id = await escalated(shop)
    await given(shop)
    await shop.act(shop.agent, case_id, "release")
    await given(shop)
    assert await holder(shop, case_id) is None
    await enter(shop, "agent-2")
    await given(shop)
    assert await holder(shop, case_id) == "agent-2"


async def test_disputes_are_given_once_they_wait_for_the_platform(shop: Shop) -> None:
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    for person in ("arb-2", "arb-3", "seller-1"):
        await enter(shop, person, "arbitrator")
    await given(shop)
    assert await shop.published(DisputeAssigned) == [], "it is the turn of the merchant"
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    await given(shop)
    event = await shop.last(DisputeAssigned)
    assert (event.arbitrator_id, event.open_count, event.handler) == ("arb-2", 0, "system")
    await enter(shop, "arb-2", "arbitrator", available=False)
    await given(shop)
    assert (await shop.last(DisputeAssigned)).arbitrator_id == "arb-3", "the seller has acted for a party"
