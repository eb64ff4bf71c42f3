"""The merchant sends what is missing: sent, followed, confirmed; late, lost, wrong, or not to be had."""

from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleEscalated,
    AfterSaleRequested,
    RefundRequested,
    ReplacementAnomalyReported,
    ReplacementOrdered,
    ReplacementShipped,
    ReplacementWaybillCorrected,
)
from aftersale_shop import Shop
from shop_commands import cny

SENT = {"carrier": "zto", "waybill_no": "73100001"}


async def later(shop: Shop, hours: int) -> None:
    shop.clock.advance(hours=hours)
    await shop.harness.run_due()


async def owed(shop: Shop, reason: str = "short_quantity", effect: str = "refund_offered") -> str:
    """A case for which the merchant has to send what is missing; its id."""
    await shop.delivered()
    case = await shop.case(2, type_="reship_parts", reason=reason)
    approved = await shop.act(shop.seller, case["id"], "approve")
    assert (approved["state"], approved["whose_turn"]) == ("await_reship", "merchant")
    assert (approved["deadline_effect"], approved["deadline_at"]) == (effect, "2026-03-04T09:00:00Z")
    return str(case["id"])


async def sent(shop: Shop) -> str:
    case_id = await owed(shop)
    shipped = await shop.act(shop.seller, case_id, "ship-replacement", **SENT)
    assert (shipped["state"], shipped["whose_turn"]) == ("reship_in_transit", "courier")
    assert shipped["replacement"]["waybill_no"] == SENT["waybill_no"]
    return case_id


async def test_what_is_missing_is_sent_and_confirmed(shop: Shop) -> None:
    case_id = await sent(shop)
    requested = await shop.last(AfterSaleRequested)
    assert (requested.case_type, requested.goods, requested.money) == ("reship_parts", "keep", "none")
    ordered, shipped = await shop.last(ReplacementOrdered), await shop.last(ReplacementShipped)
    assert [(line.line_id, line.sku, line.quantity) for line in ordered.lines] == [("line_1", "KETTLE-1", 2)]
    assert [(line.line_id, line.quantity) for line in shipped.lines] == [("line_1", 2)]

    corrected = await shop.act(
        shop.seller, case_id, "correct-replacement-waybill", carrier="sf", waybill_no="SF73100002"
    )
    assert corrected["deadline_at"] == "2026-03-17T09:00:00Z"
    event = await shop.last(ReplacementWaybillCorrected)
    assert (event.previous_carrier, event.previous_waybill_no) == ("zto", "73100001")
    await shop.parcel("73100001", "cancelled", leg="exchange", case_id=case_id, carrier="zto")
    await shop.parcel("SF73100002", "picked_up", leg="exchange")
    late = await shop.seller.post(f"/v1/cases/{case_id}/correct-replacement-waybill", json=SENT)
    shop.harness.problem(late, 409, "replacement_already_scanned")

    await shop.parcel("SF73100002", leg="exchange")
    arrived = await shop.get(case_id)
    assert (arrived["state"], arrived["whose_turn"]) == ("reship_in_transit", "buyer")
    assert (arrived["deadline_effect"], arrived["deadline_at"]) == ("completed_by_timeout", "2026-03-09T09:00:00Z")
    done = await shop.act(shop.buyer, case_id, "confirm-replacement")
    assert (done["state"], done["refunded"]["amount"]) == ("completed", 0)
    completed = await shop.last(AfterSaleCompleted)
    assert (completed.refunded_minor, completed.lines, completed.money) == (0, (), "none")
    assert await shop.names(case_id) == [
        "AfterSaleRequested",
        "AfterSaleApproved",
        "ReplacementOrdered",
        "ReplacementShipped",
        "ReplacementWaybillCorrected",
        "ReplacementScanned",
        "ReplacementDelivered",
        "AfterSaleCompleted",
    ]
    again = await shop.case(3)
    assert again["requested"]["amount"] == 28700, "the units and their money are free again"


async def test_a_merchant_without_stock_gives_the_money_back(shop: Shop) -> None:
    case_id = await owed(shop)
    refunding = await shop.act(shop.seller, case_id, "no-stock", note="缺货")
    assert refunding["state"] == "refunding"
    request = await shop.refund_succeeds()
    assert (request.amount_minor, request.cause, request.money) == (19133, "no_replacement", "refund")
    assert (await shop.get(case_id))["state"] == "completed"
    assert [line.quantity for line in (await shop.last(AfterSaleCompleted)).lines] == [2]


async def test_a_late_merchant_lets_the_buyer_choose(shop: Shop) -> None:
    case_id = await owed(shop)
    early = await shop.buyer.post(f"/v1/cases/{case_id}/take-refund", json={})
    shop.harness.problem(early, 409, "refund_not_offered")
    await later(shop, 48)
    offered = await shop.get(case_id)
    assert (offered["state"], offered["whose_turn"]) == ("await_reship", "buyer")
    assert offered["deadline_effect"] == "escalated_replacement_late"
    taken = await shop.act(shop.buyer, case_id, "take-refund")
    assert taken["state"] == "refunding"


