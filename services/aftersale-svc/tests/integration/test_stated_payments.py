"""Payments outside the suite that buyers state: confirmed, denied, stated again, decided by an agent."""

from typing import Any

import pytest
from aftercare_events import AfterSaleEscalated, ChargePaid
from aftercare_events.catalogue.exchanges import ChargeOwedBack, ChargePaymentDenied, ChargePaymentStated
from aftersale_shop import HASH, Shop
from checked_files import files_of
from test_exchanges import SENT, inspected
from test_repairs import COST, in_repair

STATED = {"reference": "转账 20260302-18", "evidence": [HASH]}
PAID_AT_ONCE = {"exchange": "await_reship", "repair": "in_repair"}
WAITS = {"exchange": "await_reship", "repair": "quote_pending"}


async def agreed(shop: Shop, type_: str) -> str:
    """A case whose buyer has agreed to pay something; its id."""
    if type_ == "exchange":
        case_id = str((await inspected(shop, price=12900))["id"])
    else:
        case_id = await in_repair(shop)
        await shop.act(shop.seller, case_id, "quote", **COST)
    await files_of(shop, HASH)
    await shop.act(shop.buyer, case_id, "agree-charge")
    return case_id


async def refused(shop: Shop, client: Any, case_id: str, action: str, status: int, code: str, **body: Any) -> Any:
    return shop.harness.problem(await client.post(f"/v1/cases/{case_id}/{action}", json=body), status, code)


@pytest.mark.parametrize("type_", WAITS)
async def test_a_stated_payment_that_the_merchant_confirms_is_paid(shop: Shop, type_: str) -> None:
    case_id = await agreed(shop, type_)
    stated = await shop.act(shop.buyer, case_id, "state-payment", **STATED, note="已转账")
    assert (stated["state"], stated["whose_turn"]) == (WAITS[type_], "merchant")
    assert stated["deadline_effect"] == "payment_confirmed_by_timeout"
    assert (stated["charge"]["stated_reference"], stated["charge"]["stated_evidence"]) == (STATED["reference"], [HASH])
    assert (stated["charge"]["paid_at"], stated["charge"]["statements_left"]) == (None, 2)
    event = await shop.last(ChargePaymentStated)
    assert (event.owed_minor, event.evidence, event.deadline_at is not None) == (
        stated["charge"]["amount"]["amount"],
        (HASH,),
        True,
    )
    seen = (await shop.seller.get(f"/v1/cases/{case_id}")).json()
    assert "等待商家确认" in seen["explanation"]["money"]["zh_cn"]
    assert "states to have paid" in seen["explanation"]["money"]["en"]
    await refused(shop, shop.buyer, case_id, "state-payment", 409, "payment_stated", reference="?")

    paid = await shop.act(shop.seller, case_id, "confirm-payment")
    assert (paid["state"], paid["whose_turn"]) == (PAID_AT_ONCE[type_], "merchant")
    assert (paid["charge"]["reference"], paid["charge"]["statements_left"]) == (STATED["reference"], None)
    payment = await shop.last(ChargePaid)
    assert (payment.owed_minor, payment.stated_at, payment.by_timeout) == (event.owed_minor, event.time, False)
    await refused(shop, shop.seller, case_id, "record-payment", 409, "charge_already_paid", reference="?")
    await refused(shop, shop.seller, case_id, "confirm-payment", 409, "no_payment_stated")
    assert len(await shop.published(ChargePaid)) == 1
    assert STATED["reference"] not in "".join(each.model_dump_json() for each in await shop.harness.published())


@pytest.mark.parametrize("type_", WAITS)
async def test_a_merchant_who_is_silent_has_the_payment(shop: Shop, type_: str) -> None:
    case_id = await agreed(shop, type_)
    shop.clock.advance(hours=7 * 24 - 1)
    await shop.act(shop.buyer, case_id, "state-payment", **STATED)
    shop.clock.advance(hours=47)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["charge"]["paid_at"] is None
    shop.clock.advance(hours=1)
    late = await shop.seller.post(f"/v1/cases/{case_id}/deny-payment", json={"note": "?"})
    shop.harness.problem(late, 409, "deadline_passed")
    await shop.harness.run_due()
    paid = await shop.get(case_id)
    assert (paid["state"], paid["charge"]["reference"]) == (PAID_AT_ONCE[type_], STATED["reference"])
    assert (await shop.last(ChargePaid)).by_timeout is True
    timeline = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    assert "视为付款已到账" in str(timeline)


async def test_a_merchant_who_records_the_payment_has_answered_as_well(shop: Shop) -> None:
    case_id = await agreed(shop, "exchange")
    await shop.act(shop.buyer, case_id, "state-payment", **STATED)
    paid = await shop.act(shop.seller, case_id, "record-payment", reference="收款 7")
    assert (paid["charge"]["reference"], paid["charge"]["statements_left"]) == ("收款 7", None)
    await shop.act(shop.seller, case_id, "ship-replacement", **SENT)


