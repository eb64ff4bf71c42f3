"""Goods that are repaired: for nothing or for a price that the buyer agrees to, or not at all."""

from typing import Any

import pytest
from aftercare_events import AfterSaleCompleted, AfterSaleRequested, ChargeAgreed, ChargePaid, RefundRequested
from aftercare_events.catalogue.repairs import (
    RepairFinished,
    RepairNotPossible,
    RepairQuoted,
    RepairQuoteDeclined,
    RepairRepeated,
)
from aftersale_shop import Shop

SENT = {"carrier": "zto", "waybill_no": "73100001"}
COST = {"cost": {"amount": 6800, "currency": "CNY"}, "days": 5}


async def in_repair(shop: Shop, reason: str = "paid_repair") -> str:
    """A case of two units that the merchant has for repair; its id."""
    await shop.delivered()
    case = await shop.arrived(2, type_="repair", reason=reason)
    assert (case["state"], case["whose_turn"], case["deadline_effect"]) == (
        "in_repair",
        "merchant",
        "escalated_repair_late",
    )
    return str(case["id"])


async def sent_back(shop: Shop, case_id: str) -> dict[str, Any]:
    """The goods go to the buyer, who confirms that they have arrived."""
    await shop.act(shop.seller, case_id, "ship-replacement", **SENT)
    await shop.parcel(SENT["waybill_no"], leg="exchange")
    return await shop.act(shop.buyer, case_id, "confirm-replacement")


async def test_a_repair_under_warranty_costs_nothing(shop: Shop) -> None:
    case_id = await in_repair(shop, "warranty_repair")
    requested = await shop.last(AfterSaleRequested)
    assert (requested.goods, requested.money) == ("repair", "none")
    refused = await shop.seller.post(f"/v1/cases/{case_id}/quote", json=COST)
    shop.harness.problem(refused, 409, "repair_covered")
    work = ["part_replaced", "tested", "tested"]
    repaired = await shop.act(shop.seller, case_id, "repaired", work=work, note="已更换加热管")
    assert (repaired["state"], repaired["whose_turn"]) == ("await_reship", "merchant")
    assert (repaired["repair"]["work"], repaired["repair"]["outcome"]) == (["part_replaced", "tested"], "repaired")
    finished = await shop.last(RepairFinished)
    assert finished.work == ("part_replaced", "tested")
    assert "加热管" not in finished.model_dump_json()
    done = await sent_back(shop, case_id)
    assert (done["state"], done["refunded"]["amount"]) == ("completed", 0)
    completed = await shop.last(AfterSaleCompleted)
    assert (completed.goods, completed.money, completed.lines) == ("repair", "none", ())
    assert not await shop.published(RefundRequested)
    assert (await shop.case(3))["requested"]["amount"] == 28700, "the units are free again"


async def test_a_repair_that_the_buyer_pays(shop: Shop) -> None:
    case_id = await in_repair(shop)
    path = f"/v1/cases/{case_id}/quote"
    for cost, code in (
        ({"amount": 0, "currency": "CNY"}, "quote_amount_missing"),
        ({"amount": 1, "currency": "USD"}, "price_currency_mismatch"),
    ):
        shop.harness.problem(await shop.seller.post(path, json={**COST, "cost": cost}), 422, code)
    quoted = await shop.act(shop.seller, case_id, "quote", **COST)
    assert (quoted["state"], quoted["whose_turn"], quoted["deadline_effect"]) == (
        "quote_pending",
        "buyer",
        "goods_back_unless_agreed",
    )
    assert (quoted["repair"]["quote"]["amount"], quoted["repair"]["days"], quoted["repair"]["agreed_at"]) == (
        6800,
        5,
        None,
    )
    event = await shop.last(RepairQuoted)
    assert (event.owed_minor, event.currency, event.days, event.money) == (6800, "CNY", 5, "none")
    early = await shop.seller.post(f"/v1/cases/{case_id}/record-payment", json={"reference": "转账 18"})
    shop.harness.problem(early, 409, "charge_not_agreed")
    await shop.act(shop.seller, case_id, "quote", cost={"amount": 5000, "currency": "CNY"}, days=3)
    agreed = await shop.act(shop.buyer, case_id, "agree-charge")
    assert (agreed["state"], agreed["deadline_effect"]) == ("quote_pending", "goods_back_unless_paid")
    assert (await shop.last(ChargeAgreed)).owed_minor == 5000
    shop.harness.problem(await shop.seller.post(path, json=COST), 409, "charge_already_agreed")
    paid = await shop.act(shop.seller, case_id, "record-payment", reference="转账 18")
    assert (paid["state"], paid["repair"]["reference"]) == ("in_repair", "转账 18")
    payment = await shop.last(ChargePaid)
    assert (payment.owed_minor, payment.money) == (5000, "charge")
    assert "转账" not in payment.model_dump_json()
    shop.harness.problem(await shop.seller.post(path, json=COST), 409, "charge_already_paid")
    explained = (await shop.buyer.get(f"/v1/cases/{case_id}")).json()["explanation"]
    assert explained["money"]["en"] == "The buyer has paid 50.00 CNY for the repair"
    await shop.act(shop.seller, case_id, "repaired", work=["cleaned"])
    assert (await sent_back(shop, case_id))["state"] == "completed"
    assert (await shop.last(AfterSaleCompleted)).money == "charge"
    assert not await shop.published(RefundRequested)


