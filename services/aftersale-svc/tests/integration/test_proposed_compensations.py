"""Compensations for lost goods above the limit for one agent: proposed by one, confirmed by another."""

from typing import Any

import pytest
from aftercare_events.catalogue.refused_goods import RefusedGoodsCompensationDecided, RefusedGoodsCompensationProposed
from aftersale_shop import Shop
from aftersale_svc.settings import Settings
from test_refused_goods_claims import act, claim_of, lost

LIMIT = 5000


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


@pytest.fixture
def limited(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    runtime = shop.harness.runtime
    settings: Settings = runtime.settings.model_copy(update={"second_person_above": {"CNY": LIMIT}})
    monkeypatch.setattr(runtime, "settings", settings)
    return shop


async def test_what_one_agent_may_not_decide_another_one_confirms(limited: Shop) -> None:
    shop = limited
    case_id, claim = await lost(shop)
    path = f"/v1/refused-goods-claims/{claim['id']}"
    proposed = await act(shop, shop.agent, claim, "compensate", amount=cny(LIMIT + 1), note="快递确认丢失")
    assert (proposed["state"], proposed["owed"], proposed["proposed"]) == ("lost", None, cny(LIMIT + 1))
    assert proposed["deadline_at"] == claim["deadline_at"]
    event = await shop.last(RefusedGoodsCompensationProposed)
    assert (event.amount_minor, event.OF_PLATFORM) == (LIMIT + 1, True)
    assert await shop.published(RefusedGoodsCompensationDecided) == []
    again = await shop.agent.post(f"{path}/compensate", json={"amount": cny(LIMIT + 1)})
    shop.harness.problem(again, 409, "compensation_proposed")
    seen = await claim_of(shop, case_id, shop.buyer)
    assert (seen["proposed"], seen["steps"][-1]["note"]) == (None, None), "the sides see what is decided"
    other = shop.harness.client("agent", "agent-2")
    another = await act(shop, other, claim, "compensate", amount=cny(LIMIT + 2))
    assert another["proposed"] == cny(LIMIT + 2), "another amount is another proposal"
    decided = await act(shop, shop.agent, claim, "compensate", amount=cny(LIMIT + 2))
    assert (decided["state"], decided["owed"], decided["proposed"]) == ("await_payment", cny(LIMIT + 2), None)
    assert (await shop.last(RefusedGoodsCompensationDecided)).owed_minor == LIMIT + 2


async def test_one_agent_decides_up_to_the_limit(limited: Shop) -> None:
    _, claim = await lost(limited)
    decided = await act(limited, limited.agent, claim, "compensate", amount=cny(LIMIT))
    assert decided["state"] == "await_payment"


async def test_what_is_proposed_is_pinned_for_the_platform_as_what_is_decided(limited: Shop) -> None:
    shop = limited
    case_id, claim = await lost(shop)
    await act(shop, shop.agent, claim, "compensate", amount=cny(LIMIT + 1))
    await act(shop, shop.harness.client("agent", "agent-2"), claim, "compensate", amount=cny(LIMIT + 1))

    async def seen_by(client: Any) -> list[dict[str, Any]]:
        found = (await client.get(f"/v1/cases/{case_id}/decisions")).json()["data"]
        return [each for each in found if each["kind"] == "refused_goods_claim"]

    proposed, decided = await seen_by(shop.agent)
    assert [(each["outcome"], each["decided_by"], each["facts"]["awarded_minor"]) for each in (proposed, decided)] == [
        ("proposed", "agent-1", LIMIT + 1),
        ("owed", "agent-2", LIMIT + 1),
    ]
    assert (await shop.last(RefusedGoodsCompensationProposed)).decision_id == proposed["id"]
    assert [each["id"] for each in await seen_by(shop.buyer)] == [decided["id"]], "the sides see what is decided"
    shop.harness.problem(await shop.buyer.get(f"/v1/decisions/{proposed['id']}"), 404, "not_found")
