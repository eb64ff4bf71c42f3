"""A return's waybill: one number in any spelling, and the buyer's to correct until a courier has scanned it."""

import pytest
from aftercare_events import ReturnDelivered, ReturnScanned, ReturnShipped, ReturnWaybillCorrected
from aftersale_shop import Shop

UNDER_WAY = {"delivered_at": None, "method": "own_courier", "drop_off_point": None}
RIGHT = {"carrier": "zto", "waybill_no": "73001234"}


async def on_its_way(shop: Shop, carrier: str = "sf", waybill_no: str = "SF1001") -> str:
    await shop.delivered()
    case = await shop.case(2)
    await shop.approve(case["id"])
    await shop.act(shop.buyer, case["id"], "ship", carrier=carrier, waybill_no=waybill_no)
    return case["id"]


async def may_correct(shop: Shop, case_id: str) -> tuple[bool, str | None]:
    actions = (await shop.buyer.get(f"/v1/cases/{case_id}")).json()["allowed_actions"]
    [found] = [each for each in actions if each["action"] == "correct_waybill"]
    return found["allowed"], found.get("why_not")


@pytest.mark.parametrize("waybill_no", ["sf1001", " ＳＦ１００１ ", "SF 10\u200b01"])
async def test_a_waybill_is_one_number_in_any_spelling(shop: Shop, waybill_no: str) -> None:
    case_id = await on_its_way(shop, carrier="ＳＦ", waybill_no=waybill_no)
    assert (await shop.get(case_id))["return_parcel"] == {"carrier": "sf", "waybill_no": "SF1001", **UNDER_WAY}
    event = await shop.last(ReturnShipped)
    assert (event.carrier, event.waybill_no) == ("sf", "SF1001")
    await shop.parcel(" sf1001", case_id=case_id, carrier="SF")
    assert (await shop.get(case_id))["state"] == "await_inspection"


async def test_the_buyer_corrects_a_waybill_and_the_deadline_goes_on(shop: Shop) -> None:
    case_id = await on_its_way(shop)
    due = (await shop.get(case_id))["deadline_at"]
    shop.clock.advance(hours=30)
    assert await may_correct(shop, case_id) == (True, None)
    corrected = await shop.act(shop.buyer, case_id, "correct-waybill", carrier="ZTO", waybill_no=" 7300 1234")
    assert corrected["return_parcel"] == {**RIGHT, **UNDER_WAY}
    assert (corrected["state"], corrected["whose_turn"], corrected["deadline_at"]) == (
        "return_in_transit",
        "courier",
        due,
    )
    event = await shop.last(ReturnWaybillCorrected)
    assert (event.previous_carrier, event.previous_waybill_no) == ("sf", "SF1001")
    assert (event.carrier, event.waybill_no, event.time) == ("zto", "73001234", shop.clock.now())
    assert [(line.line_id, line.quantity) for line in event.lines] == [("line_1", 2)]
    steps = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    assert steps[-1]["action"] == "correct_waybill"
    await shop.parcel("73001234")
    assert (await shop.get(case_id))["state"] == "await_inspection"


async def test_what_is_reported_of_the_wrong_waybill_changes_nothing(shop: Shop) -> None:
    case_id = await on_its_way(shop)
    await shop.act(shop.buyer, case_id, "correct-waybill", **RIGHT)
    for status in ("cancelled", "in_transit", "delivered"):
        await shop.parcel("SF1001", status, case_id=case_id)
    assert (await shop.get(case_id))["state"] == "return_in_transit"
    assert await may_correct(shop, case_id) == (True, None)
    assert await shop.published(ReturnScanned) == []


async def test_after_the_first_scan_the_waybill_cannot_be_corrected(shop: Shop) -> None:
    case_id = await on_its_way(shop)
    await shop.parcel(status="pending")
    await shop.parcel(status="unknown")
    assert await may_correct(shop, case_id) == (True, None)
    await shop.parcel(status="picked_up")
    scanned = await shop.last(ReturnScanned)
    assert (scanned.case_id, scanned.waybill_no, scanned.scanned_at) == (case_id, "SF1001", shop.clock.now())
    assert await may_correct(shop, case_id) == (False, "return_already_scanned")
    refused = await shop.buyer.post(f"/v1/cases/{case_id}/correct-waybill", json=RIGHT)
    shop.harness.problem(refused, 409, "return_already_scanned")
    await shop.parcel(status="in_transit")
    await shop.parcel()
    assert len(await shop.published(ReturnScanned)) == 1
    assert len(await shop.published(ReturnDelivered)) == 1


async def test_corrections_that_are_refused(shop: Shop) -> None:
    case_id = await on_its_way(shop)
    path = f"/v1/cases/{case_id}/correct-waybill"
    same = await shop.buyer.post(path, json={"carrier": "SF", "waybill_no": "sf 1001"})
    assert shop.harness.problem(same, 422, "waybill_unchanged")["errors"][0]["pointer"] == "/waybill_no"
    for body in (
        {"carrier": "sf"},
        {**RIGHT, "waybill_no": "\u200b"},
        {**RIGHT, "carrier": "SF Express"},
        {**RIGHT, "x": 1},
    ):
        shop.harness.problem(await shop.buyer.post(path, json=body), 422, "validation_failed")
    shop.harness.problem(await shop.seller.post(path, json=RIGHT), 403, "not_allowed_for_role")
    other_buyer = shop.harness.client("buyer", "buyer-2")
    shop.harness.problem(await other_buyer.post(path, json=RIGHT), 404, "not_found")
    await shop.parcel()
    shop.harness.problem(await shop.buyer.post(path, json=RIGHT), 409, "illegal_transition")
    assert await shop.published(ReturnWaybillCorrected) == []


async def test_a_frozen_case_is_corrected_after_it_is_resumed(shop: Shop) -> None:
    case_id = await on_its_way(shop)
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    assert await may_correct(shop, case_id) == (False, "frozen_by_dispute")
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    await shop.act(shop.buyer, case_id, "correct-waybill", **RIGHT)


async def test_a_scan_during_a_dispute_is_remembered_after_it(shop: Shop) -> None:
    case_id = await on_its_way(shop)
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    await shop.parcel(status="picked_up")
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    assert await may_correct(shop, case_id) == (False, "return_already_scanned")


async def test_goods_that_are_sent_again_have_a_waybill_that_can_be_corrected(shop: Shop) -> None:
    case_id = await on_its_way(shop)
    await shop.parcel(status="in_transit")
    shop.clock.advance(hours=15 * 24)
    await shop.harness.run_due()
    await shop.act(shop.agent, case_id, "approve")
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF2002")
    assert await may_correct(shop, case_id) == (True, None)
