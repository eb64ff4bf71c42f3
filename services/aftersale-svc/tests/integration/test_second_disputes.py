"""Who has decided in a case decides no other dispute about it, and no appeal, whenever that was."""

from typing import Any

import httpx
from aftersale_shop import Shop

CNY = {"amount": 7000, "currency": "CNY"}
VERDICT = {"liable": "seller", "remedy": "refund", "amount": CNY, "grounds": "…", "takes_effect": "at_once"}
GROUNDS = {"grounds": "…"}


async def refused(shop: Shop, client: httpx.AsyncClient, path: str, **body: Any) -> None:
    shop.harness.problem(await client.post(f"/v1/disputes/{path}", json=body), 409, "decided_first")


async def answered(shop: Shop, case_id: str, complaint_id: str) -> str:
    dispute = await shop.complaint(case_id, complaint_id)
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    return str(dispute["id"])


async def test_the_arbitrator_of_an_earlier_dispute_decides_no_second_one(shop: Shop) -> None:
    await shop.delivered()
    case_id = str((await shop.rejected())["id"])
    first = await answered(shop, case_id, "cmp_1")
    ordered = {"liable": "seller", "remedy": "return", "grounds": "…", "takes_effect": "at_once"}
    await shop.rule(first, "verdict", shop.arbitrator, **ordered)
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    await shop.inspect(case_id, 0, reason="used_or_affects_resale")
    second = await answered(shop, case_id, "cmp_2")
    for action, body in (
        ("take", {}),
        ("verdict", VERDICT),
        ("request-evidence", {"asked_of": "buyer", "missing": "…"}),
    ):
        await refused(shop, shop.arbitrator, f"{second}/{action}", **body)
    await refused(shop, shop.agent, f"{second}/assign", arbitrator_id="arb-1")
    await shop.rule(second, "verdict", shop.harness.client("arbitrator", "arb-2"), **VERDICT)


async def test_who_decides_in_the_case_during_an_appeal_does_not_decide_the_appeal(shop: Shop) -> None:
    await shop.delivered()
    case_id = str((await shop.rejected())["id"])
    dispute_id = await answered(shop, case_id, "cmp_1")
    await shop.rule(dispute_id, "verdict", shop.arbitrator, **VERDICT)
    await shop.rule(dispute_id, "appeal", shop.buyer, **GROUNDS)
    await shop.refund_fails()
    await shop.act(shop.harness.client("agent", "ann"), case_id, "refund")
    await shop.refund_succeeds()
    ann, replacing = shop.harness.client("arbitrator", "ann"), {"liable": "buyer", "remedy": "none", **GROUNDS}
    for action, body in (("take", {}), ("confirm-verdict", GROUNDS), ("replace-verdict", replacing)):
        await refused(shop, ann, f"{dispute_id}/{action}", **body)
    await refused(shop, shop.agent, f"{dispute_id}/assign", arbitrator_id="ann")
    await shop.rule(dispute_id, "assign", shop.agent, arbitrator_id="arb-2")
