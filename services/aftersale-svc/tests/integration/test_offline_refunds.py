"""Money that is given back outside the provider, after that has refused a refund: stated, then confirmed, denied or taken back."""

import pytest
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleEscalated,
    AfterSaleFrozen,
    OfflineRefundConfirmed,
    OfflineRefundDenied,
    OfflineRefundStated,
    OfflineRefundWithdrawn,
    RefundRequested,
    RefundSucceeded,
)
from aftersale_shop import HASH, Shop
from checked_files import files_of
from stated_refunds import STATED, refused, unpaid


async def test_money_that_the_buyer_confirms_completes_the_case_like_any_refund(shop: Shop) -> None:
    case_id = await unpaid(shop)
    failed = await shop.last(RefundRequested)
    stated = await shop.act(shop.seller, case_id, "state-offline-refund", **STATED, note="已从公司账户转出")
    assert (stated["state"], stated["whose_turn"]) == ("offline_refund_confirm", "buyer")
    assert stated["deadline_effect"] == "escalated_offline_refund"
    assert (stated["offline_refund"]["amount"]["amount"], stated["refunded"]["amount"]) == (29500, 0)
    event = await shop.last(OfflineRefundStated)
    assert (event.amount_minor, event.method, event.failed_refund_id) == (29500, "bank_transfer", failed.refund_id)
    await refused(shop, shop.agent, case_id, "refund", 409, "illegal_transition")
    await refused(*(shop, shop.buyer, case_id, "guarantee-claims", 409, "offline_refund_open"), kind="merchant_deposit")
    seen = (await shop.buyer.get(f"/v1/cases/{case_id}")).json()
    assert seen["offline_refund"]["reference"] == STATED["reference"], "the buyer finds the payment by it"
    assert "295.00 CNY" in seen["explanation"]["money"]["zh_cn"]

    done = await shop.act(shop.buyer, case_id, "confirm-offline-refund", note="已收到")
    assert (done["state"], done["refunded"]["amount"]) == ("completed", 29500)
    assert (done["refund"]["id"], done["refund"]["cause"]) == (event.refund_id, "approval")
    assert sum(part["amount"]["amount"] for part in done["refund"]["parts"]) == 29500, "the parts as decided"
    confirmed, completed = await shop.last(OfflineRefundConfirmed), await shop.last(AfterSaleCompleted)
    assert (confirmed.refund_id, confirmed.amount_minor, confirmed.by_timeout) == (event.refund_id, 29500, False)
    assert confirmed.payment_id == failed.payment_id
    assert (completed.refunded_minor, completed.money, completed.lines[0].quantity) == (29500, "refund", 3)
    assert len(await shop.published(RefundRequested)) == 1, "the provider is not asked again"
    shop.harness.problem(await shop.ask(1), 422, "quantity_exceeds_remaining")
    texts = "".join(each.model_dump_json() for each in await shop.harness.published())
    assert STATED["reference"] not in texts

    # What order-svc answers changes nothing.
    request = failed.model_copy(update={"refund_id": confirmed.refund_id})
    await shop.harness.consume(RefundSucceeded(**shop._refund(request, "succeeded"), outside="bank_transfer"))
    assert await shop.harness.parked() == []
    assert len(await shop.published(AfterSaleCompleted)) == 1


async def test_who_denies_it_opens_a_dispute_that_may_order_the_refund(shop: Shop) -> None:
    case_id = await unpaid(shop, 2)
    await shop.act(shop.seller, case_id, "state-offline-refund", **STATED)
    denied = await shop.act(shop.buyer, case_id, "deny-offline-refund", text="没有收到", evidence=[HASH])
    assert (denied["state"], denied["frozen"]["by"]) == ("disputed", "buyer")
    assert (await shop.last(OfflineRefundDenied)).disputed is True
    dispute_id = (await shop.last(AfterSaleFrozen)).dispute_id
    dispute = (await shop.arbitrator.get(f"/v1/disputes/{dispute_id}")).json()
    assert (dispute["category"], dispute["text"]) == ("refund_delayed", "没有收到")
    assert (await shop.get(case_id))["offline_refund"]["denied_at"] is not None
    frozen = (await shop.seller.get(f"/v1/cases/{case_id}")).json()["allowed_actions"]
    assert {each["why_not"] for each in frozen if each["action"] == "withdraw_offline_refund"} == {"frozen_by_dispute"}
    await shop.rule(dispute_id, "answer", shop.seller, text="附上转账凭证")
    await shop.verdict(dispute_id, 19000)
    request = await shop.refund_succeeds()
    assert request.refund_id not in {(await shop.last(OfflineRefundStated)).refund_id}
    done = await shop.get(case_id)
    assert (done["state"], done["refunded"]["amount"]) == ("completed", 19000)


