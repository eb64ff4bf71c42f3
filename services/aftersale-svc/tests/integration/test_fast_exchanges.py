"""Replacements that are sent before the goods are back, and the hold on their money."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aftercare_chassis.testing import Harness
from aftercare_events import (
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleEscalated,
    RefundRequested,
    ReturnInspected,
)
from aftercare_events.catalogue.fast_exchanges import (
    HoldAgreed,
    HoldClaimed,
    HoldReleased,
    ReplacementReceived,
    ReplacementWithdrawn,
)
from aftersale_shop import RETURN_ADDRESS, Shop
from aftersale_svc import main
from pickup_steps import book
from test_refused_pickups import refused as courier_refuses

SENT = {"carrier": "zto", "waybill_no": "73100001"}


@pytest.fixture
async def shop(postgres_url: str) -> AsyncIterator[Shop]:
    async with Harness.start(main.service, postgres_url) as harness:
        shop = Shop(harness)
        await shop.setting("fast-exchange", allowed=True)
        yield shop


async def approved(shop: Shop) -> str:
    """A case of two units of which nothing was sent, whose buyer has not agreed to the hold; its id."""
    await shop.delivered()
    case = await shop.case(2, type_="fast_exchange")
    shown = await shop.approve(case["id"])
    assert (shown["state"], shown["whose_turn"], shown["deadline_effect"]) == (
        "await_reship",
        "buyer",
        "closed_hold_not_agreed",
    )
    return str(case["id"])


async def replaced(shop: Shop) -> str:
    """A case whose buyer has the replacement; its id."""
    case_id = await approved(shop)
    unheld = await shop.seller.post(f"/v1/cases/{case_id}/ship-replacement", json=SENT)
    shop.harness.problem(unheld, 409, "hold_not_agreed")
    agreed = await shop.act(shop.buyer, case_id, "agree-hold")
    assert (agreed["whose_turn"], agreed["hold"]["amount"]["amount"]) == ("merchant", 19133)
    assert (await shop.last(HoldAgreed)).amount_minor == 19133
    twice = await shop.buyer.post(f"/v1/cases/{case_id}/agree-hold")
    shop.harness.problem(twice, 409, "hold_already_agreed")
    await shop.act(shop.seller, case_id, "ship-replacement", **SENT)
    await shop.parcel(SENT["waybill_no"], leg="exchange")
    assert (await shop.get(case_id))["deadline_effect"] == "goods_due_by_timeout"
    shown = await shop.act(shop.buyer, case_id, "confirm-replacement")
    assert (shown["state"], shown["whose_turn"], shown["deadline_effect"]) == (
        "await_buyer_shipment",
        "buyer",
        "escalated_goods_not_returned",
    )
    assert (await shop.last(ReplacementReceived)).return_address_missing is False
    return case_id


async def sent_back(shop: Shop, case_id: str, accepted: int, **more: Any) -> dict[str, Any]:
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    return await shop.inspect(case_id, accepted, **more)


async def test_the_hold_is_released_when_the_goods_are_back(shop: Shop) -> None:
    case_id = await replaced(shop)
    cancelled = await shop.buyer.post(f"/v1/cases/{case_id}/cancel")
    shop.harness.problem(cancelled, 409, "replacement_already_sent")
    done = await sent_back(shop, case_id, 2)
    assert (done["state"], done["hold"]["claimed"], done["refunded"]["amount"]) == ("completed", None, 0)
    assert done["hold"]["released_at"] is not None
    assert (await shop.last(HoldReleased)).amount_minor == 19133
    assert (await shop.last(ReturnInspected)).accepted_minor == 19133
    completed = await shop.last(AfterSaleCompleted)
    assert (completed.goods, completed.money, completed.lines) == ("exchange", "none", ())
    assert not await shop.published(RefundRequested)
    assert (await shop.case(3))["requested"]["amount"] == 28700, "the new units can be asked for"


async def test_what_is_not_sent_back_can_never_be_refunded(shop: Shop) -> None:
    case_id = await replaced(shop)
    shop.clock.advance(hours=7 * 24)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["state"] == "manual_review", "nobody keeps the money by silence"
    assert (await shop.last(AfterSaleEscalated)).cause == "goods_not_returned"
    assert not await shop.published(HoldClaimed)
    await shop.act(shop.agent, case_id, "claim-hold")
    done = (await shop.buyer.get(f"/v1/cases/{case_id}")).json()
    assert (done["state"], done["hold"]["claimed"]["amount"], done["hold"]["released_at"]) == ("completed", 19133, None)
    assert done["explanation"]["money"]["en"] == (
        "191.33 CNY stays with the merchant, for units that did not come back or were refused"
    )
    claimed = await shop.last(HoldClaimed)
    assert claimed.claimed_minor == 19133
    assert [(each.line_id, each.quantity) for each in claimed.lines] == [("line_1", 2)]
    assert not await shop.published(HoldReleased)
    shop.harness.problem(await shop.ask(2, type_="refund_only"), 422, "quantity_exceeds_remaining")
    last = await shop.case(1, type_="refund_only")
    assert last["requested"]["amount"] == 28700 - 19133
    assert last["shipping_refund"]["amount"] == 0, "two units have not come back"


async def test_goods_that_come_while_an_agent_decides_are_inspected(shop: Shop) -> None:
    case_id = await replaced(shop)
    shop.clock.advance(hours=7 * 24)
    await shop.harness.run_due()
    assert (await shop.complaint(case_id)) is not None, "and the buyer can complain"
    dispute_id = (await shop.get(case_id))["frozen"]["dispute_id"]
    await shop.rule(dispute_id, "withdraw", shop.buyer)
    received = await shop.act(shop.seller, case_id, "receive")
    assert received["state"] == "await_inspection"
    assert (await shop.inspect(case_id, 2))["hold"]["released_at"] is not None


async def test_who_has_the_replacement_sends_the_goods_whatever_couriers_refuse(shop: Shop) -> None:
    case_id = await replaced(shop)
    for _ in range(2):
        await courier_refuses(shop, await book(shop, case_id))
    assert (await shop.get(case_id))["state"] == "await_buyer_shipment"
    assert (await sent_back(shop, case_id, 2))["hold"]["released_at"] is not None


@pytest.mark.parametrize("action", ["claim-hold", "release-hold"])
async def test_an_agent_decides_about_goods_that_are_refused(shop: Shop, action: str) -> None:
    case_id = await replaced(shop)
    refused = await sent_back(shop, case_id, 1)
    assert (refused["state"], refused["whose_turn"]) == ("manual_review", "agent")
    assert (await shop.last(AfterSaleEscalated)).cause == "return_refused"
    refund = await shop.agent.post(f"/v1/cases/{case_id}/refund")
    shop.harness.problem(refund, 409, "replacement_already_sent")
    closed = await shop.agent.post(f"/v1/cases/{case_id}/close", json={"note": "?"})
    shop.harness.problem(closed, 409, "replacement_already_sent")
    done = await shop.act(shop.agent, case_id, action, note="主板被更换")
    assert done["state"] == "completed"
    claimed = await shop.published(HoldClaimed)
    assert [each.claimed_minor for each in claimed] == ([19133 - 9566] if action == "claim-hold" else [])
    free = 2 if action == "claim-hold" else 3
    assert (await shop.case(free))["state"] == "pending_review"
    more = await shop.ask(3)
    if action == "claim-hold":
        shop.harness.problem(more, 422, "quantity_exceeds_remaining")
    else:
        shop.harness.problem(more, 409, "units_in_live_case")


async def test_a_late_report_of_a_replacement_that_the_buyer_has_moves_nothing(shop: Shop) -> None:
    case_id = await approved(shop)
    await shop.act(shop.buyer, case_id, "agree-hold")
    await shop.act(shop.seller, case_id, "ship-replacement", **SENT)
    confirmed = await shop.act(shop.buyer, case_id, "confirm-replacement")
    assert confirmed["replacement"]["delivered_at"] is not None
    refused = await sent_back(shop, case_id, 0, reason="used_or_affects_resale")
    assert refused["state"] == "manual_review"
    await shop.parcel(SENT["waybill_no"], leg="exchange")
    assert (await shop.get(case_id))["state"] == "manual_review"


async def test_a_claim_needs_grounds_where_nobody_has_reported_the_replacement(shop: Shop) -> None:
    case_id = await approved(shop)
    await shop.act(shop.buyer, case_id, "agree-hold")
    await shop.act(shop.seller, case_id, "ship-replacement", **SENT)
    shop.clock.advance(hours=15 * 24)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["state"] == "manual_review"
    refused = await shop.agent.post(f"/v1/cases/{case_id}/claim-hold", json={})
    assert shop.harness.problem(refused, 422, "claim_grounds_missing")["errors"][0]["pointer"] == "/note"
    assert (await shop.get(case_id))["hold"]["claimed_at"] is None
    done = await shop.act(shop.agent, case_id, "claim-hold", note="买家电话确认已收到")
    assert done["state"] == "completed"


async def test_without_a_replacement_there_is_nothing_to_report(shop: Shop) -> None:
    case_id = await approved(shop)
    await shop.act(shop.buyer, case_id, "agree-hold")
    await shop.act(shop.seller, case_id, "no-stock")
    refused = await shop.buyer.post(f"/v1/cases/{case_id}/report-anomaly", json={"anomaly": "not_received"})
    shop.harness.problem(refused, 409, "replacement_not_sent")


async def test_nothing_is_accepted_without_a_reason(shop: Shop) -> None:
    case_id = await replaced(shop)
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    lines = [{"line_id": "line_1", "accepted": 0}]
    bare = await shop.seller.post(f"/v1/cases/{case_id}/inspect", json={"lines": lines})
    shop.harness.problem(bare, 422, "reason_required")
    assert (await shop.inspect(case_id, 0, reason="not_our_item"))["state"] == "manual_review"


@pytest.mark.parametrize("late", [False, True])
async def test_without_a_replacement_the_money_goes_back_for_the_goods(shop: Shop, late: bool) -> None:
    case_id = await approved(shop)
    await shop.act(shop.buyer, case_id, "agree-hold")
    if late:
        shop.clock.advance(hours=48)
        await shop.harness.run_due()
        shown = await shop.act(shop.buyer, case_id, "take-refund")
    else:
        shown = await shop.act(shop.seller, case_id, "no-stock")
    assert (shown["state"], shown["deadline_effect"]) == ("await_buyer_shipment", "closed_buyer_late")
    assert (await shop.last(ReplacementWithdrawn)).state == "await_buyer_shipment"
    explanation = (await shop.get(case_id))["explanation"]
    assert explanation["money"] == {
        "zh_cn": "如全部通过，最多退款 191.33 CNY",
        "en": "If all of it is granted, up to 191.33 CNY goes back",
    }
    assert explanation["money_when"]["en"] == "The money goes back once the goods were sent back and inspected"
    assert (await sent_back(shop, case_id, 2))["state"] == "refunding"
    assert (await shop.last(HoldReleased)).amount_minor == 19133
    assert (await shop.refund_succeeds()).amount_minor == 19133
    assert (await shop.get(case_id))["state"] == "completed"


async def test_who_does_not_agree_to_the_hold_keeps_the_goods(shop: Shop) -> None:
    case_id = await approved(shop)
    shop.clock.advance(hours=72)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["close_cause"] == "hold_not_agreed"
    assert (await shop.last(AfterSaleClosed)).cause == "hold_not_agreed"
    case = await shop.case(2, type_="fast_exchange")
    await shop.act(shop.buyer, case["id"], "agree-hold")
    assert (await shop.approve(case["id"]))["whose_turn"] == "merchant"
    assert (await shop.act(shop.buyer, case["id"], "cancel"))["hold"]["released_at"] is not None


async def test_a_merchant_has_to_allow_it(postgres_url: str) -> None:
    async with Harness.start(main.service, postgres_url) as harness:
        shop = Shop(harness)
        await shop.delivered()
        problem = shop.harness.problem(await shop.ask(1, type_="fast_exchange"), 409, "fast_exchange_not_allowed")
        assert "exchange" in problem["allowed"]
        assert "fast_exchange" not in problem["allowed"]
        [line] = (await shop.buyer.get("/v1/orders/ord_1/after-sale-options")).json()["lines"]
        [option] = [each for each in line["options"] if each["type"] == "fast_exchange"]
        assert (option["allowed"], option["why_not"]["code"]) == (False, "fast_exchange_not_allowed")
        case = await shop.case(1)
        body = {"type": "fast_exchange", "return_address": RETURN_ADDRESS}
        offered = await shop.seller.post(f"/v1/cases/{case['id']}/offer", json=body)
        shop.harness.problem(offered, 409, "fast_exchange_not_allowed")
        changed = await shop.buyer.post(f"/v1/cases/{case['id']}/change-type", json={"type": "fast_exchange"})
        shop.harness.problem(changed, 409, "fast_exchange_not_allowed")
        await shop.act(shop.seller, case["id"], "offer", type="refund_only")
        countered = await shop.buyer.post(f"/v1/cases/{case['id']}/counter-offer", json={"type": "fast_exchange"})
        shop.harness.problem(countered, 409, "fast_exchange_not_allowed")
        await shop.act(shop.buyer, case["id"], "decline-offer")
        await shop.act(shop.seller, case["id"], "reject", reason="no_defect_found")
        again = await shop.buyer.post(f"/v1/cases/{case['id']}/reapply", json={"type": "fast_exchange"})
        shop.harness.problem(again, 409, "fast_exchange_not_allowed")
        assert (await shop.get(case["id"]))["state"] == "rejected"


async def test_a_merchant_that_allows_it_no_more_is_not_held_to_an_offer(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1)
    await shop.act(shop.seller, case["id"], "offer", type="fast_exchange", return_address=RETURN_ADDRESS)
    await shop.setting("fast-exchange", allowed=False)
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/accept-offer", json={})
    shop.harness.problem(refused, 409, "fast_exchange_not_allowed")
    declined = await shop.act(shop.buyer, case["id"], "decline-offer")
    assert (declined["type"], declined["state"]) == ("return_refund", "pending_review")
