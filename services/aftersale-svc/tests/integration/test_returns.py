"""The goods' way back."""

import pytest
from aftercare_events import AfterSaleEscalated, DeadlineExtended, ReturnDelivered, ReturnInspected, ReturnShipped
from aftersale_shop import CUP, KETTLE, Shop


async def on_its_way(shop: Shop, quantity: int = 1, waybill_no: str = "SF1001") -> str:
    case = await shop.case(quantity)
    await shop.approve(case["id"])
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no=waybill_no)
    return case["id"]


async def test_shipping_publishes_which_parcel_to_follow(shop: Shop) -> None:
    await shop.delivered()
    case_id = await on_its_way(shop, 2)
    event = await shop.last(ReturnShipped)
    assert (event.case_id, event.carrier, event.waybill_no) == (case_id, "sf", "SF1001")
    assert [(line.line_id, line.quantity) for line in event.lines] == [("line_1", 2)]


async def test_other_parcels_other_waybills_and_other_cases_move_nothing(shop: Shop) -> None:
    await shop.delivered()
    case_id = await on_its_way(shop)
    other_id = await on_its_way(shop, waybill_no="SF2002")
    await shop.parcel(status="in_transit")
    await shop.parcel("SF8888", leg="outbound", parcel_id="par_out", carrier="sf")
    await shop.parcel("SF7777", leg="exchange", parcel_id="par_new", case_id=case_id)
    await shop.parcel("SF9999", parcel_id="par_other", case_id=case_id)
    await shop.parcel(parcel_id="par_carrier", case_id=case_id, carrier="zto")
    await shop.parcel("SF2002", parcel_id="par_second", case_id=other_id)
    assert (await shop.get(case_id))["state"] == "return_in_transit"
    assert (await shop.get(other_id))["state"] == "await_inspection"


async def test_an_event_moves_the_case_that_it_names_and_no_other_under_the_same_number(shop: Shop) -> None:
    await shop.delivered()
    one, other = [await on_its_way(shop), await on_its_way(shop)]
    await shop.parcel(case_id=one)
    assert (await shop.get(one))["state"] == "await_inspection"
    assert (await shop.get(other))["state"] == "return_in_transit"


async def test_delivered_twice_is_delivered_once(shop: Shop) -> None:
    await shop.delivered()
    case_id = await on_its_way(shop)
    await shop.parcel()
    await shop.parcel()
    assert len(await shop.published(ReturnDelivered)) == 1
    arrived = await shop.get(case_id)
    assert arrived["state"] == "await_inspection"
    assert arrived["return_parcel"] == {
        "carrier": "sf",
        "waybill_no": "SF1001",
        "delivered_at": "2026-03-02T09:00:00Z",
        "method": "own_courier",
        "drop_off_point": None,
    }


async def test_one_parcel_may_bring_the_goods_of_two_cases(shop: Shop) -> None:
    await shop.delivered()
    cases = [await on_its_way(shop), await on_its_way(shop)]
    await shop.parcel()
    assert [(await shop.get(case_id))["state"] for case_id in cases] == ["await_inspection"] * 2


async def test_the_merchant_may_be_faster_than_the_courier(shop: Shop) -> None:
    await shop.delivered()
    case_id = await on_its_way(shop)
    received = await shop.act(shop.seller, case_id, "receive", note="已到仓")
    assert received["state"] == "await_inspection"
    await shop.inspect(case_id, 1)
    await shop.parcel()
    assert (await shop.get(case_id))["state"] == "refunding"
    assert len(await shop.published(ReturnDelivered)) == 1


async def test_an_agent_lets_the_buyer_send_a_lost_parcel_again(shop: Shop) -> None:
    await shop.delivered()
    case_id = await on_its_way(shop)
    shop.clock.advance(hours=15 * 24)
    await shop.harness.run_due()
    await shop.act(shop.agent, case_id, "approve", note="原件退回，请重新寄")
    await shop.act(shop.buyer, case_id, "ship", carrier="zto", waybill_no="7300")
    await shop.parcel("SF1001")
    assert (await shop.get(case_id))["state"] == "return_in_transit"
    await shop.parcel("7300", parcel_id="par_2")
    assert (await shop.get(case_id))["state"] == "await_inspection"


async def test_a_return_of_two_lines_is_judged_line_by_line(shop: Shop) -> None:
    await shop.delivered(lines=(KETTLE, CUP))
    both = [{"line_id": "line_1", "quantity": 2}, {"line_id": "line_2", "quantity": 2}]
    case = await shop.arrived(lines=both)
    missing = {"lines": [{"line_id": "line_1", "accepted": 2}]}
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/inspect", json=missing)
    assert shop.harness.problem(refused, 422, "line_missing")["line_id"] == "line_2"
    too_many = {"lines": [{"line_id": "line_1", "accepted": 3}, {"line_id": "line_2", "accepted": 0}]}
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/inspect", json=too_many)
    shop.harness.problem(refused, 422, "accepted_exceeds_sent")
    found = [{"line_id": "line_2", "accepted": 0}, {"line_id": "line_1", "accepted": 1, "grade": "b"}]
    await shop.act(shop.seller, case["id"], "inspect", lines=found)
    event = await shop.last(ReturnInspected)
    assert [(line.line_id, line.accepted, line.grade) for line in event.lines] == [
        ("line_1", 1, "b"),
        ("line_2", 0, None),
    ]
    assert (await shop.refund_succeeds()).amount_minor == 9566


