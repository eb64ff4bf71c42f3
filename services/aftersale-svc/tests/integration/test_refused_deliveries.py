"""A parcel that the buyer refused at the door comes back by its courier; it is inspected, and the money goes back."""

from datetime import datetime
from typing import Any

import pytest
from aftercare_events import (
    AfterSaleEscalated,
    AfterSaleRequested,
    ParcelStatusChanged,
    RefundRequested,
    ReturnDelivered,
    ReturnWaybillCorrected,
)
from aftersale_shop import KETTLE, Shop


async def refused(shop: Shop, quantity: int = 3, **more: Any) -> dict[str, Any]:
    return await shop.case(quantity, **{"type_": "refused_delivery", "reason": "refused_at_door", **more})


async def outbound(
    shop: Shop, status: str, waybill_no: str = "73001", *, parcel_id: str = "par_1", **more: Any
) -> None:
    """The courier reports the parcel to the buyer."""
    event = ParcelStatusChanged(
        **shop._order("ord_1", "system", status),
        parcel_id=parcel_id,
        leg="outbound",
        carrier="zto",
        waybill_no=waybill_no,
        status=status,
        previous_status="in_transit",
        terminal=status in ("returned", "lost"),
        occurred_at=shop.clock.now(),
        **more,
    )
    await shop.harness.consume(event)


async def test_a_refused_parcel_that_is_lost_on_its_way_back_is_for_an_agent(shop: Shop) -> None:
    await shop.shipped()
    case = await refused(shop)
    await outbound(shop, "returning")
    assert (await shop.get(case["id"]))["state"] == "return_in_transit"
    await outbound(shop, "lost")
    assert (await shop.get(case["id"]))["state"] == "manual_review"
    assert (await shop.last(AfterSaleEscalated)).cause == "return_not_delivered"


async def test_the_goods_come_back_under_the_original_waybill(shop: Shop) -> None:
    await shop.shipped()
    case = await refused(shop)
    assert (case["state"], case["whose_turn"], case["deadline_effect"], case["initiator"]) == (
        "return_in_transit",
        "courier",
        "escalated_not_delivered",
        "buyer",
    )
    parcel = {"carrier": "zto", "waybill_no": "73001", "delivered_at": None, "method": None, "drop_off_point": None}
    assert case["return_parcel"] == parcel
    event = await shop.last(AfterSaleRequested)
    assert (event.goods, event.money, event.initiator) == ("return", "refund", "buyer")
    await outbound(shop, "returning")
    assert (await shop.get(case["id"]))["state"] == "return_in_transit"
    await outbound(shop, "returned")
    assert (await shop.get(case["id"]))["state"] == "await_inspection"
    assert (await shop.last(ReturnDelivered)).waybill_no == "73001"
    await shop.inspect(case["id"], 3)
    assert (await shop.refund_succeeds()).amount_minor == 28700, "without the freight: it was the buyer's choice"
    assert (await shop.get(case["id"]))["state"] == "completed"


async def test_the_merchant_names_another_waybill(shop: Shop) -> None:
    await shop.shipped()
    case = await refused(shop)
    path = f"/v1/cases/{case['id']}/correct-waybill"
    other = {"carrier": "sf", "waybill_no": "SF1001"}
    assert (await shop.buyer.post(path, json=other)).status_code == 403
    await shop.act(shop.seller, case["id"], "correct-waybill", **other)
    event = await shop.last(ReturnWaybillCorrected)
    assert (event.previous_waybill_no, event.waybill_no) == ("73001", "SF1001")
    await outbound(shop, "returned")
    assert (await shop.get(case["id"]))["state"] == "return_in_transit"
    await shop.parcel("SF1001")
    assert (await shop.get(case["id"]))["state"] == "await_inspection"


async def test_goods_that_do_not_come_back_are_looked_for_by_an_agent(shop: Shop) -> None:
    await shop.shipped()
    case = await refused(shop)
    shop.clock.advance(hours=15 * 24)
    await shop.harness.run_due()
    late = await shop.get(case["id"])
    assert (late["state"], late["whose_turn"]) == ("manual_review", "agent")
    assert (await shop.last(AfterSaleEscalated)).cause == "return_not_delivered"
    assert (await shop.act(shop.agent, case["id"], "approve"))["state"] == "return_in_transit", "more time"
    await shop.act(shop.seller, case["id"], "receive")
    await shop.inspect(case["id"], 3)
    assert (await shop.last(RefundRequested)).amount_minor == 28700