@pytest.mark.parametrize("silent", ["declines", "does not answer", "does not pay"])
async def test_goods_whose_repair_is_not_paid_go_back_as_they_are(shop: Shop, silent: str) -> None:
    case_id = await in_repair(shop)
    await shop.act(shop.seller, case_id, "quote", **COST)
    if silent == "declines":
        await shop.act(shop.buyer, case_id, "decline-quote")
    else:
        if silent == "does not pay":
            await shop.act(shop.buyer, case_id, "agree-charge")
        shop.clock.advance(hours=7 * 24)
        await shop.harness.run_due()
    case = await shop.get(case_id)
    assert (case["state"], case["repair"]["outcome"], case["repair"]["quote"]) == ("await_reship", "unrepaired", None)
    assert (await shop.last(RepairQuoteDeclined)).money == "none"
    assert (await sent_back(shop, case_id))["state"] == "completed"


async def test_the_buyers_own_goods_that_are_late_are_for_an_agent(shop: Shop) -> None:
    case_id = await in_repair(shop)
    await shop.act(shop.seller, case_id, "quote", **COST)
    declined = await shop.act(shop.buyer, case_id, "decline-quote")
    assert declined["deadline_effect"] == "escalated_replacement_late"
    shop.clock.advance(hours=49)
    await shop.harness.run_due()
    late = await shop.get(case_id)
    assert (late["state"], late["whose_turn"], late["replacement"]["refund_offered_at"]) == (
        "manual_review",
        "agent",
        None,
    )
    assert not await shop.published(RefundRequested)
    await shop.act(shop.agent, case_id, "reship")
    await shop.act(shop.seller, case_id, "no-stock", note="商品已丢失")
    assert (await shop.last(RefundRequested)).cause == "no_replacement", "the merchant has lost them"


async def test_the_buyer_takes_the_money_for_goods_that_cannot_be_repaired(shop: Shop) -> None:
    case_id = await in_repair(shop, "quality_defect")
    failed = await shop.act(shop.seller, case_id, "cannot-repair", failure="beyond_repair", remedy="refund")
    assert (failed["state"], failed["whose_turn"], failed["deadline_effect"]) == (
        "remedy_pending",
        "buyer",
        "goods_back_unrepaired",
    )
    event = await shop.last(RepairNotPossible)
    assert (event.failure, event.remedy, event.paid_minor) == ("beyond_repair", "refund", 0)
    other = await shop.buyer.post(f"/v1/cases/{case_id}/take-exchange")
    shop.harness.problem(other, 409, "remedy_not_offered")
    await shop.act(shop.buyer, case_id, "take-refund")
    request = await shop.refund_succeeds()
    assert (request.amount_minor, request.cause) == (19133, "not_repairable")
    assert (request.goods, request.money) == ("return", "refund")
    assert (await shop.get(case_id))["state"] == "completed"
    assert [each.quantity for each in (await shop.last(AfterSaleCompleted)).lines] == [2]


@pytest.mark.parametrize("choice", ["take-exchange", "take-goods-back", "silence"])
async def test_what_else_the_buyer_may_take(shop: Shop, choice: str) -> None:
    case_id = await in_repair(shop, "quality_defect")
    await shop.act(shop.seller, case_id, "cannot-repair", failure="parts_unavailable", remedy="exchange")
    shop.harness.problem(await shop.buyer.post(f"/v1/cases/{case_id}/take-refund"), 409, "remedy_not_offered")
    other = {"failure": "beyond_repair", "remedy": "refund"}
    changed = await shop.seller.post(f"/v1/cases/{case_id}/cannot-repair", json=other)
    shop.harness.problem(changed, 409, "illegal_transition")
    if choice == "silence":
        shop.clock.advance(hours=7 * 24)
        await shop.harness.run_due()
    else:
        await shop.act(shop.buyer, case_id, choice)
    case = await shop.get(case_id)
    outcome = "exchanged" if choice == "take-exchange" else "unrepaired"
    assert (case["state"], case["repair"]["outcome"]) == ("await_reship", outcome)
    assert (await sent_back(shop, case_id))["state"] == "completed"


async def test_an_agent_decides_about_a_repair_that_is_late(shop: Shop) -> None:
    case_id = await in_repair(shop)
    shop.clock.advance(hours=14 * 24)
    await shop.harness.run_due()
    late = await shop.get(case_id)
    assert (late["state"], late["whose_turn"]) == ("manual_review", "agent")
    assert (await shop.act(shop.agent, case_id, "resume-repair"))["state"] == "in_repair"
    shop.clock.advance(hours=14 * 24)
    await shop.harness.run_due()
    back = await shop.act(shop.agent, case_id, "take-goods-back", note="商家未维修")
    assert (back["state"], back["repair"]["outcome"]) == ("await_reship", "unrepaired")
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["state"] == "manual_review"
    await shop.act(shop.agent, case_id, "refund", note="商家未寄回商品")
    assert (await shop.refund_succeeds()).cause == "approval"