async def parts_owed(shop: Shop) -> str:
    return await owed(shop, "missing_parts", "escalated_replacement_late")


async def test_what_parts_are_worth_that_there_are_none_of_is_agreed(shop: Shop) -> None:
    case_id = await parts_owed(shop)
    handed_over = await shop.act(shop.seller, case_id, "no-stock", note="缺货")
    assert (handed_over["state"], handed_over["whose_turn"]) == ("manual_review", "agent")
    assert await shop.published(RefundRequested) == [], "the buyer keeps the units"
    assert (await shop.last(AfterSaleEscalated)).cause == "review_handed_over"
    await shop.act(shop.agent, case_id, "offer", type="refund_only", amount=cny(1500))
    asked = await shop.act(shop.buyer, case_id, "counter-offer", type="refund_only", amount=cny(2500))
    assert asked["state"] == "manual_review"
    assert (await shop.act(shop.agent, case_id, "accept-offer"))["state"] == "refunding"
    assert (await shop.refund_succeeds()).amount_minor == 2500


async def test_parts_that_are_late_are_for_an_agent(shop: Shop) -> None:
    case_id = await parts_owed(shop)
    await later(shop, 48)
    late = await shop.get(case_id)
    assert (late["state"], late["replacement"]["refund_offered_at"]) == ("manual_review", None)
    await shop.act(shop.agent, case_id, "offer", type="refund_only", amount=cny(1500))
    assert (await shop.act(shop.buyer, case_id, "decline-offer"))["state"] == "manual_review"
    await shop.act(shop.agent, case_id, "reship")
    await shop.act(shop.seller, case_id, "ship-replacement", **SENT)
    assert (await shop.act(shop.buyer, case_id, "confirm-replacement"))["state"] == "completed"


async def test_nobody_chooses_and_an_agent_has_it_sent_after_all(shop: Shop) -> None:
    case_id = await owed(shop)
    await later(shop, 48)
    await later(shop, 48)
    assert (await shop.get(case_id))["state"] == "manual_review"
    assert (await shop.last(AfterSaleEscalated)).cause == "replacement_late"
    judged = await shop.agent.post(f"/v1/cases/{case_id}/approve", json={})
    shop.harness.problem(judged, 409, "replacement_already_decided")
    owed_again = await shop.act(shop.agent, case_id, "reship")
    assert (owed_again["state"], owed_again["whose_turn"]) == ("await_reship", "merchant")
    assert owed_again["replacement"]["refund_offered_at"] is None
    await shop.act(shop.seller, case_id, "ship-replacement", **SENT)
    await shop.parcel(SENT["waybill_no"], leg="exchange")
    await later(shop, 24 * 7)
    assert (await shop.get(case_id))["state"] == "completed"


async def test_a_lost_replacement_is_for_an_agent(shop: Shop) -> None:
    case_id = await sent(shop)
    await shop.parcel(SENT["waybill_no"], "lost", leg="exchange")
    assert (await shop.get(case_id))["state"] == "manual_review"
    assert (await shop.last(AfterSaleEscalated)).cause == "replacement_not_delivered"
    refunding = await shop.act(shop.agent, case_id, "refund")
    assert refunding["state"] == "refunding"
    assert (await shop.last(RefundRequested)).amount_minor == 19133


async def test_a_wrong_replacement_is_reported_and_sent_again(shop: Shop) -> None:
    case_id = await sent(shop)
    await shop.parcel(SENT["waybill_no"], leg="exchange")
    reported = await shop.act(shop.buyer, case_id, "report-anomaly", anomaly="wrong_item", note="发错颜色")
    assert (reported["state"], reported["replacement"]["anomaly"]) == ("manual_review", "wrong_item")
    event = await shop.last(ReplacementAnomalyReported)
    assert event.anomaly == "wrong_item"
    assert "发错颜色" not in event.model_dump_json()
    await shop.act(shop.agent, case_id, "reship")
    await shop.act(shop.seller, case_id, "ship-replacement", carrier="zto", waybill_no="73100009")
    assert (await shop.act(shop.buyer, case_id, "confirm-replacement"))["state"] == "completed"


async def test_a_dispute_stops_it_and_the_delivery_counts_after_it(shop: Shop) -> None:
    case_id = await sent(shop)
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    await shop.parcel(SENT["waybill_no"], leg="exchange")
    assert (await shop.get(case_id))["state"] == "disputed"
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    resumed = await shop.get(case_id)
    assert (resumed["state"], resumed["whose_turn"]) == ("reship_in_transit", "buyer")


async def test_what_is_missing_cannot_be_sent_before_the_order(shop: Shop) -> None:
    await shop.paid()
    refused = await shop.ask(1, type_="reship_parts", reason="missing_parts")
    shop.harness.problem(refused, 409, "stage_unsuitable")
