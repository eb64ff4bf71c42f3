"""Refusals that few histories lead to, over HTTP."""

from collections.abc import AsyncIterator

import pytest
from aftercare_chassis.testing import Harness
from aftersale_shop import RETURN_ADDRESS, Shop
from aftersale_svc import main
from checked_files import files_of

DEPOSIT = {"kind": "merchant_deposit"}
SENT = {"carrier": "zto", "waybill_no": "73100001"}


@pytest.fixture
async def first(postgres_url: str) -> AsyncIterator[Shop]:
    """A shop whose merchant sends replacements before the goods are back."""
    async with Harness.start(main.service, postgres_url) as harness:
        shop = Shop(harness)
        await shop.setting("fast-exchange", allowed=True)
        yield shop


async def test_an_offer_without_a_refund_names_no_amount(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1)
    offer = {"type": "exchange", "amount": {"amount": 1, "currency": "CNY"}, "return_address": RETURN_ADDRESS}
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/offer", json=offer)
    shop.harness.problem(refused, 422, "offer_without_refund")


async def test_nothing_is_sent_again_that_was_not_to_be_sent(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1, type_="reship_parts", reason="missing_parts")
    await shop.act(shop.seller, case["id"], "escalate")
    refused = await shop.agent.post(f"/v1/cases/{case['id']}/reship", json={})
    shop.harness.problem(refused, 409, "no_replacement_decided")


async def test_a_hold_is_for_a_replacement_that_was_sent(first: Shop) -> None:
    await first.delivered()
    case = await first.case(1, type_="fast_exchange")
    await first.act(first.seller, case["id"], "escalate")
    for action in ("release-hold", "claim-hold"):
        refused = await first.agent.post(f"/v1/cases/{case['id']}/{action}", json={})
        first.harness.problem(refused, 409, "replacement_not_sent")


async def test_goods_that_the_merchant_has_are_not_replaced_again(first: Shop) -> None:
    await first.delivered()
    case_id = (await first.case(2, type_="fast_exchange"))["id"]
    await first.approve(case_id)
    await first.act(first.buyer, case_id, "agree-hold")
    await first.act(first.seller, case_id, "ship-replacement", **SENT)
    await first.parcel(SENT["waybill_no"], leg="exchange")
    await first.act(first.buyer, case_id, "confirm-replacement")
    await first.act(first.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")
    await first.parcel("SF1001")
    await first.inspect(case_id, 1, reason="used_or_affects_resale")
    refused = await first.agent.post(f"/v1/cases/{case_id}/reship", json={})
    first.harness.problem(refused, 409, "goods_already_received")


async def test_the_deposit_pays_nothing_for_goods_that_have_not_left(shop: Shop) -> None:
    await shop.paid()
    case = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, case["id"], "approve")
    await shop.refund_fails()
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/guarantee-claims", json=DEPOSIT)
    shop.harness.problem(refused, 409, "order_not_shipped")


async def test_evidence_for_a_claim_is_asked_three_times(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, case["id"], "approve")
    await shop.refund_fails()
    claim = (await shop.buyer.post(f"/v1/cases/{case['id']}/guarantee-claims", json=DEPOSIT)).json()
    path = f"/v1/guarantee-claims/{claim['id']}"
    await shop.seller.post(f"{path}/object", json={"note": "?"})
    await files_of(shop, "sha256:" + "cd" * 32)
    for _ in range(3):
        asked = await shop.agent.post(f"{path}/request-evidence", json={"missing": "?"})
        assert asked.status_code == 200, asked.text
        await shop.buyer.post(f"{path}/submit-evidence", json={"evidence": ["sha256:" + "cd" * 32]})
    again = await shop.agent.post(f"{path}/request-evidence", json={"missing": "?"})
    assert shop.harness.problem(again, 409, "evidence_asked_too_often")["most"] == 3


async def test_where_nobody_has_a_deadline_there_is_none_to_extend(shop: Shop) -> None:
    await shop.delivered()
    case_id, _ = await shop.disputed()
    entries = (await shop.agent.get(f"/v1/cases/{case_id}/deadlines")).json()["data"]
    [open_ended] = [each for each in entries if each["document"] == "case" and not each.get("ended_at")]
    refused = await shop.agent.post(f"/v1/deadlines/{open_ended['id']}/extend", json={"hours": 1})
    shop.harness.problem(refused, 409, "deadline_unlimited")


async def test_who_gets_the_same_again_owes_nothing(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2, type_="exchange", reason="wrong_size_or_model")
    await shop.inspect(case["id"], 2)
    agreed = await shop.buyer.post(f"/v1/cases/{case['id']}/agree-charge", json={})
    shop.harness.problem(agreed, 409, "nothing_owed")
    paid = await shop.seller.post(f"/v1/cases/{case['id']}/record-payment", json={"reference": "TX-1"})
    shop.harness.problem(paid, 409, "nothing_owed")


async def test_a_case_is_not_opened_again_for_units_that_another_one_has(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    await shop.verdict(dispute_id, None, "none")
    await shop.rule(dispute_id, "appeal", shop.buyer, grounds="?")
    await shop.case(3)
    verdict = {"liable": "seller", "remedy": "refund", "grounds": "?", "amount": {"amount": 100, "currency": "CNY"}}
    other = shop.harness.client("arbitrator", "arb-2")
    refused = await other.post(f"/v1/disputes/{dispute_id}/replace-verdict", json=verdict)
    shop.harness.problem(refused, 409, "units_held_by_another_case")
    assert (await shop.get(case_id))["state"] == "closed"