async def test_goods_that_are_not_those_of_the_case(shop: Shop) -> None:
    case_id = await in_repair(shop)
    refused = await shop.act(shop.seller, case_id, "reject", reason="not_our_item")
    assert (refused["state"], refused["whose_turn"]) == ("rejected", "buyer")
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], None, "resume")
    assert (await shop.get(case_id))["state"] == "rejected"


async def test_a_verdict_about_who_is_liable_decides_who_pays(shop: Shop) -> None:
    case_id = await in_repair(shop)
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], None, "resume")
    assert (await shop.get(case_id))["state"] == "in_repair"
    shop.harness.problem(await shop.seller.post(f"/v1/cases/{case_id}/quote", json=COST), 409, "repair_covered")


async def test_a_lost_parcel_and_reasons_that_a_repair_does_not_mend(shop: Shop) -> None:
    await shop.delivered()
    shop.harness.problem(await shop.ask(1, type_="repair", reason="changed_mind"), 409, "reason_unsuitable")
    shop.harness.problem(await shop.ask(1, type_="refund_only", reason="paid_repair"), 409, "reason_unsuitable")
    case = await shop.case(2, type_="repair")
    await shop.approve(case["id"])
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    shop.clock.advance(hours=15 * 24)
    await shop.harness.run_due()
    early = await shop.agent.post(f"/v1/cases/{case['id']}/resume-repair")
    shop.harness.problem(early, 409, "goods_not_received")
    await shop.act(shop.agent, case["id"], "refund")
    assert (await shop.refund_succeeds()).amount_minor == 19133


async def repaired_wrongly(shop: Shop, anomaly: str) -> str:
    """Repaired goods were sent to the buyer, who reports what is wrong with them; the id of the case."""
    case_id = await in_repair(shop, "warranty_repair")
    await shop.act(shop.seller, case_id, "repaired", work=["tested"])
    await shop.act(shop.seller, case_id, "ship-replacement", **SENT)
    await shop.parcel(SENT["waybill_no"], leg="exchange")
    await shop.act(shop.buyer, case_id, "report-anomaly", anomaly=anomaly)
    return case_id


async def test_repaired_goods_that_are_defective_are_repaired_once_more(shop: Shop) -> None:
    case_id = await repaired_wrongly(shop, "defective")
    again = await shop.act(shop.agent, case_id, "repair-again", note="请再检修")
    assert (again["state"], again["whose_turn"], again["deadline_effect"]) == (
        "await_buyer_shipment",
        "buyer",
        "closed_buyer_late",
    )
    assert (again["return_parcel"], again["replacement"], again["return_address"] is not None) == (None, None, True)
    assert (await shop.last(RepairRepeated)).deadline_at is not None
    changed = await shop.buyer.post(f"/v1/cases/{case_id}/change-type", json={"type": "refund_only"})
    shop.harness.problem(changed, 409, "return_already_shipped")
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF3001")
    await shop.parcel("SF3001", parcel_id="par_again")
    assert (await shop.get(case_id))["state"] == "in_repair"
    await shop.act(shop.seller, case_id, "repaired", work=["unit_replaced"])
    assert (await sent_back(shop, case_id))["state"] == "completed"


async def test_goods_that_have_not_arrived_are_not_repaired_again(shop: Shop) -> None:
    case_id = await repaired_wrongly(shop, "not_received")
    refused = await shop.agent.post(f"/v1/cases/{case_id}/repair-again", json={})
    shop.harness.problem(refused, 409, "nothing_to_repair_again")


async def test_while_goods_come_again_the_agent_owes_no_replacement(shop: Shop) -> None:
    case_id = await repaired_wrongly(shop, "defective")
    await shop.act(shop.agent, case_id, "repair-again")
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF3001")
    shop.clock.advance(hours=15 * 24)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["state"] == "manual_review"
    refused = await shop.agent.post(f"/v1/cases/{case_id}/reship", json={})
    shop.harness.problem(refused, 409, "no_replacement_decided")


async def test_a_price_that_was_changed_is_not_agreed_to_in_place_of_the_one_that_was_read(shop: Shop) -> None:
    case_id = await in_repair(shop)
    await shop.act(shop.seller, case_id, "quote", **COST)
    dearer = {"amount": COST["cost"]["amount"] + 1, "currency": "CNY"}
    await shop.act(shop.seller, case_id, "quote", **{**COST, "cost": dearer})
    refused = await shop.buyer.post(f"/v1/cases/{case_id}/agree-charge", json={"amount": COST["cost"]})
    assert shop.harness.problem(refused, 409, "charge_changed")["amount_minor"] == dearer["amount"]
    assert (await shop.get(case_id))["state"] == "quote_pending"
    agreed = await shop.act(shop.buyer, case_id, "agree-charge", amount=dearer)
    assert agreed["whose_turn"] == "merchant" or agreed["deadline_effect"] == "goods_back_unless_paid"
