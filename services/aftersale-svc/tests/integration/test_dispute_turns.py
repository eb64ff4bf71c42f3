"""Whose turn it is in a dispute whose verdict is being paid: that of whoever has to act in the case."""

from aftersale_shop import HASH, Shop
from checked_files import files_of


async def test_a_dispute_whose_refund_fails_waits_for_who_acts_in_the_case(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    await shop.verdict(dispute_id, 5000)

    async def waits_for(turn: str) -> None:
        shown = (await shop.agent.get(f"/v1/disputes/{dispute_id}")).json()
        assert (shown["state"], shown["whose_turn"]) == ("executing", turn)
        listed = (await shop.agent.get("/v1/disputes", params={"whose_turn": turn})).json()["data"]
        assert [each["id"] for each in listed] == [dispute_id]

    await waits_for("system")
    await shop.refund_fails()
    await waits_for("agent")
    await shop.act(shop.agent, case_id, "refund")
    await waits_for("system")
    await shop.refund_fails()
    stated = {"method": "bank_transfer", "reference": "B-1", "evidence": [HASH]}
    await files_of(shop, HASH, order_id="ord_1")
    await shop.act(shop.seller, case_id, "state-offline-refund", **stated)
    await waits_for("buyer")
    await shop.act(shop.buyer, case_id, "confirm-offline-refund")
    assert (await shop.names(dispute_id))[-5:] == [*["DisputeTurnChanged"] * 4, "DisputeExecuted"]


async def test_a_confirmed_verdict_whose_refund_has_failed_waits_for_an_agent(shop: Shop) -> None:
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    await shop.verdict(dispute_id, 5000)
    await shop.rule(dispute_id, "appeal", shop.buyer, grounds="?")
    await shop.refund_fails()
    shown = (await shop.agent.get(f"/v1/disputes/{dispute_id}")).json()
    assert (shown["state"], shown["whose_turn"]) == ("appealed", "platform")
    await shop.rule(dispute_id, "confirm-verdict", shop.harness.client("arbitrator", "arb-2"), grounds="?")
    shown = (await shop.agent.get(f"/v1/disputes/{dispute_id}")).json()
    assert (shown["state"], shown["whose_turn"]) == ("executing", "agent")
