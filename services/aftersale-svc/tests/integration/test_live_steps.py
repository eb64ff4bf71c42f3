"""The live timeline has each step of a case, of its offers, its disputes and its replacement, and each once."""

import json

from aftersale_shop import Shop


async def steps_of(shop: Shop, case_id: str, last: str | None = None) -> list[tuple[str, str]]:
    headers = {"Last-Event-ID": last} if last else {}
    stream = (await shop.seller.get(f"/v1/cases/{case_id}/timeline/live", headers=headers)).text
    data = [line.removeprefix("data: ") for line in stream.splitlines() if line.startswith("data: {")]
    return [(each["id"], each["action"]) for each in map(json.loads, data)]


async def test_steps_of_offers_disputes_and_replacements_are_live(shop: Shop) -> None:
    await shop.delivered()
    case_id = (await shop.case(1, type_="reship_parts", reason="missing_parts"))["id"]
    begun = (await steps_of(shop, case_id))[-1][0]
    await shop.act(shop.seller, case_id, "offer", type="refund_only")
    await shop.act(shop.buyer, case_id, "decline-offer")
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.rule(dispute["id"], "take", shop.arbitrator)
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    await shop.act(shop.seller, case_id, "approve")
    await shop.act(shop.seller, case_id, "ship-replacement", carrier="sf", waybill_no="SF2001")
    live = await steps_of(shop, case_id, begun)
    assert [action for _, action in live] == [
        "offer",
        "decline_offer",
        "open",
        "freeze",
        "answer",
        "take",
        "withdraw",
        "approve",
        "ship_replacement",
    ]
    shown = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    assert [(each["id"], each["action"]) for each in shown][1:] == live
