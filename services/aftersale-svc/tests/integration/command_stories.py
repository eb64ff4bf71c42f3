"""Short stories of cases, disputes and claims that together take every command."""

from collections.abc import Awaitable, Callable

from aftersale_shop import HASH, RETURN_ADDRESS, done
from checked_files import files_of
from dispute_stories import appeals, courier_claims, deposit_claims, hearing
from shop_commands import STATED, WORDS, Document, ShopCommands, cny


async def review(t: ShopCommands) -> None:
    case = await t.case("return_refund")
    await case.act(t.seller, "escalate")
    done(await t.agent.put("/v1/caseworkers/agent-1", json={"role": "agent"}))
    await case.act(t.admin, "assign")
    await case.act(t.agent, "release")
    await case.act(t.agent, "take")
    await case.act(t.agent, "approve")
    await case.act(t.seller, "set-return-address", return_address=RETURN_ADDRESS)
    await files_of(t.shop, HASH, order_id=t.order_id)
    await case.act(t.buyer, "ship", **t.parcel(), return_freight={"amount": cny(900), "evidence": [HASH]})
    await case.act(t.buyer, "correct-waybill", **t.parcel())
    await case.act(t.seller, "receive")
    await case.act(t.seller, "inspect", lines=[{"line_id": t.line_id, "accepted": 1}])
    await case.act(t.seller, "record-return-freight", amount=cny(900), reference="B-1")


async def goods_arrive_late(t: ShopCommands) -> None:
    case = await t.approved("return_refund")
    await case.act(t.buyer, "ship", **t.parcel())
    t.shop.clock.advance(hours=24 * 16)
    await t.shop.harness.run_due()
    await case.act(t.agent, "cancel", reason="agreed_with_buyer")
    await case.act(t.seller, "record-arrival")


async def two_agents(t: ShopCommands) -> None:
    case = await t.case("refund_only", 2)
    await case.act(t.seller, "escalate")
    await case.act(t.agent, "refund")
    await case.act(t.second_agent, "decline-decision")
    await case.act(t.agent, "approve")
    await case.act(t.second_agent, "confirm-decision")


async def ends(t: ShopCommands) -> None:
    case = await t.case()
    await case.act(t.seller, "reject", reason="reason_untrue")
    again = await case.act(t.buyer, "reapply", description="…", evidence=[HASH])
    await Document(t, "cases", again["id"]).act(t.buyer, "cancel")
    other = await t.case()
    await other.act(t.seller, "reject", reason="reason_untrue")
    await other.act(t.buyer, "accept")
    await (await t.failed()).act(t.agent, "close", note="…")


async def offers(t: ShopCommands) -> None:
    case, less = await t.case(), {"amount": cny(100)}
    await case.act(t.seller, "offer", **less)
    await case.act(t.seller, "withdraw-offer")
    await case.act(t.seller, "offer", **less)
    await case.act(t.buyer, "decline-offer")
    await case.act(t.seller, "offer", **less)
    await case.act(t.buyer, "counter-offer", amount=cny(200))
    await case.act(t.seller, "accept-offer")


async def more_words(t: ShopCommands) -> None:
    case = await t.case("return_refund")
    await case.act(t.seller, "request-supplement", missing="…")
    await case.act(t.buyer, "submit-supplement", note="…")
    await case.act(t.buyer, "change-type", type="refund_only")
    question = await t.case("consult")
    await question.act(t.seller, "answer", **WORDS)
    await question.act(t.buyer, "ask-again", **WORDS)
    await question.act(t.seller, "answer", **WORDS)
    await question.act(t.buyer, "resolve")


async def a_lower_price(t: ShopCommands) -> None:
    prices = {"reference_price": cny(9000), "checked_price": cny(8000)}
    case = await t.case("price_adjust", lines=[{"line_id": t.line_id, "quantity": 1, **prices}], reason="price_dropped")
    amounts = [{"line_id": t.line_id, "amount": cny(500)}]
    await case.act(t.seller, "grant", lines=amounts, reason="reason_untrue")


async def pickups(t: ShopCommands) -> None:
    case = await t.approved("return_refund")

    async def book(action: str = "book-pickup", place: int = 0) -> None:
        slots = (await t.buyer.get(f"/v1/cases/{case.id}/pickup-slots")).json()["data"]
        more = {"address": RETURN_ADDRESS} if action == "book-pickup" else {}
        await case.act(t.buyer, action, slot=slots[place]["begins_at"], **more)

    await book()
    await book("move-pickup", 1)
    await case.act(t.buyer, "cancel-pickup")
    await book()
    parcel = t.parcel()
    await case.act(t.seller, "give-pickup-waybill", **parcel)
    await case.act(t.seller, "collect-pickup", **parcel)
    for action in ("report-absence", "miss-pickup"):
        case = await t.approved("return_refund")
        await book()
        t.shop.clock.advance(hours=72)
        await case.act(t.seller, action)


