"""A return's waybill: one number in any spelling, and the buyer's to correct until a courier has scanned it."""

from datetime import timedelta

import httpx
import pytest
from aftercare_events import ReturnDelivered, ReturnScanned, ReturnShipped, ReturnWaybillCorrected
from aftersale_shop import KETTLE, Shop

UNDER_WAY = {"delivered_at": None, "method": "own_courier", "drop_off_point": None}
SENT = {"carrier": "sf", "waybill_no": "SF1001"}
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


async def somebody_elses(shop: Shop) -> tuple[httpx.AsyncClient, str]:
    """Another buyer, with a case of order `ord_2` whose goods are to be sent back."""
    await shop.delivered("ord_2")
    await shop.harness.runtime.pool.execute("UPDATE orders SET buyer_id = 'buyer-2' WHERE id = 'ord_2'")
    other = shop.harness.client("buyer", "buyer-2")
    case = await shop.case(1, order_id="ord_2", client=other)
    await shop.approve(case["id"])
    return other, case["id"]


async def test_a_parcel_of_another_buyer_moves_one_case_only(shop: Shop) -> None:
    case_id = await on_its_way(shop)
    other, theirs = await somebody_elses(shop)
    refused = await other.post(f"/v1/cases/{theirs}/ship", json=SENT)
    problem = shop.harness.problem(refused, 409, "waybill_in_use")
    assert case_id not in refused.text
    assert "buyer-1" not in refused.text
    assert problem["errors"][0]["pointer"] == "/waybill_no"
    await shop.act(other, theirs, "ship", carrier="sf", waybill_no="SF2001")
    corrected = await other.post(f"/v1/cases/{theirs}/correct-waybill", json=SENT)
    shop.harness.problem(corrected, 409, "waybill_in_use")
    await shop.parcel("SF1001")
    assert (await shop.get(case_id))["state"] == "await_inspection"
    assert (await shop.get(theirs))["state"] == "return_in_transit"


async def test_two_cases_share_a_parcel_until_it_has_arrived(shop: Shop) -> None:
    await on_its_way(shop)
    second = await shop.case(1)
    await shop.delivered("ord_3", (KETTLE.model_copy(update={"line_id": "line_3"}),))
    third = await shop.case(order_id="ord_3", lines=[{"line_id": "line_3", "quantity": 1}])
    for case in (second, third):
        await shop.approve(case["id"])
    assert (await shop.act(shop.buyer, second["id"], "ship", **SENT))["state"] == "return_in_transit"
    await shop.parcel("SF1001")
    late = await shop.buyer.post(f"/v1/cases/{third['id']}/ship", json=SENT)
    shop.harness.problem(late, 409, "waybill_in_use")
    received = await shop.act(shop.seller, third["id"], "receive")
    assert received["state"] == "await_inspection", "the merchant says that it was in the parcel"


async def test_couriers_use_a_number_again_after_a_year(shop: Shop) -> None:
    case_id = await on_its_way(shop)
    other, theirs = await somebody_elses(shop)
    await shop.harness.runtime.pool.execute(
        "UPDATE cases SET ended_at = $2 WHERE id = $1", case_id, shop.clock.now() - timedelta(days=364)
    )
    shop.harness.problem(await other.post(f"/v1/cases/{theirs}/ship", json=SENT), 409, "waybill_in_use")
    await shop.harness.runtime.pool.execute(
        "UPDATE cases SET ended_at = $2 WHERE id = $1", case_id, shop.clock.now() - timedelta(days=365)
    )
    await shop.act(other, theirs, "ship", **SENT)


async def test_what_goes_to_the_buyer_is_no_return_and_no_replacement(shop: Shop) -> None:
    await shop.delivered()
    outbound = {"carrier": "zto", "waybill_no": "73001"}
    case = await shop.case(1)
    await shop.approve(case["id"])
    shop.harness.problem(await shop.buyer.post(f"/v1/cases/{case['id']}/ship", json=outbound), 409, "waybill_in_use")
    exchange = await shop.case(1, type_="reship_parts", reason="missing_parts")
    await shop.act(shop.seller, exchange["id"], "approve")
    path = f"/v1/cases/{exchange['id']}/ship-replacement"
    shop.harness.problem(await shop.seller.post(path, json=outbound), 409, "waybill_in_use")
    await shop.act(shop.seller, exchange["id"], "ship-replacement", carrier="zto", waybill_no="73100001")
    back = await shop.buyer.post(f"/v1/cases/{case['id']}/ship", json={"carrier": "zto", "waybill_no": "73100001"})
    shop.harness.problem(back, 409, "waybill_in_use")


async def test_refused_goods_go_back_under_a_waybill_of_their_own(shop: Shop) -> None:
    """That of the return, and that of the delivery, are of other parcels; a second case may go back in the same one."""
    await shop.delivered()
    first, second = [await refused_goods_of(shop) for _ in range(2)]
    back = {"carrier": "zto", "waybill_no": "73009"}
    for other in ({"carrier": "sf", "waybill_no": first[1]}, {"carrier": "zto", "waybill_no": "73001"}):
        refused = await shop.seller.post(f"/v1/cases/{first[0]}/return-refused-goods", json=other)
        shop.harness.problem(refused, 409, "waybill_in_use")
    for case_id, _ in (first, second):
        await shop.act(shop.seller, case_id, "return-refused-goods", **back)
    third = await shop.case(1, type_="return_refund")
    await shop.approve(third["id"])
    wrong = await shop.buyer.post(f"/v1/cases/{third['id']}/ship", json=back)
    shop.harness.problem(wrong, 409, "waybill_in_use")


async def refused_goods_of(shop: Shop) -> tuple[str, str]:
    """A case with one unit that the merchant has refused, and the waybill of its return."""
    case = await shop.arrived(1)
    rejected = await shop.inspect(case["id"], 0, reason="used_or_affects_resale")
    await shop.act(shop.buyer, case["id"], "accept")
    return case["id"], str(rejected["return_parcel"]["waybill_no"])
