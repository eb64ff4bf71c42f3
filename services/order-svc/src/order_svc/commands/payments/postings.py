"""What is posted to the double-entry ledger, in the transaction of the movement that it records."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from aftercare_chassis.database.transaction import Transaction
from aftercare_events.catalogue.refund_parts import PartKind, RefundPart

from order_svc.domain.model import Order, OrderLine
from order_svc.domain.payments import postings as rules
from order_svc.domain.payments.charge_backs import ChargeBack
from order_svc.domain.payments.charges import Charge, ChargeState
from order_svc.domain.payments.claw_backs import ClawBack
from order_svc.domain.payments.compensations import Compensation
from order_svc.domain.payments.model import Payment, Refund, RefundState
from order_svc.domain.payments.postings import Entry, LedgerAccount, Posting, PostingKind, Shares
from order_svc.settings import Settings
from order_svc.tables.ledger import POSTINGS, POSTINGS_OF_ORDER, POSTINGS_OF_SUBJECT

_RETURNED: Mapping[str, str] = {
    PartKind.POINTS: "payer",
    PartKind.COUPON: "payer",
    PartKind.GIFT: "payee",
    PartKind.PROMOTION: "payee",
}
"""The parts of a refund that take a discount back, with the side on which they name its funder (rule R8)."""
_CHARGES = {
    ChargeState.PAID: (PostingKind.CHARGE_PAID, LedgerAccount.CHARGES_RECEIVED, LedgerAccount.CHARGES_KEPT),
    ChargeState.TO_RETURN: (
        PostingKind.CHARGE_OWED_BACK,
        LedgerAccount.CHARGES_KEPT,
        LedgerAccount.CHARGES_TO_RETURN,
    ),
    ChargeState.RETURNED: (
        PostingKind.CHARGE_RETURNED,
        LedgerAccount.CHARGES_TO_RETURN,
        LedgerAccount.CHARGES_RETURNED,
    ),
}


async def payment_received(tx: Transaction[Settings], payment: Payment) -> None:
    """The payment has succeeded: the merchant is owed it."""
    kind, debit, credit = PostingKind.PAYMENT_RECEIVED, LedgerAccount.PAYMENTS_RECEIVED, LedgerAccount.MERCHANT_PAYABLE
    await _post(tx, payment, payment.id, [Entry(kind, debit, credit, payment.amount_minor)], payment.provider)


async def order_paid(tx: Transaction[Settings], order: Order, lines: Iterable[OrderLine]) -> None:
    """The order was paid: each funder bears its discounts, as far as the merchant has stated them."""
    shares = Counter[str]()
    for discounts in (order.shipping_discounts, *(line.discounts for line in lines)):
        for discount in discounts or ():
            shares[discount["funder"]] += discount["amount_minor"]
    await _post(tx, order, order.id, rules.discounts_funded(shares))


async def order_undone(tx: Transaction[Settings], order: Order) -> None:
    """The paid order is not fulfilled: what is left of its discounts goes back to their funders."""
    left = rules.discounts_left(await tx.all(POSTINGS_OF_ORDER, order_id=order.id))
    await _post(tx, order, order.id, rules.discounts_returned(left))


def returned_in(parts: Iterable[RefundPart]) -> Shares:
    """What of the discounts goes back to their funders by these parts of a refund."""
    returned = Counter[str]()
    for part in parts:
        if part.kind in _RETURNED:
            returned[getattr(part, _RETURNED[part.kind])] += part.amount_minor
    return _known(returned)


async def returned_with(tx: Transaction[Settings], refund: Refund) -> Shares:
    """What of the discounts was posted as going back to their funders with this refund."""
    kind = PostingKind.REFUND_REQUESTED
    requested = await tx.all(POSTINGS_OF_SUBJECT, subject_id=refund.id, kind=kind)
    codes = {account: code for code, account in rules.FUNDING.items()}
    going_back = (each for each in requested if each.debit is LedgerAccount.DISCOUNTS_GRANTED)
    return {codes[each.credit]: each.amount_minor for each in going_back}


async def refund_requested(tx: Transaction[Settings], payment: Payment, refund: Refund, returned: Shares) -> None:
    """The refund of the payment is on its way; `returned` is what of the discounts goes back with it."""
    await _post(tx, payment, refund.id, rules.refund_requested(refund, returned), payment.provider)


async def refund_ended(tx: Transaction[Settings], payment: Payment, refund: Refund) -> None:
    """The refund of the payment has succeeded or failed. One that was refused before it was on its way has moved nothing."""
    if refund.state is RefundState.SUCCEEDED:
        provider = None if refund.outside is not None else payment.provider
        await _post(tx, payment, refund.id, [rules.refund_succeeded(refund)], provider)
        return
    kind = PostingKind.REFUND_REQUESTED
    requested = await tx.all(POSTINGS_OF_SUBJECT, subject_id=refund.id, kind=kind)
    await _post(tx, payment, refund.id, rules.refund_failed(requested), payment.provider)


async def refund_reversed(tx: Transaction[Settings], payment: Payment, refund: Refund, *, still_tried: bool) -> None:
    """The refund of the payment has succeeded, and came back. What others bear of it, and what of the discounts went back with it, stays,
    unless its case decides again (`costs_undone`, `discounts_undone`)."""
    await _post(tx, payment, refund.id, rules.refund_reversed(refund, still_tried=still_tried), payment.provider)


async def charge_back_changed(tx: Transaction[Settings], payment: Payment, charge_back: ChargeBack) -> None:
    """The charge-back has entered its state: one that is lost moves nothing, since the money is taken while it is open."""
    entry = rules.charge_back_entry(charge_back)
    await _post(tx, payment, charge_back.id, [] if entry is None else [entry], payment.provider)


async def discounts_undone(tx: Transaction[Settings], payment: Payment, share: Refund) -> None:
    """A share was paid of a refund that has failed as a whole: the discounts go back with the refund of the rest. What others bear of the
    share stays."""
    await _undo(tx, payment, share, lambda posting: posting.debit is LedgerAccount.DISCOUNTS_GRANTED)


async def costs_undone(tx: Transaction[Settings], payment: Payment, refund: Refund) -> None:
    """The refund, or a share of one, came back: others bear nothing of it until it is given back again."""
    await _undo(tx, payment, refund, lambda posting: posting.credit is LedgerAccount.REFUND_COSTS_SHARED)


async def _undo(
    tx: Transaction[Settings], payment: Payment, refund: Refund, is_meant: Callable[[Posting], bool]
) -> None:
    """Post the opposite of what is meant of the postings of a refund that was requested, unless that was done before."""
    requested = await tx.all(POSTINGS_OF_SUBJECT, subject_id=refund.id, kind=PostingKind.REFUND_REQUESTED)
    undone = await tx.all(POSTINGS_OF_SUBJECT, subject_id=refund.id, kind=PostingKind.REFUND_FAILED)
    done = {(each.debit, each.credit) for each in undone}
    entries = rules.refund_failed(each for each in requested if is_meant(each))
    await _post(tx, payment, refund.id, [each for each in entries if (each.debit, each.credit) not in done])


async def compensated(tx: Transaction[Settings], order: Order, paid: Compensation) -> None:
    """A guarantee, or the merchant for lost goods, has paid to the buyer."""
    kind, debit = PostingKind.COMPENSATION_PAID, LedgerAccount.COMPENSATIONS_FUNDED
    await _post(tx, order, paid.id, [Entry(kind, debit, LedgerAccount.COMPENSATIONS_PAID, paid.amount_minor)])


async def charge_changed(tx: Transaction[Settings], order: Order, before: Charge | None, after: Charge) -> None:
    """The charge of a case has come into its state; what came between is posted too, should its event not have come."""
    states = list(ChargeState)
    known = -1 if before is None else states.index(before.state)
    entries = [
        Entry(*_CHARGES[state], after.amount_minor) for state in states[known + 1 : states.index(after.state) + 1]
    ]
    await _post(tx, order, after.case_id, entries)


async def claw_back_changed(tx: Transaction[Settings], order: Order, before: ClawBack | None, after: ClawBack) -> None:
    """What a buyer owes by a verdict has changed: the difference is posted, which is the opposite where it is less."""
    a, k = LedgerAccount, PostingKind
    owed, repaid, written_off = (
        (0, 0, 0) if before is None else (before.owed_minor, before.repaid_minor, before.written_off_minor)
    )
    changes = [
        (k.CLAW_BACK_OWED, a.BUYER_RECEIVABLE, a.CLAW_BACKS_OWED, after.owed_minor - owed),
        (k.CLAW_BACK_REPAID, a.CLAW_BACKS_REPAID, a.BUYER_RECEIVABLE, after.repaid_minor - repaid),
        (k.CLAW_BACK_WRITTEN_OFF, a.CLAW_BACKS_WRITTEN_OFF, a.BUYER_RECEIVABLE, after.written_off_minor - written_off),
    ]
    entries = [Entry(kind, debit, credit, abs(minor)) for kind, debit, credit, minor in changes]
    signed = zip(entries, changes, strict=True)
    await _post(tx, order, after.dispute_id, [each if minor > 0 else each.opposite for each, (*_, minor) in signed])


def _known(shares: Shares) -> Shares:
    """The shares of the funders that have an account: discounts are funded by no others."""
    return {code: minor for code, minor in shares.items() if code in rules.FUNDING}


async def _post(
    tx: Transaction[Settings],
    about: Order | Payment,
    subject_id: str,
    entries: Iterable[Entry],
    provider: str | None = None,
) -> None:
    """Add a posting per entry; nothing moves where its amount is 0. `about` is the order, or a payment of it."""
    for entry in entries:
        if entry.minor:
            posting = Posting(
                id=tx.new_id("post"),
                order_id=about.id if isinstance(about, Order) else about.order_id,
                merchant_id=about.merchant_id,
                subject_id=subject_id,
                kind=entry.kind,
                debit=entry.debit,
                credit=entry.credit,
                amount_minor=entry.minor,
                currency=about.currency,
                provider=provider,
                posted_at=tx.now,
            )
            await tx.insert_last(POSTINGS, posting)