async def test_a_denial_that_is_withdrawn_leaves_the_case_to_an_agent(shop: Shop) -> None:
    case_id = await unpaid(shop, 2)
    await shop.act(shop.seller, case_id, "state-offline-refund", **STATED)
    await shop.act(shop.buyer, case_id, "deny-offline-refund", text="没有收到")
    dispute_id = (await shop.last(AfterSaleFrozen)).dispute_id
    await shop.rule(dispute_id, "withdraw", shop.buyer)
    assert (await shop.get(case_id))["state"] == "manual_review"
    again = await shop.act(shop.seller, case_id, "state-offline-refund", **{**STATED, "method": "cash"})
    assert again["offline_refund"]["method"] == "cash"
    ids = [each.refund_id for each in await shop.published(OfflineRefundStated)]
    assert len(set(ids)) == 2, "an id is used once"
    assert (await shop.act(shop.buyer, case_id, "confirm-offline-refund"))["refund"]["id"] == ids[1]


async def test_what_a_verdict_ordered_is_not_disputed_again(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="附图")
    await shop.verdict(dispute_id, 19133)
    await shop.refund_fails()
    await files_of(shop, HASH)
    await shop.act(shop.seller, case_id, "state-offline-refund", **STATED)
    denied = await shop.act(shop.buyer, case_id, "deny-offline-refund", text="没有收到")
    assert (denied["state"], denied["whose_turn"]) == ("manual_review", "agent")
    assert (await shop.last(OfflineRefundDenied)).disputed is False
    assert (await shop.last(AfterSaleEscalated)).cause == "offline_refund_denied"
    await shop.act(shop.seller, case_id, "state-offline-refund", **STATED)
    done = await shop.act(shop.buyer, case_id, "confirm-offline-refund")
    assert (done["state"], done["refund"]["cause"]) == ("completed", "verdict")
    assert (await shop.agent.get(f"/v1/disputes/{dispute_id}")).json()["state"] == "executed"


async def test_a_statement_that_is_taken_back_leaves_the_case_to_an_agent(shop: Shop) -> None:
    case_id = await unpaid(shop, 2)
    await shop.act(shop.seller, case_id, "state-offline-refund", **STATED)
    withdrawn = await shop.act(shop.seller, case_id, "withdraw-offline-refund", note="转账被退回")
    assert (withdrawn["state"], withdrawn["refunded"]["amount"]) == ("manual_review", 0)
    stated, back = await shop.last(OfflineRefundStated), await shop.last(OfflineRefundWithdrawn)
    assert back.refund_id == stated.refund_id
    await shop.act(shop.agent, case_id, "refund")
    assert (await shop.refund_succeeds()).refund_id != stated.refund_id
    assert (await shop.get(case_id))["refunded"]["amount"] == 19133


@pytest.mark.parametrize("missing", ["evidence", "method", "reference"])
async def test_a_statement_without_proof_is_refused(shop: Shop, missing: str) -> None:
    case_id = await unpaid(shop, 2)
    body = {**STATED, missing: []}
    await refused(shop, shop.seller, case_id, "state-offline-refund", 422, "validation_failed", **body)
    assert (await shop.get(case_id))["state"] == "manual_review"


async def test_where_no_refund_was_refused_nothing_is_stated(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2, type_="refund_only")
    path = (case["id"], "state-offline-refund")
    await refused(shop, shop.seller, *path, 409, "illegal_transition", **STATED)
    await shop.act(shop.seller, case["id"], "escalate")
    await refused(shop, shop.seller, *path, 409, "no_refund_refused", **STATED)
    await shop.act(shop.agent, case["id"], "refund")
    # In flight, or without an outcome, it may still be paid.
    await refused(shop, shop.seller, *path, 409, "illegal_transition", **STATED)


async def test_the_deposit_and_an_offline_refund_exclude_each_other(shop: Shop) -> None:
    case_id = await unpaid(shop, 2)
    claim = await shop.buyer.post(f"/v1/cases/{case_id}/guarantee-claims", json={"kind": "merchant_deposit"})
    assert claim.status_code == 201
    await refused(*(shop, shop.seller, case_id, "state-offline-refund", 409, "covered_by_guarantee_claim"), **STATED)


async def test_what_an_agent_states_above_the_limit_is_confirmed_by_another(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = shop.harness.runtime.settings.model_copy(update={"second_person_above": {"CNY": 10000}})
    monkeypatch.setattr(shop.harness.runtime, "settings", changed)
    case_id = await unpaid(shop, 2)
    proposed = await shop.act(shop.agent, case_id, "state-offline-refund", **STATED)
    assert (proposed["state"], proposed["proposed_decision"]["action"]) == ("manual_review", "state_offline_refund")
    second = shop.harness.client("agent", "agent-2")
    confirmed = await shop.act(second, case_id, "confirm-decision")
    assert (confirmed["state"], confirmed["offline_refund"]["stated_by"]) == ("offline_refund_confirm", "agent-2")


async def test_freight_goes_back_with_the_units_that_complete_the_order(shop: Shop) -> None:
    """What waits for the buyer's confirmation counts as going back, as a refund in flight does."""
    case_id = await unpaid(shop, 2)
    await shop.act(shop.seller, case_id, "state-offline-refund", **STATED)
    rest = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, rest["id"], "approve")
    assert (await shop.refund_succeeds()).amount_minor == 9567 + 800
    await shop.act(shop.buyer, case_id, "confirm-offline-refund")
    assert (await shop.get(case_id))["refunded"]["amount"] == 19133
