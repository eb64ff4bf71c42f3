"""Goods that an inspection refused are owed to the buyer until they have them, or something was decided in their place."""

from datetime import timedelta
from typing import Any

import pytest
from aftercare_events.catalogue.claims import ClaimDeadlineReminder
from aftercare_events.catalogue.courier_claims import CourierClaimOpened
from aftercare_events.catalogue.refused_goods import (
    RefusedGoodsArrived,
    RefusedGoodsClaimClosed,
    RefusedGoodsClaimOpened,
    RefusedGoodsDispatched,
    RefusedGoodsLate,
    RefusedGoodsLost,
    RefusedGoodsNotReceived,
)
from aftersale_shop import HASH, Shop
from aftersale_svc.workers import deadlines
from checked_files import files_of
from refused_parcels_back import PARCEL, act, claim_of, parcel, refused, sent


async def lost(shop: Shop) -> tuple[str, dict[str, Any]]:
    case = await sent(shop)
    await parcel(shop, case["id"], "lost")
    return case["id"], await claim_of(shop, case["id"])


async def test_refused_goods_are_owed_from_the_inspection_on(shop: Shop) -> None:
    case = await refused(shop)
    [link] = case["refused_goods_claims"]
    assert (link["state"], link["lines"]) == ("await_dispatch", [{"line_id": "line_1", "quantity": 1}])
    assert case["refused_goods"] is None
    claim = await claim_of(shop, case["id"], shop.buyer)
    assert (claim["whose_turn"], claim["deadline_effect"]) == ("merchant", "refused_goods_not_sent")
    assert claim["deadline_at"] == (shop.clock.now() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert claim["claimed"]["amount"] == 19133 - 9566, "what was paid for the second unit"
    assert claim["explanation"]["where"]["zh_cn"] == "等待商家将商品寄回买家"
    assert claim["explanation"]["then"]["en"].endswith("an agent decides about goods that were not sent")
    found = (await shop.buyer.get(f"/v1/cases/{case['id']}/deadlines")).json()["data"]
    [deadline] = [each for each in found if each["document_id"] == claim["id"]]
    explained = (await shop.buyer.get(f"/v1/deadlines/{deadline['id']}/explain")).json()
    assert "The merchant has to send the goods back to the buyer" in str(explained)
    event = await shop.last(RefusedGoodsClaimOpened)
    assert (event.claim_id, event.kind, event.buyer_id) == (claim["id"], "refused_goods", "buyer-1")
    kinds = (await shop.buyer.get(f"/v1/cases/{case['id']}/claims")).json()["data"]
    assert [(each["id"], each["kind"]) for each in kinds] == [(claim["id"], "refused_goods")]


async def test_the_courier_brings_them_and_the_unit_can_be_asked_for_again(shop: Shop) -> None:
    case = await sent(shop)
    await shop.refund_succeeds()
    claim = await claim_of(shop, case["id"])
    assert (claim["state"], claim["waybill_no"], claim["whose_turn"]) == ("in_transit", "73200001", "courier")
    assert (await shop.last(RefusedGoodsDispatched)).waybill_no == "73200001"
    taken = await shop.ask(2)
    assert shop.harness.problem(taken, 409, "units_not_back")["free"] == 1
    shop.clock.advance(hours=14 * 24)
    await parcel(shop, case["id"], "in_transit")
    shop.clock.advance(hours=2 * 24)
    await shop.harness.run_due()
    assert (await claim_of(shop, case["id"]))["state"] == "in_transit", "it was scanned on the way"
    await parcel(shop, case["id"], "delivered")
    assert (await claim_of(shop, case["id"]))["state"] == "await_confirmation"
    await act(shop, shop.buyer, claim, "confirm")
    done = await claim_of(shop, case["id"], shop.buyer)
    assert (done["state"], done["whose_turn"], done["deadline_at"]) == ("delivered", "nobody", None)
    assert [each["action"] for each in done["steps"]] == ["open", "send", "arrive", "deliver"]
    again = await shop.case(2)
    assert again["requested"]["amount"] == 28700 - 9566, "the rest of the line, to the minor unit"


async def test_a_delivery_that_the_courier_reports_falsely_is_for_an_agent(shop: Shop) -> None:
    """Days after the case was closed, so that no dispute of it is possible."""
    case = await sent(shop)
    await shop.refund_succeeds()
    await parcel(shop, case["id"], "delivered")
    claim = await claim_of(shop, case["id"], shop.buyer)
    assert (claim["whose_turn"], claim["deadline_effect"]) == ("buyer", "refused_goods_confirmed")
    assert claim["deadline_at"] == (shop.clock.now() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (await shop.last(RefusedGoodsArrived)).claim_id == claim["id"]
    shop.harness.problem(await shop.ask(2), 409, "units_not_back")
    path = f"/v1/refused-goods-claims/{claim['id']}/report-not-received"
    assert (await shop.seller.post(path, json={})).status_code == 403
    shop.clock.advance(hours=7 * 24 - 1)
    reported = await act(shop, shop.buyer, claim, "report-not-received", note="门口没有包裹")
    assert (reported["state"], reported["whose_turn"]) == ("under_review", "agent")
    assert reported["contested_at"] == shop.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (await shop.last(RefusedGoodsNotReceived)).claim_id == claim["id"]
    await parcel(shop, case["id"], "delivered")
    assert (await claim_of(shop, case["id"]))["state"] == "under_review", "the courier repeats what the buyer denies"
    shop.harness.problem(await shop.ask(2), 409, "units_not_back")
    await act(shop, shop.agent, claim, "report-lost")
    owed = await act(shop, shop.agent, claim, "compensate", amount={"amount": 9567, "currency": "CNY"})
    assert owed["state"] == "await_payment", "what was paid for the unit goes back to the buyer"


async def test_goods_that_nobody_misses_in_time_count_as_received(shop: Shop) -> None:
    case = await sent(shop)
    await parcel(shop, case["id"], "delivered")
    claim = await claim_of(shop, case["id"], shop.buyer)
    shop.clock.advance(hours=7 * 24)
    late = await shop.buyer.post(f"/v1/refused-goods-claims/{claim['id']}/report-not-received", json={})
    assert shop.harness.problem(late, 409, "deadline_passed")["deadline_effect"] == "refused_goods_confirmed"
    await shop.harness.run_due()
    done = await claim_of(shop, case["id"])
    assert (done["state"], done["steps"][-1]["actor_role"]) == ("delivered", "system")


async def test_the_units_are_bound_before_and_after_the_money_of_the_others(shop: Shop) -> None:
    """While the refund is in flight the case itself holds them; nothing is counted twice."""
    await refused(shop)
    shop.harness.problem(await shop.ask(2), 409, "units_in_live_case")
    await shop.refund_succeeds()
    shop.harness.problem(await shop.ask(2), 409, "units_not_back")
    third = await shop.case(1)
    assert third["requested"]["amount"] == 28700 * 2 // 3 - 9566


async def test_goods_that_are_not_sent_are_for_an_agent_who_reminds_the_merchant_or_decides(shop: Shop) -> None:
    case = await refused(shop)
    shop.clock.advance(hours=6 * 24)
    await deadlines.remind(shop.harness.runtime)
    reminder = await shop.last(ClaimDeadlineReminder)
    assert (reminder.kind, reminder.turn, reminder.number) == ("refused_goods", "merchant", 1)
    shop.clock.advance(hours=25)
    await shop.harness.run_due()
    claim = await claim_of(shop, case["id"])
    assert (claim["state"], claim["whose_turn"]) == ("under_review", "agent")
    assert (await shop.last(RefusedGoodsLate)).cause == "not_sent"
    ordered = await act(shop, shop.agent, claim, "order-dispatch", note="请在七天内寄出")
    assert (ordered["state"], ordered["whose_turn"]) == ("await_dispatch", "merchant")
    sent = await shop.act(shop.seller, case["id"], "return-refused-goods", **PARCEL)
    assert [each["state"] for each in sent["refused_goods_claims"]] == ["in_transit"]


async def test_a_parcel_that_does_not_arrive_or_comes_back_is_for_an_agent(shop: Shop) -> None:
    case = await sent(shop)
    shop.clock.advance(hours=15 * 24)
    await shop.harness.run_due()
    claim = await claim_of(shop, case["id"])
    assert (claim["state"], (await shop.last(RefusedGoodsLate)).cause) == ("under_review", "not_delivered")
    answer = await shop.seller.post(f"/v1/cases/{case['id']}/return-refused-goods", json=PARCEL)
    shop.harness.problem(answer, 409, "nothing_refused")  # they are in a parcel
    await act(shop, shop.agent, claim, "order-dispatch")
    await shop.act(shop.seller, case["id"], "return-refused-goods", **PARCEL)
    await parcel(shop, case["id"], "returned")
    assert (await claim_of(shop, case["id"]))["state"] == "under_review"
    confirmed = await act(shop, shop.buyer, claim, "confirm")
    assert confirmed["state"] == "delivered"


async def test_what_is_lost_is_compensated_by_the_merchant(shop: Shop) -> None:
    case_id, claim = await lost(shop)
    assert (claim["state"], claim["whose_turn"], (await shop.last(RefusedGoodsLost)).claim_id) == (
        "lost",
        "agent",
        claim["id"],
    )
    filed = await shop.last(CourierClaimOpened)
    assert (filed.leg, filed.cause, filed.claimed_minor) == ("refused_goods", "lost", 19133 - 9566)
    path = f"/v1/refused-goods-claims/{claim['id']}"
    for amount, code in ((0, "compensation_missing"), (19133 - 9566 + 1, "exceeds_goods")):
        body = {"amount": {"amount": amount, "currency": "CNY"}}
        shop.harness.problem(await shop.agent.post(f"{path}/compensate", json=body), 422, code)
    early = await shop.seller.post(f"{path}/record-payment", json={"reference": "x"})
    shop.harness.problem(early, 409, "nothing_awarded")
    owed = await act(shop, shop.agent, claim, "compensate", amount={"amount": 9000, "currency": "CNY"})
    assert (owed["state"], owed["whose_turn"], owed["owed"]["amount"]) == ("await_payment", "merchant", 9000)
    shop.clock.advance(hours=73)
    await shop.harness.run_due()
    late = await claim_of(shop, case_id)
    assert (late["state"], late["whose_turn"], (await shop.last(RefusedGoodsLate)).cause) == (
        "lost",
        "agent",
        "payment_late",
    )
    paid = await act(shop, shop.seller, claim, "record-payment", reference="转账 1")
    assert (paid["state"], paid["whose_turn"]) == ("compensated", "nobody")
    closed = await shop.last(RefusedGoodsClaimClosed)
    assert (closed.paid_minor, "转账" in closed.model_dump_json()) == (9000, False)
    await shop.refund_succeeds()
    shop.harness.problem(await shop.ask(2), 409, "units_not_back")  # the buyer has been paid for it
    decisions = (await shop.buyer.get(f"/v1/cases/{case_id}/decisions")).json()["data"]
    assert decisions[-1]["kind"] == "refused_goods_claim"


async def test_an_agent_decides_that_nothing_is_owed_and_states_why(shop: Shop) -> None:
    case_id, claim = await lost(shop)
    path = f"/v1/refused-goods-claims/{claim['id']}/decline"
    missing = await shop.agent.post(path, json={"reason": "goods_worthless"})
    shop.harness.problem(missing, 422, "validation_failed")
    body = {"reason": "goods_not_of_order", "note": "退回的是空盒"}
    done = await act(shop, shop.agent, claim, "decline", **body)
    assert done["state"] == "nothing_owed"
    shown = await claim_of(shop, case_id, shop.buyer)
    assert shown["explanation"]["money"]["en"] == "Nothing is owed, because they are not the goods of the order"
    assert shown["steps"][-1]["note"] == "退回的是空盒"
    assert "空盒" not in (await shop.last(RefusedGoodsClaimClosed)).model_dump_json()


@pytest.mark.parametrize(
    ("who", "action", "body", "state"),
    [("buyer", "abandon", {}, "abandoned"), ("agent", "keep", {"evidence": [HASH], "note": "双方同意"}, "kept")],
)
async def test_goods_that_nobody_sends_back(
    shop: Shop, who: str, action: str, body: dict[str, Any], state: str
) -> None:
    case = await refused(shop)
    claim = await claim_of(shop, case["id"])
    await files_of(shop, HASH)
    done = await act(shop, getattr(shop, who), claim, action, **body)
    assert (done["state"], done["whose_turn"]) == (state, "nobody")
    answer = await shop.seller.post(f"/v1/cases/{case['id']}/return-refused-goods", json=PARCEL)
    shop.harness.problem(answer, 409, "nothing_refused")
    await shop.refund_succeeds()
    shop.harness.problem(await shop.ask(2), 409, "units_not_back")
    found = await claim_of(shop, case["id"])
    assert found["id"] == claim["id"], "no other claim is opened"


async def test_nobody_keeps_the_goods_by_the_word_of_an_agent(shop: Shop) -> None:
    claim = await claim_of(shop, (await refused(shop))["id"])
    path = f"/v1/refused-goods-claims/{claim['id']}/keep"
    missing = await shop.agent.post(path, json={"note": "双方同意"})
    assert shop.harness.problem(missing, 422, "validation_failed")["errors"][0]["pointer"] == "/evidence"
    unknown = await shop.agent.post(path, json={"evidence": [HASH], "note": "双方同意"})
    shop.harness.problem(unknown, 422, "evidence_unusable")
    assert (await claim_of(shop, claim["case_id"]))["state"] == "await_dispatch"
    await files_of(shop, HASH)
    await act(shop, shop.agent, claim, "keep", evidence=[HASH], note="双方同意")
    assert (await shop.last(RefusedGoodsClaimClosed)).evidence == (HASH,)
    assert (await claim_of(shop, claim["case_id"]))["steps"][-1]["evidence"] == [HASH]


async def test_who_has_decided_a_compensation_does_not_record_its_payment(shop: Shop) -> None:
    _, claim = await lost(shop)
    await act(shop, shop.agent, claim, "compensate", amount={"amount": 100, "currency": "CNY"})
    path = f"/v1/refused-goods-claims/{claim['id']}/record-payment"
    shop.harness.problem(await shop.agent.post(path, json={"reference": "B-1"}), 409, "second_person_needed")
    assert (await claim_of(shop, claim["case_id"]))["state"] == "await_payment"
    other = shop.harness.client("agent", "agent-2")
    assert (await act(shop, other, claim, "record-payment", reference="B-1"))["state"] == "compensated"


async def test_a_dispute_decides_again_about_goods_that_were_not_sent(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2)
    await shop.inspect(case["id"], 0, reason="used_or_affects_resale")
    assert (await shop.get(case["id"]))["refused_goods_claims"] == [], "the buyer may still dispute it"
    accepted = await shop.act(shop.buyer, case["id"], "accept")
    assert [each["state"] for each in accepted["refused_goods_claims"]] == ["await_dispatch"]
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    assert [each["state"] for each in (await shop.get(case["id"]))["refused_goods_claims"]] == ["withdrawn"]
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], None, "none")
    states = [each["state"] for each in (await shop.get(case["id"]))["refused_goods_claims"]]
    assert states == ["withdrawn", "await_dispatch"], "what the verdict does not refund goes back"