@pytest.mark.parametrize("type_", WAITS)
async def test_what_is_denied_can_be_stated_again_and_not_for_ever(shop: Shop, type_: str) -> None:
    case_id = await agreed(shop, type_)
    for left in (2, 1, 0):
        await shop.act(shop.buyer, case_id, "state-payment", reference=f"转账 {left}")
        denied = await shop.act(shop.seller, case_id, "deny-payment", note="账户中没有这笔转账", evidence=[HASH])
        assert (denied["state"], denied["whose_turn"]) == (WAITS[type_], "buyer")
        event = await shop.last(ChargePaymentDenied)
        assert (event.statements_left, denied["charge"]["statements_left"]) == (left, left)
    assert denied["charge"]["denied_at"] is not None
    assert denied["deadline_effect"] in ("refunded_unless_paid", "goods_back_unless_paid")
    await refused(shop, shop.buyer, case_id, "state-payment", 409, "payment_stated_too_often", reference="?")
    await refused(shop, shop.seller, case_id, "deny-payment", 409, "no_payment_stated", note="?")
    # The ways out that the buyer had before.
    out = "take-refund" if type_ == "exchange" else "decline-quote"
    await shop.act(shop.buyer, case_id, out)


@pytest.mark.parametrize("type_", WAITS)
@pytest.mark.parametrize("arrived", [True, False])
async def test_an_agent_decides_about_what_was_denied(shop: Shop, type_: str, arrived: bool) -> None:
    case_id = await agreed(shop, type_)
    await refused(shop, shop.buyer, case_id, "escalate-payment", 409, "payment_not_denied")
    await shop.act(shop.buyer, case_id, "state-payment", **STATED)
    await shop.act(shop.seller, case_id, "deny-payment", note="没有收到")
    escalated = await shop.act(shop.buyer, case_id, "escalate-payment", note="请核实回单")
    assert (escalated["state"], escalated["whose_turn"]) == ("manual_review", "agent")
    assert (await shop.last(AfterSaleEscalated)).cause == "payment_denied"
    if type_ == "repair":
        await refused(shop, shop.agent, case_id, "resume-repair", 409, "charge_unpaid")
    if arrived:
        decided = await shop.act(shop.agent, case_id, "confirm-payment", note="回单属实")
        assert (decided["state"], decided["charge"]["denied_at"]) == (PAID_AT_ONCE[type_], None)
        assert (await shop.last(ChargePaid)).decision_id is not None
        return
    decided = await shop.act(shop.agent, case_id, "deny-payment", note="回单不实")
    assert (decided["state"], decided["whose_turn"]) == (WAITS[type_], "buyer")
    await refused(shop, shop.buyer, case_id, "escalate-payment", 409, "payment_judged")
    await shop.act(shop.buyer, case_id, "state-payment", reference="转账 19")
    await shop.act(shop.seller, case_id, "confirm-payment")


async def test_what_is_stated_is_answered_before_the_case_goes_another_way(shop: Shop) -> None:
    case_id = await agreed(shop, "exchange")
    await shop.act(shop.buyer, case_id, "state-payment", **STATED)
    await refused(shop, shop.seller, case_id, "no-stock", 409, "payment_stated")
    await refused(shop, shop.buyer, case_id, "take-refund", 409, "payment_stated")
    await shop.act(shop.seller, case_id, "confirm-payment")
    owed = await shop.act(shop.seller, case_id, "no-stock")
    assert owed["charge"]["to_return"] == owed["charge"]["amount"]


async def test_what_was_stated_before_a_verdict_is_confirmed_late_and_owed_back(shop: Shop) -> None:
    case_id = await agreed(shop, "exchange")
    await shop.act(shop.buyer, case_id, "state-payment", **STATED)
    claim = {"category": "other", "text": "不再换货", "evidence": []}
    assert (await shop.buyer.post(f"/v1/cases/{case_id}/dispute", json=claim)).status_code == 201
    dispute_id = (await shop.get(case_id))["dispute_id"]
    shop.clock.advance(hours=49)
    await shop.harness.run_due()
    await shop.verdict(dispute_id, 100)
    await shop.refund_succeeds()
    assert (await shop.get(case_id))["charge"]["to_return"]["amount"] == 0
    ended = await shop.act(shop.agent, case_id, "confirm-payment")
    assert ended["state"] == "completed"
    assert ended["charge"]["to_return"] == ended["charge"]["amount"]
    assert (await shop.last(ChargeOwedBack)).amount_minor == ended["charge"]["amount"]["amount"]


async def test_what_cannot_be_stated(shop: Shop) -> None:
    case_id = str((await inspected(shop, wanted_sku="KETTLE-2"))["id"])
    await refused(shop, shop.buyer, case_id, "state-payment", 409, "nothing_owed", reference="?")
    priced = {"line_id": "line_1", "unit_price": {"amount": 12900, "currency": "CNY"}}
    await shop.act(shop.seller, case_id, "price-replacement", prices=[priced])
    await refused(shop, shop.buyer, case_id, "state-payment", 409, "charge_not_agreed", reference="?")
    await refused(shop, shop.buyer, case_id, "state-payment", 422, "validation_failed")
    await shop.act(shop.buyer, case_id, "agree-charge")
    await refused(shop, shop.seller, case_id, "state-payment", 403, "forbidden", reference="?")
