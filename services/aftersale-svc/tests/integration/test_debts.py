"""What a buyer owes because a replaced verdict had paid too much: paid back outside the suite, or written off."""

from typing import Any

import httpx
import pytest
from aftercare_events import DisputeDebtRepaid, DisputeDebtWrittenOff
from aftersale_shop import Shop
from aftersale_svc.domain.work_lists import OwedBeside
from owed_lists import cases_owed

OWED = 2000


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


@pytest.fixture
async def dispute_id(shop: Shop) -> str:
    """A verdict has paid 70.00, and was replaced by one of 50.00."""
    await shop.delivered()
    _, found = await shop.disputed()
    await shop.rule(found, "answer", shop.seller, text="?")
    await shop.verdict(found, 7000)
    await shop.rule(found, "appeal", shop.seller, grounds="?")
    await shop.refund_succeeds()
    less = {"liable": "seller", "remedy": "refund", "grounds": "?", "amount": cny(5000)}
    replaced = await shop.rule(found, "replace-verdict", shop.harness.client("arbitrator", "arb-2"), **less)
    assert replaced["owed_by_buyer"] == cny(OWED)
    return found


async def refused(shop: Shop, dispute_id: str, status: int, code: str, **body: Any) -> dict[str, Any]:
    return shop.harness.problem(await repay(shop.seller, dispute_id, **body), status, code)


async def repay(client: httpx.AsyncClient, dispute_id: str, amount: int = OWED, **more: Any) -> httpx.Response:
    body = {"amount": cny(amount), "reference": "转账 7", **more}
    return await client.post(f"/v1/disputes/{dispute_id}/record-repayment", json=body)


async def shown(shop: Shop, dispute_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await shop.buyer.get(f"/v1/disputes/{dispute_id}")).json()
    return found


async def test_the_buyer_pays_in_parts_and_the_rest_is_written_off(shop: Shop, dispute_id: str) -> None:
    for amount, left, reference in ((500, 1500, "转账 7"), (1000, 500, "转账 8")):
        recorded = await repay(shop.seller, dispute_id, amount, reference=reference)
        assert (recorded.json()["state"], recorded.json()["owed_by_buyer"]) == ("executed", cny(left))
    event = await shop.last(DisputeDebtRepaid)
    assert (event.amount_minor, event.owed_minor, event.repaid_minor, event.written_off_minor) == (1000, OWED, 1500, 0)
    assert (event.terminal, "转账" in event.model_dump_json()) == (True, False)
    dispute = await shown(shop, dispute_id)
    assert dispute["explanation"]["turn"]["en"] == "The dispute has ended. The buyer has to pay back 5.00 CNY"
    assert (await shop.get(dispute["case_id"]))["explanation"]["turn"]["zh_cn"] == "售后已结束；买家应返还 5.00 CNY"
    written_off = await shop.rule(dispute_id, "write-off", shop.agent, note="金额较小")
    assert written_off["owed_by_buyer"] == cny(0)
    last = await shop.last(DisputeDebtWrittenOff)
    assert (last.amount_minor, last.repaid_minor, last.written_off_minor) == (500, 1500, 500)
    dispute = await shown(shop, dispute_id)
    assert [(each["settled_as"], each["amount"], each["reference"]) for each in dispute["debts"]] == [
        ("repaid", cny(500), "转账 7"),
        ("repaid", cny(1000), "转账 8"),
        ("written_off", cny(500), None),
    ]
    assert [each["amount"] for each in dispute["entries"]] == [cny(OWED)], "what was recorded stays"
    assert dispute["explanation"]["money"]["zh_cn"].endswith("应由买家返还（已返还 15.00 CNY，不再追回 5.00 CNY）")
    assert dispute["explanation"]["turn"]["zh_cn"] == "维权已结束，无需处理"
    case = await shop.get(dispute["case_id"])
    assert case["explanation"]["turn"]["en"] == "The case has ended; nobody has to act"
    assert case["refunded"] == cny(7000)
    assert case["explanation"]["money"]["en"].endswith(
        "the buyer owes 20.00 CNY of that (15.00 CNY paid back, 5.00 CNY written off)"
    )
    await refused(shop, dispute_id, 409, "no_debt")
    shop.harness.problem(
        await shop.seller.post(f"/v1/disputes/{dispute_id}/write-off", json={"note": "?"}), 409, "no_debt"
    )


async def test_no_more_is_paid_back_than_is_owed(shop: Shop, dispute_id: str) -> None:
    problem = await refused(shop, dispute_id, 422, "repayment_exceeds_debt", amount=OWED + 1)
    assert problem["errors"][0]["pointer"] == "/amount/amount"
    await refused(shop, dispute_id, 422, "repayment_missing", amount=0)
    euros = {"amount": OWED, "currency": "EUR"}
    body = {"amount": euros, "reference": "?"}
    wrong = await shop.seller.post(f"/v1/disputes/{dispute_id}/record-repayment", json=body)
    shop.harness.problem(wrong, 422, "currency_mismatch")
    assert (await shown(shop, dispute_id))["owed_by_buyer"] == cny(OWED)
    assert (await repay(shop.agent, dispute_id)).json()["owed_by_buyer"] == cny(0)


@pytest.mark.parametrize("amount", [500, 700, OWED])
async def test_a_repayment_is_recorded_once(shop: Shop, dispute_id: str, amount: int) -> None:
    await repay(shop.seller, dispute_id, 500)
    problem = await refused(shop, dispute_id, 409, "repayment_reference_used", amount=amount)
    assert problem["errors"][0]["pointer"] == "/reference"
    assert (await shown(shop, dispute_id))["owed_by_buyer"] == cny(1500)


async def test_nobody_records_for_the_merchant_who_is_a_side(shop: Shop, dispute_id: str) -> None:
    party = shop.harness.client("agent", "m-1")
    shop.harness.problem(await repay(party, dispute_id), 409, "party_cannot_decide")
    shop.harness.problem(await repay(shop.buyer, dispute_id), 403, "forbidden")


async def test_nothing_is_owed_by_a_verdict_that_was_not_replaced(shop: Shop) -> None:
    await shop.delivered()
    _, found = await shop.disputed()
    await shop.rule(found, "answer", shop.seller, text="?")
    await shop.verdict(found, 7000)
    await shop.refund_succeeds()
    assert (await shown(shop, found))["owed_by_buyer"] == cny(0)
    await refused(shop, found, 409, "no_debt")


async def test_it_is_listed_until_all_of_it_is_settled(shop: Shop, dispute_id: str) -> None:
    case_id = (await shown(shop, dispute_id))["case_id"]
    other = (await shop.case(1))["id"]
    assert await cases_owed(shop, OwedBeside.DEBT_OWED) == [case_id]
    assert await cases_owed(shop, OwedBeside.RETURN_FREIGHT_TO_PAY) == []
    without = await shop.agent.get("/v1/cases", params={"debt_owed": False})
    assert [each["id"] for each in without.json()["data"]] == [other]
    await repay(shop.seller, dispute_id, 500)
    assert await cases_owed(shop, OwedBeside.DEBT_OWED) == [case_id]
    await shop.rule(dispute_id, "write-off", shop.agent, note="金额较小")
    assert await cases_owed(shop, OwedBeside.DEBT_OWED) == []
