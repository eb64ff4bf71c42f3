"""SELECTs of payments with their refunds, and of the ledger of an order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from order_svc.domain.payments.ledger import OrderLedger, ledger_of
from order_svc.domain.payments.lifecycle import PaymentFacts
from order_svc.domain.payments.model import Payment, Refund
from order_svc.domain.payments.owed import owed_of_order
from order_svc.domain.payments.plans import kept_minor
from order_svc.queries.order_money import money_of
from order_svc.tables.charge_backs import CHARGE_BACKS_OF_ORDER
from order_svc.tables.charges import CHARGES_OF
from order_svc.tables.claw_backs import CLAW_BACKS_OF
from order_svc.tables.ledger import POSTINGS_OF_ORDER
from order_svc.tables.order_money import ORDERS_AND_MONEY
from order_svc.tables.orders import ORDERS
from order_svc.tables.payments import PAYMENT_LIST, PAYMENTS


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment with what the table of payments judges it by, all money of its order."""

    payment: Payment
    facts: PaymentFacts

    @property
    def refunds(self) -> list[Refund]:
        """Its refunds, oldest first."""
        return self.facts.money.refunds_of([self.payment])


async def payment(reader: Reader, payment_id: str) -> PaymentView:
    """One payment that the reader may see."""
    return await payment_view(reader, await reader.get(PAYMENTS, payment_id))


async def payment_view(reader: Reader, found: Payment) -> PaymentView:
    """The payment with its refunds and its order."""
    [view] = await _views(reader, [found])
    return view


async def payments(reader: Reader, limit: int, cursor: str | None, **filters: object) -> Page[PaymentView]:
    """A page of payments with their refunds and orders."""
    page = await reader.page(PAYMENT_LIST, limit=limit, cursor=cursor, **filters)
    return Page(await _views(reader, page.data), page.has_more, page.next_cursor)


async def _views(reader: Reader, found: Sequence[Payment]) -> list[PaymentView]:
    [known] = await reader.all(ORDERS_AND_MONEY, order_ids=[each.order_id for each in found])
    facts = {each.id: PaymentFacts(each, known.of_order(each.id), reader.now, reader.actor) for each in known.orders}
    return [PaymentView(each, facts[each.order_id]) for each in found]


async def ledger(reader: Reader, order_id: str) -> OrderLedger:
    """The ledger of an order that the reader may see."""
    found = await reader.get(ORDERS, order_id)
    money = await money_of(reader, [found])
    charges = await reader.all(CHARGES_OF, order_id=order_id)
    claw_backs = await reader.all(CLAW_BACKS_OF, order_id=order_id)
    posted = await reader.all(POSTINGS_OF_ORDER, order_id=order_id)
    taken = await reader.all(CHARGE_BACKS_OF_ORDER, order_id=order_id)
    paid = money.compensations
    ledger = ledger_of(
        order_id, found.currency, money.payments, money.refunds, paid, charges, claw_backs, posted, taken
    )
    return replace(ledger, owed_minor=owed_of_order(money, reader.now, kept_minor(found)))
