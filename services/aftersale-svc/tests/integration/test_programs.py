"""Programs with tokens of their own: what they do is recorded under their names, and they decide nothing for the platform."""

from typing import Any

import pytest
from aftercare_events import AfterSaleApproved
from aftersale_shop import RETURN_ADDRESS, Shop, done


@pytest.fixture
def program(shop: Shop) -> Any:
    """Makes a client for a program of a role."""
    return lambda role, tenant=None: shop.harness.client(role, f"{role}-program", tenant, program=True)


async def test_a_merchants_program_decides_for_its_merchant_under_its_own_name(shop: Shop, program: Any) -> None:
    await shop.delivered()
    case_id = (await shop.case())["id"]
    foreign = await program("seller", "m-2").post(f"/v1/cases/{case_id}/approve", json={})
    shop.harness.problem(foreign, 404, "not_found")
    await shop.act(program("seller", "m-1"), case_id, "approve", return_address=RETURN_ADDRESS)
    assert (await shop.last(AfterSaleApproved)).handler == "client:seller-program"
    timeline = done(await shop.agent.get(f"/v1/cases/{case_id}/timeline"))["data"]
    assert [step["actor_id"] for step in timeline if step["action"] == "approve"] == ["client:seller-program"]


async def test_an_agents_program_reads_and_serves_but_a_person_decides(shop: Shop, program: Any) -> None:
    await shop.delivered()
    agent, case_id = program("agent"), (await shop.case())["id"]
    await shop.act(shop.seller, case_id, "escalate")
    assert done(await agent.get(f"/v1/cases/{case_id}"))["id"] == case_id
    await shop.act(agent, case_id, "take")
    published = len(await shop.harness.published())
    for action, body in (
        ("approve", {"return_address": RETURN_ADDRESS}),
        ("reject", {"reason": "not_our_item", "note": "不是本店商品"}),
    ):
        refused = await agent.post(f"/v1/cases/{case_id}/{action}", json=body)
        shop.harness.problem(refused, 403, "forbidden")
    assert len(await shop.harness.published()) == published


async def test_an_arbitrators_program_gives_no_verdict(shop: Shop, program: Any) -> None:
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    verdict = {"liable": "seller", "remedy": "none", "grounds": "卖家未能证明", "takes_effect": "at_once"}
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    refused = await program("arbitrator").post(f"/v1/disputes/{dispute_id}/verdict", json=verdict)
    shop.harness.problem(refused, 403, "forbidden")
    await shop.rule(dispute_id, "verdict", shop.arbitrator, **verdict)