async def exchange(t: ShopCommands) -> None:
    case = await t.received("exchange", 2, lines=t.another(2))
    await case.act(t.seller, "report-return-missing")
    await case.act(t.seller, "receive")
    await case.act(t.seller, "inspect", lines=[{"line_id": t.line_id, "accepted": 1}])
    await case.act(t.seller, "price-replacement", prices=[{"line_id": t.line_id, "unit_price": cny(12900)}])
    await case.act(t.seller, "return-refused-goods", **t.parcel())
    await case.act(t.buyer, "agree-charge")
    await case.act(t.seller, "record-payment", reference="…")
    await case.act(t.seller, "ship-replacement", **t.parcel())
    await case.act(t.seller, "correct-replacement-waybill", **t.parcel())
    await case.act(t.buyer, "report-anomaly", anomaly="damaged")
    await case.act(t.agent, "reship")
    await case.act(t.seller, "ship-replacement", **t.parcel())
    await case.act(t.buyer, "confirm-replacement")
    missing = await t.received("exchange", lines=t.another())
    await missing.act(t.seller, "inspect", lines=[{"line_id": t.line_id, "accepted": 1}])
    await missing.act(t.seller, "price-replacement", prices=[{"line_id": t.line_id, "unit_price": cny(12900)}])
    await missing.act(t.buyer, "agree-charge")
    await missing.act(t.seller, "record-payment", reference="…")
    owed = (await missing.act(t.seller, "no-stock"))["charge"]["to_return"]
    await missing.act(t.seller, "record-charge-return", amount=owed, reference="…")
    late = await t.approved("reship_parts", reason="short_quantity")
    t.shop.clock.advance(hours=49)
    await t.shop.harness.run_due()
    await late.act(t.buyer, "take-refund")


async def refused_goods(t: ShopCommands) -> None:
    """The fates of goods that the merchant refuses: each of one case."""
    await files_of(t.shop, HASH, order_id=t.order_id)

    async def claim(*, sent: bool = False, corrected: bool = False, delivered: bool = False) -> Document:
        case = await t.received("return_refund", 2)
        await case.act(t.seller, "inspect", lines=[{"line_id": t.line_id, "accepted": 1}])
        [found] = (await t.shop.get(case.id))["refused_goods_claims"]
        parcel = t.parcel()
        if sent:
            await case.act(t.seller, "return-refused-goods", **parcel)
        if delivered:
            await t.shop.parcel(parcel["waybill_no"], leg="refused_goods", case_id=case.id, carrier=parcel["carrier"])
        if corrected:
            await case.act(t.seller, "correct-refused-goods-waybill", **t.parcel())
        return Document(t, "refused-goods-claims", found["id"])

    await (await claim(sent=True, corrected=True)).act(t.buyer, "confirm")
    await (await claim(sent=True, delivered=True)).act(t.buyer, "report-not-received")
    await (await claim()).act(t.buyer, "abandon")
    await (await claim()).act(t.agent, "keep", evidence=[HASH], note="…")
    lost = await claim(sent=True)
    await lost.act(t.agent, "report-lost")
    await lost.act(t.agent, "order-dispatch")
    await lost.act(t.agent, "report-lost")
    await lost.act(t.agent, "compensate", amount=cny(1))
    await lost.act(t.seller, "record-payment", reference="…")
    worthless = await claim()
    await worthless.act(t.agent, "report-lost")
    await worthless.act(t.agent, "decline", reason="goods_worthless", note="…")


async def repair(t: ShopCommands) -> None:
    case = await t.received("repair", reason="paid_repair")
    await case.act(t.seller, "quote", cost=cny(100), days=3)
    await case.act(t.buyer, "agree-charge")
    await case.act(t.buyer, "state-payment", reference="…")
    await case.act(t.seller, "deny-payment", note="…")
    await case.act(t.buyer, "escalate-payment")
    await case.act(t.agent, "confirm-payment")
    await case.act(t.seller, "repaired", work=["tested"])
    await case.act(t.seller, "ship-replacement", **t.parcel())
    await case.act(t.buyer, "report-anomaly", anomaly="defective")
    await case.act(t.agent, "repair-again")
    declined = await t.received("repair", reason="paid_repair")
    await declined.act(t.seller, "quote", cost=cny(100), days=3)
    await declined.act(t.buyer, "decline-quote")
    for remedy, action in (("exchange", "take-exchange"), ("refund", "take-goods-back")):
        hopeless = await t.received("repair")
        await hopeless.act(t.seller, "cannot-repair", failure="other", remedy=remedy)
        await hopeless.act(t.buyer, action)
    late = await t.received("repair")
    t.shop.clock.advance(hours=24 * 15)
    await t.shop.harness.run_due()
    await late.act(t.agent, "resume-repair")


async def sent_first(t: ShopCommands) -> None:
    for action in ("claim-hold", "release-hold"):
        case = await t.case("fast_exchange")
        await case.act(t.buyer, "agree-hold")
        await case.act(t.seller, "approve", return_address=RETURN_ADDRESS)
        await case.act(t.seller, "ship-replacement", **t.parcel())
        await case.act(t.buyer, "report-anomaly", anomaly="damaged")
        await case.act(t.agent, action)


async def paid_otherwise(t: ShopCommands) -> None:
    case = await t.failed()
    await files_of(t.shop, HASH, order_id=t.order_id)
    await case.act(t.seller, "state-offline-refund", **STATED)
    await case.act(t.seller, "withdraw-offline-refund")
    await case.act(t.seller, "state-offline-refund", **STATED)
    await case.act(t.buyer, "confirm-offline-refund")
    other = await t.failed()
    await other.act(t.seller, "state-offline-refund", **STATED)
    await other.act(t.buyer, "deny-offline-refund", **WORDS)


Story = Callable[[ShopCommands], Awaitable[None]]
STORIES: tuple[Story, ...] = (
    review,
    goods_arrive_late,
    two_agents,
    ends,
    offers,
    more_words,
    a_lower_price,
    pickups,
    exchange,
    refused_goods,
    repair,
    sent_first,
    paid_otherwise,
    hearing,
    appeals,
    courier_claims,
    deposit_claims,
)