async def test_the_freight_comes_back_only_if_everything_is_accepted(shop: Shop) -> None:
    await shop.delivered()
    whole = await shop.arrived(3)
    assert whole["shipping_refund"]["amount"] == 800
    inspected = await shop.inspect(whole["id"], 2)
    assert inspected["shipping_refund"]["amount"] == 0
    assert (await shop.refund_succeeds()).amount_minor == 19133


async def given_up(shop: Shop) -> str:
    """A return whose parcel was taken for lost: an agent has approved again, and the buyer is to send the goods."""
    await shop.delivered()
    case_id = (await shop.approve((await shop.case(2))["id"]))["id"]
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")
    shop.clock.advance(hours=15 * 24)
    await shop.harness.run_due()
    await shop.act(shop.agent, case_id, "approve")
    return case_id


async def test_a_parcel_that_was_taken_for_lost_may_still_arrive(shop: Shop) -> None:
    case_id = await given_up(shop)
    await shop.parcel()
    assert (await shop.get(case_id))["state"] == "await_inspection"


async def test_a_lost_return_is_for_an_agent_at_once(shop: Shop) -> None:
    await shop.delivered()
    case_id = await on_its_way(shop)
    await shop.parcel(status="in_transit")
    await shop.parcel(status="lost")
    assert (await shop.get(case_id))["state"] == "manual_review"
    assert (await shop.last(AfterSaleEscalated)).cause == "return_not_delivered"
    await shop.parcel()
    assert (await shop.get(case_id))["state"] == "await_inspection", "couriers find what they have lost"


async def test_each_day_on_its_way_gives_the_courier_the_whole_time_again(shop: Shop) -> None:
    await shop.delivered()
    case_id = await on_its_way(shop)
    shop.clock.advance(hours=14 * 24)
    await shop.parcel(status="in_transit")
    extended = await shop.last(DeadlineExtended)
    assert (extended.cause, extended.case_id) == ("courier", case_id)
    case = await shop.get(case_id)
    assert case["deadline_at"] == "2026-03-31T09:00:00Z"
    shop.clock.advance(hours=1)
    await shop.parcel(status="out_for_delivery")
    assert (await shop.get(case_id))["deadline_at"] == case["deadline_at"], "at most once a day"
    [deadline] = [
        each
        for each in (await shop.buyer.get(f"/v1/cases/{case_id}/deadlines")).json()["data"]
        if each["ended_at"] is None
    ]
    explained = (await shop.buyer.get(f"/v1/deadlines/{deadline['id']}/explain")).json()
    assert "The courier reported" in str(explained)
    shop.clock.advance(hours=15 * 24)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["state"] == "manual_review"


async def test_goods_that_only_the_courier_has_delivered_are_for_an_agent_until_they_are_found(shop: Shop) -> None:
    await shop.delivered()
    case_id = await on_its_way(shop)
    shop.harness.problem(
        await shop.seller.post(f"/v1/cases/{case_id}/report-return-missing"), 409, "illegal_transition"
    )
    await shop.parcel()
    assert (await shop.buyer.post(f"/v1/cases/{case_id}/report-return-missing")).status_code == 403
    missing = await shop.act(shop.seller, case_id, "report-return-missing", note="未收到")
    assert (missing["state"], missing["whose_turn"]) == ("manual_review", "agent")
    assert missing["return_parcel"]["delivered_at"] is None
    event = await shop.last(AfterSaleEscalated)
    assert event.cause == "return_missing"
    assert "未收到" not in event.model_dump_json()
    assert (await shop.act(shop.seller, case_id, "receive"))["state"] == "await_inspection"
    shop.harness.problem(await shop.seller.post(f"/v1/cases/{case_id}/receive"), 409, "illegal_transition")


async def test_an_agent_refunds_goods_that_the_merchant_cannot_find(shop: Shop) -> None:
    await shop.delivered()
    case_id = await on_its_way(shop)
    await shop.parcel()
    await shop.act(shop.seller, case_id, "report-return-missing")
    assert (await shop.act(shop.agent, case_id, "refund"))["state"] == "refunding"


async def test_no_rejection_is_about_a_parcel_that_was_not_sent(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1)
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/reject", json={"reason": "empty_return"})
    problem = shop.harness.problem(refused, 409, "reject_reason_unsuitable")
    assert "empty_return" not in problem["allowed"]
    assert (await shop.get(case["id"]))["state"] == "pending_review"


@pytest.mark.parametrize(
    ("reason", "rejected_for", "is_true"),
    [
        ("changed_mind", "outside_window", False),
        ("changed_mind", "final_sale_category", True),
        ("quality_defect", "final_sale_category", False),
    ],
)
async def test_a_rejection_in_time_is_not_for_lateness_nor_a_defect_for_the_category(
    shop: Shop, reason: str, rejected_for: str, is_true: bool
) -> None:
    await shop.delivered()
    case = await shop.case(1, reason=reason)
    response = await shop.seller.post(f"/v1/cases/{case['id']}/reject", json={"reason": rejected_for})
    if is_true:
        assert response.json()["state"] == "rejected"
        return
    problem = shop.harness.problem(response, 409, "reject_reason_unsuitable")
    assert rejected_for not in problem["allowed"]
    assert (await shop.get(case["id"]))["state"] == "pending_review"


async def test_the_merchant_may_receive_a_parcel_that_was_taken_for_lost(shop: Shop) -> None:
    case_id = await given_up(shop)
    assert (await shop.act(shop.seller, case_id, "receive"))["state"] == "await_inspection"
