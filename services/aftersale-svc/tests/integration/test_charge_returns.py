"""What a buyer has paid outside for something that does not come: it is owed back, shown so, and given back once."""

from typing import Any

import pytest
from aftercare_events.catalogue.exchanges import ChargeOwedBack, ChargeReturned
from aftersale_shop import HASH, Shop

SENT = {"carrier": "zto", "waybill_no": "73100001"}
OWED = 2 * 12900 - 19133
COST = {"cost": {"amount": 6800, "currency": "CNY"}, "days": 5}


def back(amount: int = OWED, currency: str = "CNY", **more: Any) -> dict[str, Any]:
    return {"amount": {"amount": amount, "currency": currency}, "reference": "转账 07", **more}


async def paid_exchange(shop: Shop) -> str:
    """An exchange of two units for dearer ones, for which the buyer has paid; its id."""
    await shop.delivered()
    lines = [{"line_id": "line_1", "quantity": 2, "wanted_sku": "KETTLE-2"}]
    case = await shop.arrived(2, type_="exchange", reason="wrong_size_or_model", lines=lines)
    price = {"line_id": "line_1", "unit_price": {"amount": 12900, "currency": "CNY"}}
    await shop.act(shop.seller, case["id"], "price-replacement", prices=[price])
    await shop.inspect(case["id"], 2)
    await shop.act(shop.buyer, case["id"], "agree-charge")
    paid = await shop.act(shop.seller, case["id"], "record-payment", reference="转账 18")
    assert (paid["charge"]["amount"]["amount"], paid["charge"]["to_return"]["amount"]) == (OWED, 0)
    return str(case["id"])


async def paid_repair(shop: Shop) -> str:
    """A repair that the buyer has paid; its id."""
    await shop.delivered()
    case = await shop.arrived(2, type_="repair", reason="paid_repair")
    await shop.act(shop.seller, case["id"], "quote", **COST)
    await shop.act(shop.buyer, case["id"], "agree-charge")
    await shop.act(shop.seller, case["id"], "record-payment", reference="转账 18")
    return str(case["id"])


async def explained(shop: Shop, case_id: str) -> dict[str, str]:
    found: dict[str, str] = (await shop.buyer.get(f"/v1/cases/{case_id}")).json()["explanation"]["money"]
    return found


async def test_without_stock_the_payment_goes_back_as_well(shop: Shop) -> None:
    case_id = await paid_exchange(shop)
    early = await shop.seller.post(f"/v1/cases/{case_id}/record-charge-return", json=back())
    shop.harness.problem(early, 409, "nothing_to_return")
    refunding = await shop.act(shop.seller, case_id, "no-stock")
    assert (refunding["state"], refunding["charge"]["to_return"]["amount"]) == ("refunding", OWED)
    assert refunding["exchange"]["owed"]["amount"] == OWED, "what was agreed to stays"
    owed = await shop.last(ChargeOwedBack)
    assert (owed.amount_minor, owed.currency, owed.money, owed.goods) == (OWED, "CNY", "refund", "return")
    await shop.refund_succeeds()
    assert await explained(shop, case_id) == {
        "zh_cn": "已退款 191.33 CNY；买家已付的换货差价 66.67 CNY 应由商家退还，尚未登记退还",
        "en": "191.33 CNY went back; the merchant owes back 66.67 CNY that the buyer has paid for the replacement",
    }
    done = await shop.act(shop.seller, case_id, "record-charge-return", **back(evidence=[HASH], note="已转账"))
    charge = done["charge"]
    assert (done["state"], charge["to_return"]["amount"], charge["return_reference"]) == ("completed", 0, "转账 07")
    assert charge["return_evidence"] == [HASH]
    returned = await shop.last(ChargeReturned)
    assert (returned.amount_minor, returned.evidence, returned.handler) == (OWED, (HASH,), "seller-1")
    assert "转账" not in returned.model_dump_json()
    assert (await explained(shop, case_id))["en"].endswith(
        "has given back 66.67 CNY that the buyer had paid for the replacement"
    )
    [step] = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"][-1:]
    assert (step["action"], step["evidence"]) == ("record_charge_return", [HASH])
    twice = await shop.seller.post(f"/v1/cases/{case_id}/record-charge-return", json=back())
    shop.harness.problem(twice, 409, "nothing_to_return")


@pytest.mark.parametrize("inexact", [back(OWED - 1), back(OWED + 1), back(0), back(OWED, "USD")])
async def test_exactly_what_is_owed_goes_back(shop: Shop, inexact: dict[str, Any]) -> None:
    case_id = await paid_exchange(shop)
    await shop.act(shop.seller, case_id, "no-stock")
    refused = await shop.seller.post(f"/v1/cases/{case_id}/record-charge-return", json=inexact)
    problem = shop.harness.problem(refused, 422, "charge_return_inexact")
    assert (problem["owed"], problem["errors"][0]["pointer"]) == (OWED, "/amount")
    assert (await shop.get(case_id))["charge"]["to_return"]["amount"] == OWED


@pytest.mark.parametrize("choice", ["take-goods-back", "take-refund"])
async def test_a_paid_repair_that_is_not_possible(shop: Shop, choice: str) -> None:
    case_id = await paid_repair(shop)
    failed = await shop.act(shop.seller, case_id, "cannot-repair", failure="beyond_repair", remedy="refund")
    assert (failed["state"], failed["charge"]["to_return"]["amount"]) == ("remedy_pending", 6800)
    assert (await shop.last(ChargeOwedBack)).money == "none", "nothing is paid for any more"
    assert (await explained(shop, case_id))[
        "en"
    ] == "The merchant owes back 68.00 CNY that the buyer has paid for the repair"
    await shop.act(shop.buyer, case_id, choice)
    if choice == "take-refund":
        await shop.refund_succeeds()
    else:
        await shop.act(shop.seller, case_id, "ship-replacement", **SENT)
        await shop.act(shop.buyer, case_id, "confirm-replacement")
    ended = await shop.get(case_id)
    assert (ended["state"], ended["charge"]["to_return"]["amount"]) == ("completed", 6800)
    assert len(await shop.published(ChargeOwedBack)) == 1
    assert (await shop.act(shop.agent, case_id, "record-charge-return", **back(6800)))["charge"]["returned_at"]


