"""What verdicts order besides a refund: that goods come back, that others are sent, money for a buyer who keeps the goods."""

from typing import Any

import pytest
import refused_parcels_back
from aftercare_events import (
    AfterSaleApproved,
    AfterSaleCompleted,
    AfterSaleResumed,
    AfterSaleTypeChanged,
    RefundRequested,
    ReplacementOrdered,
    SettlementProposed,
)
from aftersale_shop import RETURN_ADDRESS, Shop


async def disputed(shop: Shop, case_id: str) -> str:
    """A dispute about the case that the merchant has answered."""
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    return str(dispute["id"])


async def test_a_verdict_lets_the_buyer_send_the_goods_back_for_their_money(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    dispute_id = await disputed(shop, case["id"])
    decided = await shop.verdict(dispute_id, None, "return")
    assert (decided["state"], decided["remedy"], decided["refunded"]["amount"]) == ("executed", "return", 0)
    waiting = await shop.get(case["id"])
    assert (waiting["state"], waiting["whose_turn"], waiting["reject_reason"]) == (
        "await_buyer_shipment",
        "merchant",
        None,
    )
    approved, resumed = await shop.last(AfterSaleApproved), await shop.last(AfterSaleResumed)
    assert (approved.cause, approved.return_address_missing, resumed.is_rejected) == ("verdict", True, False)
    assert (await shop.names(dispute_id))[-2:] == ["VerdictGiven", "DisputeExecuted"]
    await shop.act(shop.seller, case["id"], "set-return-address", return_address=RETURN_ADDRESS)
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    assert await by_case(shop, dispute_id) == (
        19133,
        0,
        "191.33 CNY is expected. Whether money goes back follows from the case",
    )
    await shop.parcel("SF1001")
    await shop.inspect(case["id"], 1)
    assert await by_case(shop, dispute_id) == (
        9566,
        0,
        "95.66 CNY is expected. Whether money goes back follows from the case",
    )
    assert (await shop.refund_succeeds()).amount_minor == 9566
    assert (await shop.get(case["id"]))["state"] == "completed"
    assert await by_case(shop, dispute_id) == (9566, 9566, "95.66 CNY went back in the case")


async def by_case(shop: Shop, dispute_id: str) -> tuple[int | None, int, str]:
    """What goes back in the case of a dispute: expected, refunded, and how that reads."""
    dispute = (await shop.buyer.get(f"/v1/disputes/{dispute_id}")).json()
    found = dispute["by_case"]
    expected = found["expected"] and found["expected"]["amount"]
    return expected, found["refunded"]["amount"], dispute["explanation"]["money"]["en"]


async def test_a_settlement_shows_what_came_back_in_the_case(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    dispute_id = await disputed(shop, case["id"])
    await shop.rule(dispute_id, "proposals", shop.buyer, remedy="return", liable="seller", text="?")
    [proposal] = (await shop.buyer.get(f"/v1/disputes/{dispute_id}")).json()["proposals"]
    settled = await shop.rule(dispute_id, f"proposals/{proposal['id']}/accept", shop.seller)
    assert settled["state"] == "settled"
    assert (await by_case(shop, dispute_id))[:2] == (19133, 0)
    await shop.act(shop.seller, case["id"], "set-return-address", return_address=RETURN_ADDRESS)
    await shop.act(shop.seller, case["id"], "receive")
    await shop.inspect(case["id"], 2)
    await shop.refund_succeeds()
    assert (await by_case(shop, dispute_id))[:2] == (19133, 19133)


async def test_a_verdict_lets_the_merchant_send_the_replacement_of_an_exchange(shop: Shop) -> None:
    await shop.delivered()
    lines = [{"line_id": "line_1", "quantity": 2}]
    case = await shop.arrived(2, type_="exchange", reason="wrong_size_or_model", lines=lines)
    none = [{"line_id": "line_1", "accepted": 0, "grade": "d"}]
    await shop.act(shop.seller, case["id"], "inspect", lines=none, reason="used_or_affects_resale")
    dispute_id = await disputed(shop, case["id"])
    verdict = {"liable": "seller", "remedy": "return", "grounds": "?"}
    refused = await shop.arbitrator.post(f"/v1/disputes/{dispute_id}/verdict", json=verdict)
    problem = shop.harness.problem(refused, 422, "remedy_not_possible")
    assert problem["allowed"] == ["refund", "none", "resume", "exchange"], "the goods are back"
    assert (await shop.verdict(dispute_id, None, "exchange"))["state"] == "executed"
    assert (await shop.get(case["id"]))["state"] == "await_reship"
    assert [each.quantity for each in (await shop.last(ReplacementOrdered)).lines] == [2]


async def test_a_verdict_lets_the_merchant_replace_goods_for_which_money_was_asked(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    dispute_id = await disputed(shop, case["id"])
    assert (await shop.verdict(dispute_id, None, "exchange"))["state"] == "executed"
    changed = await shop.last(AfterSaleTypeChanged)
    assert (changed.previous_type, changed.case_type, changed.cause) == ("return_refund", "exchange", "verdict")
    assert (changed.goods, changed.state) == ("exchange", "await_buyer_shipment")
    assert (await shop.names(case["id"]))[-3:] == ["AfterSaleTypeChanged", "AfterSaleResumed", "AfterSaleApproved"]
    await shop.act(shop.seller, case["id"], "set-return-address", return_address=RETURN_ADDRESS)
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    assert (await shop.inspect(case["id"], 2))["state"] == "await_reship"
    await shop.act(shop.seller, case["id"], "ship-replacement", carrier="sf", waybill_no="SF2001")
    done = await shop.act(shop.buyer, case["id"], "confirm-replacement")
    assert (done["type"], done["state"], done["refund"]) == ("exchange", "completed", None)
    assert (await by_case(shop, dispute_id))[:2] == (None, 0)


async def test_a_verdict_replaces_goods_that_are_back_or_refunds_them_where_there_are_none(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2)
    await shop.act(
        shop.seller, case["id"], "inspect", lines=[{"line_id": "line_1", "accepted": 0}], reason="reason_untrue"
    )
    await shop.verdict(await disputed(shop, case["id"]), None, "exchange")
    assert (await shop.get(case["id"]))["state"] == "await_reship"
    assert (await shop.names(case["id"]))[-3:] == ["AfterSaleTypeChanged", "AfterSaleResumed", "ReplacementOrdered"]
    await shop.act(shop.seller, case["id"], "no-stock")
    request = await shop.refund_succeeds()
    assert (request.amount_minor, request.cause) == (19133, "no_replacement")
    assert (await shop.get(case["id"]))["state"] == "completed"


@pytest.mark.parametrize("remedy", ["return", "exchange"])
async def test_what_a_verdict_has_ordered_is_not_changed(shop: Shop, remedy: str) -> None:
    """The merchant would review the case, and might reject it, again."""
    await shop.delivered()
    case = await shop.rejected()
    await shop.verdict(await disputed(shop, case["id"]), None, remedy)
    changed = await shop.buyer.post(f"/v1/cases/{case['id']}/change-type", json={"type": "refund_only"})
    shop.harness.problem(changed, 409, "type_ordered")
    shown = (await shop.buyer.get(f"/v1/cases/{case['id']}")).json()
    assert {each["action"]: each.get("why_not") for each in shown["allowed_actions"]}["change_type"] == "type_ordered"
    assert (await shop.get(case["id"]))["state"] == "await_buyer_shipment"


async def test_a_verdict_sends_goods_again_that_the_buyer_did_not_get(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2, type_="refund_only", reason="short_quantity")
    await shop.act(shop.seller, case["id"], "reject", reason="reason_untrue")
    await shop.verdict(await disputed(shop, case["id"]), None, "exchange")
    sent = await shop.get(case["id"])
    assert (sent["type"], sent["state"]) == ("reship_parts", "await_reship")
    assert [each.quantity for each in (await shop.last(ReplacementOrdered)).lines] == [2]


async def test_goods_that_cannot_be_repaired_are_exchanged_by_a_verdict_that_waits_for_appeals(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2, type_="repair", reason="warranty_repair")
    await shop.act(shop.seller, case["id"], "cannot-repair", failure="not_economic", remedy="refund")
    opened = await shop.agent.post(f"/v1/cases/{case['id']}/dispute", json={"category": "other", "text": "?"})
    dispute_id = opened.json()["id"]
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    verdict = {"liable": "seller", "remedy": "exchange", "grounds": "?", "takes_effect": "after_appeal_window"}
    await shop.rule(dispute_id, "verdict", shop.arbitrator, **verdict)
    await shop.rule(dispute_id, "appeal", shop.seller, grounds="?")
    assert (await shop.get(case["id"]))["type"] == "repair", "until the appeal is decided"
    await shop.rule(dispute_id, "confirm-verdict", shop.harness.client("arbitrator", "arb-2"), grounds="?")
    exchanged = await shop.get(case["id"])
    assert (exchanged["type"], exchanged["state"], exchanged["repair"]) == ("exchange", "await_reship", None)
    await shop.act(shop.seller, case["id"], "no-stock")
    assert (await shop.refund_succeeds()).cause == "no_replacement"


async def test_a_refund_publishes_what_is_accepted_and_a_verdict_accepts_all_units(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2)
    await shop.inspect(case["id"], 1)
    inspected = await shop.refund_fails()
    await shop.verdict(await disputed(shop, case["id"]), 19133)
    ordered = await shop.last(RefundRequested)
    found = [{line.line_id: line.accepted for line in event.accepted or ()} for event in (inspected, ordered)]
    assert found == [{"line_1": 1}, {"line_1": 2}]
    assert (await shop.get(case["id"]))["lines"][0]["accepted"] == 2


async def test_a_compensation_leaves_the_goods_and_what_is_left_of_the_money(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    dispute_id = await disputed(shop, case["id"])

    async def refused(code: str, **more: Any) -> None:
        body = {"liable": "seller", "remedy": "compensation", "grounds": "?", **more}
        response = await shop.arbitrator.post(f"/v1/disputes/{dispute_id}/verdict", json=body)
        shop.harness.problem(response, 422, code)

    await refused("amount_missing")
    await refused("amount_exceeds_paid", amount={"amount": 19134, "currency": "CNY"})
    await refused("currency_mismatch", amount={"amount": 1, "currency": "USD"})
    executing = await shop.verdict(dispute_id, 5000, "compensation")
    assert executing["state"] == "executing"
    await shop.refund_fails()
    await shop.act(shop.agent, case["id"], "refund")
    request = await shop.refund_succeeds()
    assert (request.amount_minor, request.cause) == (5000, "compensation")
    completed = await shop.last(AfterSaleCompleted)
    assert (completed.case_type, completed.goods, request.goods) == ("return_refund", "keep", "keep")
    assert [(each.quantity, each.amount_minor) for each in completed.lines] == [(0, 5000)]
    shown = (await shop.buyer.get(f"/v1/disputes/{dispute_id}")).json()
    assert (shown["state"], shown["refunded"]["amount"]) == ("executed", 5000)
    again = await shop.case(3)
    assert again["requested"]["amount"] == 28700 - 5000, "the goods can be sent back, for what is left of their price"


async def test_units_that_are_compensated_in_full_are_not_asked_about_again(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    dispute_id = await disputed(shop, case["id"])
    terms = {"remedy": "compensation", "liable": "seller", "amount": {"amount": 19133, "currency": "CNY"}, "text": "?"}
    await shop.rule(dispute_id, "proposals", shop.seller, **terms)
    proposal_id = (await shop.last(SettlementProposed)).proposal_id
    await shop.rule(dispute_id, f"proposals/{proposal_id}/accept", shop.buyer)
    await shop.refund_succeeds()
    shop.harness.problem(await shop.ask(2), 422, "quantity_exceeds_remaining")
    assert (await shop.case(1))["requested"]["amount"] == 9567


async def test_goods_that_the_buyer_was_to_keep_come_back_by_a_verdict_for_their_money(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2, type_="refund_only")
    await shop.act(shop.seller, case["id"], "reject", reason="used_or_affects_resale")
    dispute_id = await disputed(shop, case["id"])
    assert (await shop.verdict(dispute_id, None, "return"))["state"] == "executed"
    changed = await shop.last(AfterSaleTypeChanged)
    assert (changed.previous_type, changed.case_type, changed.cause) == ("refund_only", "return_refund", "verdict")
    assert (changed.goods, changed.state) == ("return", "await_buyer_shipment")
    assert (await shop.names(case["id"]))[-3:] == ["AfterSaleTypeChanged", "AfterSaleResumed", "AfterSaleApproved"]
    await shop.act(shop.seller, case["id"], "set-return-address", return_address=RETURN_ADDRESS)
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    await shop.inspect(case["id"], 1)
    assert (await shop.refund_succeeds()).amount_minor == 9566
    completed = await shop.get(case["id"])
    assert (completed["type"], completed["state"]) == ("return_refund", "completed")
    await refused_parcels_back.back(shop, case["id"])
    assert (await shop.case(2))["requested"]["amount"] == 28700 - 9566, "what was refused is back, and free again"


async def test_nothing_can_come_back_that_the_buyer_does_not_have(shop: Shop) -> None:
    await shop.paid()
    case = await shop.case(2, type_="refund_only")
    await shop.act(shop.seller, case["id"], "reject", reason="reason_untrue")
    dispute_id = await disputed(shop, case["id"])
    verdict = {"liable": "seller", "remedy": "return", "grounds": "?"}
    refused = await shop.arbitrator.post(f"/v1/disputes/{dispute_id}/verdict", json=verdict)
    problem = shop.harness.problem(refused, 422, "remedy_not_possible")
    assert problem["allowed"] == ["refund", "none", "resume"]


@pytest.mark.parametrize("price", [9000, 12900])
async def test_a_verdict_makes_a_priced_exchange_a_return_for_what_was_paid(shop: Shop, price: int) -> None:
    """What a dearer replacement would have cost is owed by nobody, and what a cheaper one would have given back is in the refund."""
    await shop.delivered()
    lines = [{"line_id": "line_1", "quantity": 2, "wanted_sku": "KETTLE-2"}]
    case = await shop.case(type_="exchange", reason="wrong_size_or_model", lines=lines)
    await shop.approve(case["id"])
    prices = [{"line_id": "line_1", "unit_price": {"amount": price, "currency": "CNY"}}]
    priced = await shop.act(shop.seller, case["id"], "price-replacement", prices=prices)
    assert priced["exchange"] is not None
    opened = await shop.agent.post(f"/v1/cases/{case['id']}/dispute", json={"category": "other", "text": "?"})
    await shop.rule(opened.json()["id"], "answer", shop.seller, text="?")
    assert (await shop.verdict(opened.json()["id"], None, "return"))["state"] == "executed"
    back = await shop.get(case["id"])
    assert (back["type"], back["state"], back["exchange"]) == ("return_refund", "await_buyer_shipment", None)
    assert back["charge"] is None or back["charge"]["amount"]["amount"] == 0
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    await shop.inspect(case["id"], 2)
    request = await shop.refund_succeeds()
    assert (request.amount_minor, request.cause) == (19133, "inspection")
    done = await shop.get(case["id"])
    assert (done["state"], done["explanation"]["money"]["en"]) == ("completed", "191.33 CNY went back")
