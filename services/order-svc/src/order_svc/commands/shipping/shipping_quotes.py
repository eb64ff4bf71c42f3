"""Questions for prices: put to every courier of the merchant, answered by a worker."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.shipping import shipping_queue
from order_svc.domain.sales.errors import OnlyVirtualGoods
from order_svc.domain.shipping import policy
from order_svc.domain.shipping.accounts import ShippingAccount
from order_svc.domain.shipping.calls import QuoteState, ShippingCall, ShippingQuote, ShippingSubject, ShippingVerb
from order_svc.domain.shipping.carriers import CARRIERS
from order_svc.domain.shipping.errors import ShippingAccountMissing
from order_svc.domain.shipping.model import Contact, CourierName, Shipment
from order_svc.domain.shipping.rows import contact_of
from order_svc.integrations.couriers.outward.port import CourierOutcome, QuoteResult
from order_svc.settings import Settings
from order_svc.tables.orders import ADDRESSES, ORDERS
from order_svc.tables.shipping import ACCOUNTS_OF_MERCHANT, QUOTES


async def ask(tx: Transaction[Settings], order_id: str, *, weight_grams: int, carriers: Sequence[str]) -> ShippingQuote:
    """Ask the merchant's couriers for prices of the way to the buyer, with these carriers, or with all where none is named.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        OnlyVirtualGoods: nothing of the order has a parcel.
        ShippingAccountMissing: the merchant has no courier that carries with any of them.
        CountryNotServed: none of those carries to the country of the buyer.
    """
    order = await tx.lock(ORDERS, order_id)
    if order.virtual_only:
        raise OnlyVirtualGoods
    accounts = await tx.all(ACCOUNTS_OF_MERCHANT, merchant_id=order.merchant_id)
    if not any(asked_carriers(each.courier, carriers) for each in accounts):
        raise ShippingAccountMissing(pointer="/carriers", carrier=", ".join(carriers or sorted(CARRIERS)))
    buyer = contact_of(await tx.get(ADDRESSES, order_id))
    asked = [each for each in accounts if asked_carriers(each.courier, carriers)]
    if not any(policy.serves(each.courier, each.contact, buyer) for each in asked):
        policy.check_served(asked[0].courier, asked[0].contact, buyer)
    quote = ShippingQuote(
        id=tx.new_id("quote"),
        order_id=order_id,
        merchant_id=order.merchant_id,
        state=QuoteState.ASKED,
        weight_grams=weight_grams,
        carriers=list(carriers),
        created_at=tx.now,
    )
    await tx.insert(QUOTES, quote)
    await shipping_queue.call(tx, ShippingSubject.QUOTE, quote.id, ShippingVerb.PRICE)
    return quote


def asked_carriers(courier: CourierName, carriers: Sequence[str]) -> list[str]:
    """The carriers that this courier is asked for."""
    wanted = carriers or sorted(CARRIERS)
    return [each for each in wanted if policy.carries(courier, each)]


async def prepare(
    tx: Transaction[Settings], call: ShippingCall
) -> tuple[ShippingQuote, Shipment, list[ShippingAccount]] | None:
    """The question with the way that it is about, and the accounts of the couriers; None where it is answered or deleted."""
    quote = await tx.find(QUOTES, call.id)
    if quote is None or quote.state is QuoteState.ANSWERED:
        await shipping_queue.end(tx, call)
        return None
    accounts = await tx.all(ACCOUNTS_OF_MERCHANT, merchant_id=quote.merchant_id)
    buyer = contact_of(await tx.get(ADDRESSES, quote.order_id))
    accounts = [
        each
        for each in accounts
        if asked_carriers(each.courier, quote.carriers) and policy.serves(each.courier, each.contact, buyer)
    ]
    return quote, _way(quote, accounts[0].contact if accounts else buyer, buyer), accounts


def _way(quote: ShippingQuote, sender: Contact, receiver: Contact) -> Shipment:
    number = quote.id.rpartition("_")[2]
    weight = quote.weight_grams
    return Shipment(number=number, carrier="", sender=sender, receiver=receiver, goods="", weight_grams=weight)


async def close(tx: Transaction[Settings], quote: ShippingQuote, results: Mapping[CourierName, QuoteResult]) -> None:
    """Store what the couriers offer, the cheapest first, and why the others offer nothing."""
    offers: list[dict[str, object]] = [
        {
            "courier": str(name),
            "carrier": offer.carrier,
            "service": offer.service,
            "price_minor": offer.price_minor,
            "deliver_by": None if offer.deliver_by is None else offer.deliver_by.isoformat(),
        }
        for name, result in results.items()
        for offer in result.quotes
    ]
    failures = {
        str(name): str(result.refusal or result.outcome)
        for name, result in results.items()
        if result.outcome is not CourierOutcome.DONE
    }
    ordered = sorted(offers, key=lambda each: (int(str(each["price_minor"])), str(each["carrier"])))
    answered = replace(quote, state=QuoteState.ANSWERED, answered_at=tx.now, offers=ordered[:100], failures=failures)
    await tx.upsert(QUOTES, answered)
    await shipping_queue.drop(tx, quote.id)
