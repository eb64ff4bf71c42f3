"""Goods in exchange for others: what is wanted, the difference in price both ways, what is refused."""

from typing import Any

import pytest
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleRequested,
    ChargeAgreed,
    ChargePaid,
    RefundRequested,
    RefusedGoodsReturned,
    ReplacementOrdered,
    ReplacementPriced,
    ReplacementShipped,
)
from aftersale_shop import CUP, KETTLE, Shop, done

DEARER = {"wanted_sku": "KETTLE-2"}
SENT = {"carrier": "zto", "waybill_no": "73100001"}


async def inspected(shop: Shop, price: int | None = None, accepted: int = 2, **wanted: Any) -> dict[str, Any]:
    """An exchange of two units whose goods are back, with this price of one new unit."""
    await shop.delivered()
    lines = [{"line_id": "line_1", "quantity": 2, **({} if price is None else DEARER), **wanted}]
    case = await shop.arrived(2, type_="exchange", reason="wrong_size_or_model", lines=lines)
    if price is not None:
        await shop.act(shop.seller, case["id"], "price-replacement", prices=[named(price)])
    return await shop.inspect(case["id"], accepted)


def named(price: int, currency: str = "CNY", line_id: str = "line_1") -> dict[str, Any]:
    return {"line_id": line_id, "unit_price": {"amount": price, "currency": currency}}


async def test_the_same_again(shop: Shop) -> None:
    case = await inspected(shop, wanted_sku="KETTLE-2", wanted_variant="白色")
    assert (case["state"], case["whose_turn"], case["exchange"]) == ("await_reship", "merchant", None)
    line = case["lines"][0]
    assert (line["wanted_sku"], line["wanted_variant"], line["accepted"]) == ("KETTLE-2", "白色", 2)
    requested, ordered = await shop.last(AfterSaleRequested), await shop.last(ReplacementOrdered)
    assert (requested.goods, requested.money) == ("exchange", "none")
    assert [(each.sku, each.quantity) for each in ordered.lines] == [("KETTLE-2", 2)]
    assert "白色" not in requested.model_dump_json() + ordered.model_dump_json()
    await shop.act(shop.seller, case["id"], "ship-replacement", **SENT)
    await shop.parcel(SENT["waybill_no"], leg="exchange")
    assert (await shop.get(case["id"]))["deadline_effect"] == "completed_by_timeout"
    done = await shop.act(shop.buyer, case["id"], "confirm-replacement")
    assert (done["state"], done["refunded"]["amount"]) == ("completed", 0)
    assert (await shop.last(AfterSaleCompleted)).lines == ()
    assert (await shop.case(3))["requested"]["amount"] == 28700, "the new units can be asked for"


async def test_a_cheaper_replacement_gives_the_difference_back(shop: Shop) -> None:
    case = await inspected(shop, price=9000)
    assert (case["exchange"]["credit"]["amount"], case["exchange"]["owed"]["amount"]) == (19133 - 18000, 0)
    priced = await shop.last(ReplacementPriced)
    assert (priced.credit_minor, priced.owed_minor, priced.money) == (1133, 0, "refund")
    await shop.act(shop.seller, case["id"], "ship-replacement", **SENT)
    await shop.parcel(SENT["waybill_no"], leg="exchange")
    assert (await shop.get(case["id"]))["deadline_effect"] == "credit_refunded_by_timeout"
    refunding = await shop.act(shop.buyer, case["id"], "confirm-replacement")
    assert refunding["state"] == "refunding"
    request = await shop.refund_succeeds()
    assert (request.amount_minor, request.cause) == (1133, "price_difference")
    assert (request.goods, request.money) == ("exchange", "refund")
    assert [(part.kind, part.units, part.amount_minor) for part in request.parts or ()] == [("goods", 0, 1133)]
    done = await shop.get(case["id"])
    assert (done["state"], done["refunded"]["amount"]) == ("completed", 1133)
    completed = await shop.last(AfterSaleCompleted)
    assert (completed.refunded_minor, completed.lines) == (1133, ())
    again = await shop.case(3)
    assert again["requested"]["amount"] == 28700 - 1133, "never more than was paid"


async def test_a_dearer_replacement_is_sent_once_the_buyer_has_paid(shop: Shop) -> None:
    case = await inspected(shop, price=12900)
    owed = 2 * 12900 - 19133
    assert (case["whose_turn"], case["deadline_effect"]) == ("buyer", "refunded_unless_agreed")
    assert case["exchange"]["owed"]["amount"] == owed
    unpaid = await shop.seller.post(f"/v1/cases/{case['id']}/ship-replacement", json=SENT)
    shop.harness.problem(unpaid, 409, "charge_unpaid")
    early = await shop.seller.post(f"/v1/cases/{case['id']}/record-payment", json={"reference": "转账 18"})
    shop.harness.problem(early, 409, "charge_not_agreed")
    agreed = await shop.act(shop.buyer, case["id"], "agree-charge")
    assert (agreed["whose_turn"], agreed["deadline_effect"]) == ("buyer", "refunded_unless_paid")
    dearer = await shop.seller.post(f"/v1/cases/{case['id']}/price-replacement", json={"prices": [named(99900)]})
    shop.harness.problem(dearer, 409, "charge_already_agreed")
    unpaid = await shop.seller.post(f"/v1/cases/{case['id']}/ship-replacement", json=SENT)
    shop.harness.problem(unpaid, 409, "charge_unpaid")
    paid = await shop.act(shop.seller, case["id"], "record-payment", reference="转账 18")
    assert (paid["exchange"]["reference"], paid["whose_turn"]) == ("转账 18", "merchant")
    agreement, payment = await shop.last(ChargeAgreed), await shop.last(ChargePaid)
    assert (agreement.owed_minor, payment.owed_minor, payment.money) == (owed, owed, "charge")
    assert "转账" not in payment.model_dump_json()
    await shop.act(shop.seller, case["id"], "ship-replacement", **SENT)
    assert (await shop.act(shop.buyer, case["id"], "confirm-replacement"))["state"] == "completed"
    assert not await shop.published(RefundRequested)