async def test_the_courier_reports_the_refusal(shop: Shop) -> None:
    await shop.shipped()
    await outbound(shop, "exception", reason="consignee_refused", refused=True)
    [case] = (await shop.buyer.get("/v1/cases")).json()["data"]
    assert (case["type"], case["initiator"], case["reason"]) == ("refused_delivery", "system", "refused_at_door")
    assert [(line["line_id"], line["quantity"]) for line in case["lines"]] == [("line_1", 3)]
    await outbound(shop, "exception", reason="consignee_refused", refused=True)
    assert len((await shop.buyer.get("/v1/cases")).json()["data"]) == 1, "the units are in a case already"
    await outbound(shop, "returned", returned=True)
    assert (await shop.get(case["id"]))["state"] == "await_inspection"


@pytest.mark.parametrize(("who", "initiator"), [("seller", "merchant"), ("agent", "agent")])
async def test_others_open_it_for_the_buyer(shop: Shop, who: str, initiator: str) -> None:
    await shop.shipped()
    assert (await refused(shop, client=getattr(shop, who)))["initiator"] == initiator


async def test_the_platform_opens_a_case(shop: Shop) -> None:
    await shop.delivered()
    admin = shop.harness.client("admin", "admin-1")
    case = await shop.case(1, type_="consult", client=admin)
    assert (case["initiator"], (await shop.last(AfterSaleRequested)).initiator) == ("platform", "platform")


async def test_what_has_not_left_or_has_arrived_is_not_refused(shop: Shop) -> None:
    await shop.paid()
    more: dict[str, Any] = {"type_": "refused_delivery", "reason": "refused_at_door"}
    shop.harness.problem(await shop.ask(1, **more), 409, "stage_unsuitable")
    await shop.leaves({"line_1": 1})
    await shop.leaves({"line_1": 1}, parcel_id="par_2")
    shop.harness.problem(await shop.ask(2, **more), 409, "units_in_no_parcel")
    asked = {"order_id": "ord_1", "type": "refused_delivery", "reason": "refused_at_door"}
    lines = [{"line_id": "line_1", "quantity": 2}]
    previewed = await shop.buyer.post("/v1/cases/preview", json={**asked, "lines": lines})
    shop.harness.problem(previewed, 409, "units_in_no_parcel")
    await refused(shop, 1, parcel_id="par_2")


async def test_the_buyer_takes_the_parcel_after_all(shop: Shop) -> None:
    await shop.shipped()
    case = await refused(shop)
    assert (await shop.act(shop.buyer, case["id"], "cancel"))["state"] == "cancelled"
    await outbound(shop, "returned")
    assert (await shop.get(case["id"]))["state"] == "cancelled"


async def test_a_parcel_that_is_back_has_a_case_again(shop: Shop) -> None:
    await shop.shipped()
    first = await refused(shop)
    await shop.act(shop.agent, first["id"], "cancel")
    await outbound(shop, "returned", returned=True)
    cases = (await shop.buyer.get("/v1/cases")).json()["data"]
    assert sorted((each["state"], each["initiator"]) for each in cases) == [
        ("await_inspection", "system"),
        ("cancelled", "buyer"),
    ]
    assert len(await shop.published(ReturnDelivered)) == 1


async def test_what_is_asked_for_a_parcel_that_is_back_waits_for_no_courier(shop: Shop) -> None:
    """An agent has closed the case of the parcel, so that its return opens none; somebody asks for its units later."""
    await shop.shipped()
    first = await refused(shop)
    shop.clock.advance(hours=15 * 24)
    await shop.harness.run_due()
    await shop.act(shop.agent, first["id"], "reject", reason="used_or_affects_resale", note="…")
    await shop.act(shop.buyer, first["id"], "accept")
    back_at = shop.clock.now()
    await outbound(shop, "returned", returned=True)
    assert len((await shop.buyer.get("/v1/cases")).json()["data"]) == 1
    shop.clock.advance(hours=1)
    case = await refused(shop)
    assert (case["state"], case["whose_turn"]) == ("await_inspection", "merchant")
    assert datetime.fromisoformat(case["return_parcel"]["delivered_at"]) == back_at
    steps = (await shop.buyer.get(f"/v1/cases/{case['id']}/timeline")).json()["data"]
    assert [(each["action"], each["actor_role"]) for each in steps] == [("request", "buyer"), ("receive", "system")]
    assert [name.rsplit(".", 1)[-1] for name in await shop.names(case["id"])][-1] == "ReturnDelivered"
    await shop.inspect(case["id"], 3)
    assert (await shop.refund_succeeds()).amount_minor == 28700