async def test_who_sees_and_does_what(shop: Shop) -> None:
    case = await refused(shop)
    claim = await claim_of(shop, case["id"])
    path = f"/v1/refused-goods-claims/{claim['id']}"
    for foreign in (shop.harness.client("buyer", "buyer-2"), shop.harness.client("seller", "s-2", tenant="m-2")):
        assert (await foreign.get(path)).status_code == 404
    assert (await shop.buyer.post(f"{path}/report-lost")).status_code == 403
    assert (await shop.seller.post(f"{path}/abandon")).status_code == 403
    assert (await shop.seller.post(f"{path}/keep", json={"evidence": [HASH], "note": "?"})).status_code == 403


async def test_the_past_of_a_case_shows_its_claims_as_they_were(shop: Shop) -> None:
    case = await refused(shop)
    before = shop.clock.now()
    shop.clock.advance(hours=1)
    await shop.act(shop.seller, case["id"], "return-refused-goods", **PARCEL)
    shop.clock.advance(hours=1)
    await parcel(shop, case["id"], "delivered")
    past = (await shop.buyer.get(f"/v1/cases/{case['id']}", params={"as_of": before.isoformat()})).json()
    assert past["refused_goods_claims"] == case["refused_goods_claims"]
    assert past["refused_goods"] is None
    now = await shop.get(case["id"])
    assert [each["state"] for each in now["refused_goods_claims"]] == ["await_confirmation"]
