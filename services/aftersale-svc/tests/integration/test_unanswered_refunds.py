"""Money that is stated to be given back outside the provider, and a buyer who has not answered that in time."""

from typing import Any

import pytest
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleEscalated,
    AfterSaleFrozen,
    OfflineRefundConfirmed,
    OfflineRefundDenied,
    OfflineRefundWithdrawn,
)
from aftersale_shop import Shop
from checked_files import files_of
from stated_refunds import STATED, refused, silence, unanswered, unpaid


def limit(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above 100 yuan two agents decide."""
    changed = shop.harness.runtime.settings.model_copy(update={"second_person_above": {"CNY": 10000}})
    monkeypatch.setattr(shop.harness.runtime, "settings", changed)


async def explained(shop: Shop, case_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await shop.buyer.get(f"/v1/cases/{case_id}")).json()["explanation"]
    return found


async def test_silence_about_the_money_is_for_another_agent(shop: Shop) -> None:
    case_id = await unpaid(shop, 2)
    await shop.act(shop.agent, case_id, "state-offline-refund", **STATED)
    shop.clock.advance(hours=167)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["state"] == "offline_refund_confirm"
    shop.clock.advance(hours=2)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["state"] == "manual_review"
    assert (await shop.last(AfterSaleEscalated)).cause == "offline_refund_unconfirmed"
    assert not await shop.published(OfflineRefundConfirmed)
    await refused(shop, shop.agent, case_id, "confirm-offline-refund", 409, "second_person_needed")
    await refused(shop, shop.seller, case_id, "confirm-offline-refund", 403, "forbidden")
    done = await shop.act(shop.harness.client("agent", "agent-2"), case_id, "confirm-offline-refund", note="已核对回单")
    assert (done["state"], done["refunded"]["amount"]) == ("completed", 19133)
    confirmed = await shop.last(OfflineRefundConfirmed)
    assert (confirmed.by_timeout, confirmed.decision_id is not None) == (True, True)
    assert (await shop.last(AfterSaleCompleted)).refunded_minor == 19133


async def test_a_buyer_who_was_away_objects_until_an_agent_has_decided(shop: Shop) -> None:
    case_id = await unanswered(shop)
    denied = await shop.act(shop.buyer, case_id, "deny-offline-refund", text="一直没有到账")
    assert denied["state"] == "disputed"
    assert (await shop.last(OfflineRefundDenied)).disputed is True
    dispute_id = (await shop.last(AfterSaleFrozen)).dispute_id
    await shop.rule(dispute_id, "answer", shop.seller, text="附上转账凭证")
    await shop.verdict(dispute_id, 19133)
    await shop.refund_succeeds()
    assert (await shop.get(case_id))["refunded"]["amount"] == 19133


async def test_what_an_agent_has_refunded_again_is_confirmed_no_more(shop: Shop) -> None:
    case_id = await unanswered(shop)
    await shop.act(shop.agent, case_id, "refund")
    await shop.refund_fails()
    await refused(shop, shop.buyer, case_id, "confirm-offline-refund", 409, "no_offline_refund_stated")
    await refused(shop, shop.buyer, case_id, "deny-offline-refund", 409, "no_offline_refund_stated", text="?")


async def test_two_agents_decide_about_much_money_that_nobody_has_confirmed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(shop, monkeypatch)
    case_id = await unpaid(shop, 2)
    await shop.act(shop.seller, case_id, "state-offline-refund", **STATED)
    await silence(shop)
    proposed = await shop.act(shop.agent, case_id, "confirm-offline-refund", note="已核对回单")
    assert proposed["state"] == "manual_review"
    done = await shop.act(shop.harness.client("agent", "agent-2"), case_id, "confirm-decision")
    assert (done["state"], done["refunded"]["amount"]) == ("completed", 19133)


async def test_a_buyer_who_confirms_late_has_answered(shop: Shop) -> None:
    case_id = await unanswered(shop)
    await shop.act(shop.buyer, case_id, "confirm-offline-refund")
    assert (await shop.last(OfflineRefundConfirmed)).by_timeout is False


async def test_freight_goes_with_the_last_units_between_the_silence_and_its_answer(shop: Shop) -> None:
    case_id = await unpaid(shop, 2)
    await shop.act(shop.seller, case_id, "state-offline-refund", **STATED)
    await silence(shop)
    rest = await shop.case(1, type_="refund_only")
    assert rest["shipping_refund"]["amount"] == 800
    await shop.act(shop.seller, rest["id"], "approve")
    assert (await shop.refund_succeeds()).amount_minor == 9567 + 800
    await shop.act(shop.agent, case_id, "confirm-offline-refund")
    completed = await shop.published(AfterSaleCompleted)
    assert sum(each.refunded_minor for each in completed) == 29500, "all that was paid"


async def test_the_deposit_pays_nothing_that_is_stated_as_given_back(shop: Shop) -> None:
    case_id = await unanswered(shop)
    deposit = {"kind": "merchant_deposit"}
    await refused(shop, shop.buyer, case_id, "guarantee-claims", 409, "offline_refund_open", **deposit)
    await shop.act(shop.agent, case_id, "withdraw-offline-refund")
    assert (await shop.buyer.post(f"/v1/cases/{case_id}/guarantee-claims", json=deposit)).status_code == 201


async def test_the_sides_read_that_the_money_is_stated_as_given_back(shop: Shop) -> None:
    case_id = await unanswered(shop)
    seen = await explained(shop, case_id)
    assert seen["money"]["zh_cn"] == "商家称已线下退款 191.33 CNY，买家未按期确认，由平台客服核实"
    assert "has not confirmed it in time" in seen["money"]["en"]
    assert not seen.get("money_when")
    await shop.act(shop.seller, case_id, "withdraw-offline-refund")
    seen = await explained(shop, case_id)
    assert "退款 191.33 CNY 未成功" in seen["money"]["zh_cn"]
    assert "再次退款" in seen["money_when"]["zh_cn"]


async def test_a_merchant_withdraws_what_nobody_has_answered(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(shop, monkeypatch)
    case_id = await unpaid(shop, 2)
    await shop.act(shop.seller, case_id, "state-offline-refund", **STATED)
    await silence(shop)
    before = await shop.act(shop.agent, case_id, "confirm-offline-refund")
    assert before["proposed_decision"]["action"] == "confirm_offline_refund"
    withdrawn = await shop.act(shop.seller, case_id, "withdraw-offline-refund", note="流水号登记有误")
    assert (withdrawn["state"], withdrawn["deadline_at"]) == ("manual_review", before["deadline_at"])
    assert (await shop.last(OfflineRefundWithdrawn)).terminal is False
    assert not (await shop.get(case_id)).get("proposed_decision")
    assert "未按期确认" not in (await explained(shop, case_id))["why"]["zh_cn"]
    for client in (shop.seller, shop.agent):
        await refused(shop, client, case_id, "withdraw-offline-refund", 409, "no_offline_refund_stated")
    await refused(shop, shop.buyer, case_id, "confirm-offline-refund", 409, "no_offline_refund_stated")


async def test_a_late_denial_of_what_a_verdict_ordered_ends_a_proposal_to_confirm_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="附图")
    await shop.verdict(dispute_id, 19133)
    await shop.refund_fails()
    await files_of(shop, *STATED["evidence"])
    await shop.act(shop.seller, case_id, "state-offline-refund", **STATED)
    await silence(shop)
    limit(shop, monkeypatch)
    await shop.act(shop.agent, case_id, "confirm-offline-refund", note="已核对回单")
    denied = await shop.act(shop.buyer, case_id, "deny-offline-refund", text="没有收到")
    assert denied["state"] == "manual_review"
    assert "买家表示未收到线下退款" in (await explained(shop, case_id))["why"]["zh_cn"]
    second = shop.harness.client("agent", "agent-2")
    await refused(shop, second, case_id, "confirm-decision", 409, "no_decision_proposed")
    proposed = await shop.act(second, case_id, "refund")
    assert proposed["proposed_decision"]["action"] == "refund"


async def test_a_withdrawal_leaves_what_else_was_proposed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = await unanswered(shop)
    limit(shop, monkeypatch)
    await shop.act(shop.agent, case_id, "refund")
    await shop.act(shop.seller, case_id, "withdraw-offline-refund")
    assert (await shop.get(case_id))["proposed_decision"]["action"] == "refund"


async def test_who_has_stated_it_does_not_confirm_what_another_agent_proposes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = await unanswered(shop)
    limit(shop, monkeypatch)
    await shop.act(shop.harness.client("agent", "agent-2"), case_id, "confirm-offline-refund")
    seen = (await shop.agent.get(f"/v1/cases/{case_id}")).json()["allowed_actions"]
    assert {each["why_not"] for each in seen if each["action"] == "confirm_decision"} == {"second_person_needed"}
    await refused(shop, shop.agent, case_id, "confirm-decision", 409, "second_person_needed")
    done = await shop.act(shop.harness.client("agent", "agent-3"), case_id, "confirm-decision")
    assert (done["state"], done["refunded"]["amount"]) == ("completed", 19133)