async def test_the_parcel_comes_back_during_a_dispute(shop: Shop) -> None:
    await shop.shipped()
    case = await refused(shop)
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await outbound(shop, "returned")
    assert (await shop.get(case["id"]))["state"] == "disputed"
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    assert (await shop.get(case["id"]))["state"] == "await_inspection"


async def test_an_empty_parcel_is_rejected_and_can_be_disputed(shop: Shop) -> None:
    await shop.shipped()
    case = await refused(shop)
    await outbound(shop, "returned")
    rejected = await shop.inspect(case["id"], 0, reason="empty_return")
    assert (rejected["state"], rejected["reject_reason"]) == ("rejected", "empty_return")


async def test_units_of_two_parcels_come_back_in_the_parcel_that_carries_them(shop: Shop) -> None:
    await shop.paid(lines=(KETTLE.model_copy(update={"quantity": 4}),))
    await shop.leaves({"line_1": 2})
    second = shop.parcel_leaves({"line_1": 2}, parcel_id="par_2").model_copy(update={"waybill_no": "73002"})
    await shop.harness.consume(second)
    await outbound(shop, "exception", reason="consignee_refused", refused=True)
    [reported] = (await shop.buyer.get("/v1/cases")).json()["data"]
    assert reported["return_parcel"]["waybill_no"] == "73001", "the one that was refused, not the newest"
    one = await refused(shop, 1)
    assert one["return_parcel"]["waybill_no"] == "73002", "the only one that is left"
    other = await refused(shop, 1)
    await shop.act(shop.buyer, one["id"], "cancel")
    again = await refused(shop, 1)
    await outbound(shop, "returned", "73002", returned=True)
    assert [(await shop.get(each["id"]))["state"] for each in (reported, one, other, again)] == [
        "return_in_transit",
        "cancelled",
        "await_inspection",
        "await_inspection",
    ]


async def test_what_another_case_has_of_the_refused_parcel_stays_there(shop: Shop) -> None:
    """A return takes one of three units that are refused: the case of the parcel is about the other two."""
    await shop.shipped()
    other = await shop.case(1, reason="changed_mind")
    await outbound(shop, "exception", reason="consignee_refused", refused=True)
    [opened] = [each for each in (await shop.buyer.get("/v1/cases")).json()["data"] if each["id"] != other["id"]]
    assert (opened["type"], [each["quantity"] for each in opened["lines"]]) == ("refused_delivery", [2])
    await outbound(shop, "returned", returned=True)
    await shop.inspect(opened["id"], 2)
    assert (await shop.refund_succeeds()).amount_minor == 28700 - other["requested"]["amount"]
    await outbound(shop, "exception", reason="consignee_refused", refused=True)
    assert len((await shop.buyer.get("/v1/cases")).json()["data"]) == 2, "no unit of the parcel is free"


async def test_two_cases_wait_for_the_same_units_of_a_parcel_never(shop: Shop) -> None:
    await shop.paid(lines=(KETTLE.model_copy(update={"quantity": 4}),))
    await shop.leaves({"line_1": 2})
    second = shop.parcel_leaves({"line_1": 2}, parcel_id="par_2").model_copy(update={"waybill_no": "73002"})
    await shop.harness.consume(second)
    unclear = await shop.ask(2, type_="refused_delivery", reason="refused_at_door")
    assert shop.harness.problem(unclear, 422, "parcel_unclear")["allowed"] == ["par_2", "par_1"]
    preview = {
        "order_id": "ord_1",
        "type": "refused_delivery",
        "reason": "refused_at_door",
        "lines": [{"line_id": "line_1", "quantity": 2}],
    }
    shop.harness.problem(await shop.buyer.post("/v1/cases/preview", json=preview), 422, "parcel_unclear")
    options = (await shop.buyer.get("/v1/orders/ord_1/after-sale-options")).json()
    assert [each["parcel_id"] for each in options["lines"][0]["parcels"]] == ["par_2", "par_1"], "they can be named"
    first = await refused(shop, 2, parcel_id="par_1")
    assert first["return_parcel"]["waybill_no"] == "73001"
    taken = await shop.ask(2, type_="refused_delivery", reason="refused_at_door", parcel_id="par_1")
    shop.harness.problem(taken, 409, "units_in_no_parcel")
    assert (await refused(shop, 2))["return_parcel"]["waybill_no"] == "73002", "only one is left"


async def test_a_parcel_is_named_for_a_refused_delivery_only(shop: Shop) -> None:
    await shop.shipped()
    named = await shop.ask(1, type_="refund_only", parcel_id="par_1")
    assert shop.harness.problem(named, 422, "parcel_unused")["errors"][0]["pointer"] == "/parcel_id"