async def test_a_verdict_with_another_remedy_gives_it_back(shop: Shop) -> None:
    case_id = await paid_exchange(shop)
    opened = await shop.agent.post(f"/v1/cases/{case_id}/dispute", json={"category": "other", "text": "商家失联"})
    dispute = opened.json()["id"]
    await shop.rule(dispute, "answer", shop.seller, text="?")
    await shop.verdict(dispute, 100)
    case = await shop.get(case_id)
    assert (case["state"], case["charge"]["to_return"]["amount"]) == ("refunding", OWED)


@pytest.mark.parametrize("scanned", [False, True])
@pytest.mark.parametrize("arrived", [False, True])
async def test_closed_by_an_agent_it_goes_back_if_the_buyer_has_nothing_whatever_is_scanned(
    shop: Shop, arrived: bool, scanned: bool
) -> None:
    case_id = await paid_exchange(shop)
    await shop.act(shop.seller, case_id, "ship-replacement", **SENT)
    if scanned:
        await shop.parcel(SENT["waybill_no"], leg="exchange")
    await shop.act(shop.buyer, case_id, "report-anomaly", anomaly="damaged" if arrived else "not_received")
    closed = await shop.act(shop.agent, case_id, "close", note="双方另行处理")
    assert closed["charge"]["to_return"]["amount"] == (0 if arrived else OWED)


async def test_who_got_what_was_paid_for_is_owed_nothing(shop: Shop) -> None:
    case_id = await paid_exchange(shop)
    await shop.act(shop.seller, case_id, "ship-replacement", **SENT)
    done = await shop.act(shop.buyer, case_id, "confirm-replacement")
    assert (done["state"], done["charge"]["to_return"]["amount"]) == ("completed", 0)
    assert not await shop.published(ChargeOwedBack)


async def test_a_case_that_has_ended_is_listed_until_it_is_given_back(shop: Shop) -> None:
    case_id = await paid_exchange(shop)
    await shop.act(shop.seller, case_id, "no-stock")
    await shop.refund_succeeds()
    other = (await shop.case(1))["id"]
    foreign = shop.harness.client("seller", "seller-2", tenant="m-2")
    for client, owed in ((shop.seller, [case_id]), (shop.buyer, [case_id]), (shop.agent, [case_id]), (foreign, [])):
        listed = await client.get("/v1/cases", params={"charge_to_return": True})
        assert [each["id"] for each in listed.json()["data"]] == owed
        lists = {each["code"]: each for each in (await client.get("/v1/work-lists")).json()["data"]}
        found = lists["charges_to_return"]
        assert (found["count"], found["charge_to_return"], found["whose_turn"]) == (len(owed), True, "any")
    others = await shop.seller.get("/v1/cases", params={"charge_to_return": False})
    assert [each["id"] for each in others.json()["data"]] == [other]
    by_deadline = {"charge_to_return": True, "sort": "deadline"}
    assert (await shop.seller.get("/v1/cases", params=by_deadline)).json()["data"] == [], "it has no deadline"
    await shop.act(shop.seller, case_id, "record-charge-return", **back())
    assert (await shop.seller.get("/v1/cases", params={"charge_to_return": True})).json()["data"] == []


async def test_much_money_is_recorded_by_the_merchant_alone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = await paid_exchange(shop)
    limited = shop.harness.runtime.settings.model_copy(update={"second_person_above": {"CNY": OWED - 1}})
    monkeypatch.setattr(shop.harness.runtime, "settings", limited)
    await shop.act(shop.seller, case_id, "no-stock")
    refused = await shop.agent.post(f"/v1/cases/{case_id}/record-charge-return", json=back())
    assert shop.harness.problem(refused, 409, "charge_return_by_merchant")["amount"] == OWED
    for client, why_not in ((shop.agent, "charge_return_by_merchant"), (shop.seller, None)):
        shown = (await client.get(f"/v1/cases/{case_id}")).json()["allowed_actions"]
        [action] = [each for each in shown if each["action"] == "record_charge_return"]
        assert (action["allowed"], action.get("why_not")) == (why_not is None, why_not)
    party = shop.harness.client("agent", "buyer-1")
    refused = await party.post(f"/v1/cases/{case_id}/record-charge-return", json=back())
    shop.harness.problem(refused, 409, "party_cannot_decide")
    await shop.act(shop.seller, case_id, "record-charge-return", **back())


async def test_what_was_owed_back_at_an_earlier_time(shop: Shop) -> None:
    case_id = await paid_exchange(shop)
    await shop.act(shop.seller, case_id, "no-stock")
    then = shop.clock.now()
    shown = (await shop.buyer.get(f"/v1/cases/{case_id}")).json()
    shop.clock.advance(hours=1)
    await shop.act(shop.seller, case_id, "record-charge-return", **back())
    past = (await shop.buyer.get(f"/v1/cases/{case_id}", params={"as_of": then.isoformat()})).json()
    assert (past["charge"], past["explanation"]["money"]) == (shown["charge"], shown["explanation"]["money"])