@pytest.mark.parametrize("silent", [False, True])
async def test_who_does_not_pay_what_they_agreed_to_gets_the_money_back(shop: Shop, silent: bool) -> None:
    case = await inspected(shop, price=12900)
    await shop.act(shop.buyer, case["id"], "agree-charge")
    shop.clock.advance(hours=49)
    await shop.harness.run_due()
    waiting = await shop.get(case["id"])
    assert (waiting["state"], waiting["whose_turn"]) == ("await_reship", "buyer")
    turns = done(await shop.agent.get(f"/v1/cases/{case['id']}/turns"))["turn_seconds"]
    assert (turns["buyer"], turns.get("merchant", 0)) == (49 * 3600, 0), "nobody waits for the merchant"
    if silent:
        shop.clock.advance(hours=24 * 7 - 49)
        await shop.harness.run_due()
    else:
        await shop.act(shop.buyer, case["id"], "take-refund")
    request = await shop.refund_succeeds()
    assert (request.amount_minor, request.cause) == (19133, "no_replacement")


@pytest.mark.parametrize("silent", [False, True])
async def test_who_does_not_agree_to_pay_more_gets_the_money_back(shop: Shop, silent: bool) -> None:
    case = await inspected(shop, price=12900)
    if silent:
        shop.clock.advance(hours=24 * 7)
        await shop.harness.run_due()
    else:
        await shop.act(shop.buyer, case["id"], "take-refund")
    request = await shop.refund_succeeds()
    assert (request.amount_minor, request.cause) == (19133, "no_replacement")
    assert (request.goods, request.money) == ("return", "refund")
    assert [each.quantity for each in (await shop.last(AfterSaleCompleted)).lines] == [2]


async def test_only_what_is_accepted_is_replaced_and_the_rest_goes_back(shop: Shop) -> None:
    case = await inspected(shop, price=9000, accepted=1)
    assert case["exchange"]["credit"]["amount"] == 9566 - 9000
    sent = await shop.act(shop.seller, case["id"], "return-refused-goods", carrier="zto", waybill_no="73200001")
    assert (sent["state"], sent["refused_goods"]["waybill_no"]) == ("await_reship", "73200001")
    event = await shop.last(RefusedGoodsReturned)
    assert [(each.line_id, each.quantity) for each in event.lines] == [("line_1", 1)]
    twice = await shop.seller.post(
        f"/v1/cases/{case['id']}/return-refused-goods", json={"carrier": "zto", "waybill_no": "73200002"}
    )
    shop.harness.problem(twice, 409, "nothing_refused")
    await shop.act(shop.seller, case["id"], "ship-replacement", **SENT)
    assert [each.quantity for each in (await shop.last(ReplacementShipped)).lines] == [1]


async def test_what_is_wrong_with_a_price(shop: Shop) -> None:
    case = await inspected(shop, **DEARER)
    path = f"/v1/cases/{case['id']}/price-replacement"
    for prices, code in (
        ([named(1, line_id="line_9")], "line_unknown"),
        ([named(1), named(2)], "line_repeated"),
        ([named(1, currency="USD")], "price_currency_mismatch"),
        ([named(10**13)], "price_too_high"),
    ):
        shop.harness.problem(await shop.seller.post(path, json={"prices": prices}), 422, code)


async def test_only_an_exchange_names_what_is_wanted(shop: Shop) -> None:
    await shop.delivered()
    refused = await shop.ask(lines=[{"line_id": "line_1", "quantity": 1, "wanted_sku": "KETTLE-2"}])
    shop.harness.problem(refused, 422, "wanted_not_possible")


@pytest.mark.parametrize("wanted", [{}, {"wanted_sku": "KETTLE-1"}])
async def test_the_same_article_has_no_other_price(shop: Shop, wanted: dict[str, str]) -> None:
    case = await inspected(shop, **wanted)
    shown = (await shop.seller.get(f"/v1/cases/{case['id']}")).json()
    why = {each["action"]: each.get("why_not") for each in shown["allowed_actions"]}["price_replacement"]
    assert why == "nothing_else_wanted"
    path = f"/v1/cases/{case['id']}/price-replacement"
    shop.harness.problem(await shop.seller.post(path, json={"prices": [named(1)]}), 409, "nothing_else_wanted")


async def test_a_price_is_named_of_those_lines_alone_for_which_another_article_is_wanted(shop: Shop) -> None:
    await shop.delivered(lines=(KETTLE, CUP))
    lines = [{"line_id": "line_1", "quantity": 1, **DEARER}, {"line_id": "line_2", "quantity": 1}]
    case = await shop.case(type_="exchange", reason="wrong_size_or_model", lines=lines)
    await shop.approve(case["id"])
    path = f"/v1/cases/{case['id']}/price-replacement"
    refused = await shop.seller.post(path, json={"prices": [named(9900), named(99900, line_id="line_2")]})
    problem = shop.harness.problem(refused, 409, "nothing_else_wanted")
    assert problem["errors"][0]["pointer"] == "/prices/1/line_id"


async def test_what_a_verdict_has_ordered_is_not_priced(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], None, "exchange")
    path = f"/v1/cases/{case['id']}/price-replacement"
    shop.harness.problem(await shop.seller.post(path, json={"prices": [named(999999)]}), 409, "nothing_else_wanted")
