"""The ledger of an order (rule R14): what was paid is what the merchant keeps, what was refunded and what is in flight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from order_svc.domain.payments.charge_backs import ChargeBack, taken_minor
from order_svc.domain.payments.charges import Charge, ChargeState, sum_of
from order_svc.domain.payments.claw_backs import ClawBack
from order_svc.domain.payments.compensations import Compensation
from order_svc.domain.payments.model import IN_FLIGHT, Payment, PaymentState, Refund, RefundState
from order_svc.domain.payments.postings import Posting


class LedgerEffect(StrEnum):
    """The sum of the ledger in which an entry counts; `none`: it has failed, or its payment is not settled yet."""

    PAID = "paid"
    REFUNDED = "refunded"
    IN_FLIGHT = "in_flight"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A payment, or a refund of it, as it counts now. `at` is when it was settled, or else created."""

    at: datetime
    effect: LedgerEffect
    document: Payment | Refund


@dataclass(frozen=True, slots=True)
class OrderLedger:
    """All payments and refunds of an order in the order in which they happened, with their sums in minor units.

    Beside these are `compensations`, what guarantees have paid to the buyer, and `charges`, what the buyer has paid in cases, which is
    no money of the payments: what was charged is what the merchant keeps of it, has given back, and has still to give back. `claw_backs` is
    what refunds have paid too much by verdicts that were replaced: what was refunded stays refunded, and the buyer owes it.
    `postings` are the double entries of all of these. `owed_minor` is what of `kept_minor` failed refunds of no case were to give back.
    """

    order_id: str
    currency: str
    entries: Sequence[LedgerEntry]
    is_balanced: bool
    compensations: Sequence[Compensation] = ()
    charges: Sequence[Charge] = ()
    claw_backs: Sequence[ClawBack] = ()
    postings: Sequence[Posting] = ()
    charge_backs: Sequence[ChargeBack] = ()
    owed_minor: int = 0

    @property
    def charged_minor(self) -> int:
        """What the buyer has paid in cases, whatever has become of it."""
        return sum_of(self.charges, *ChargeState)

    @property
    def charges_returned_minor(self) -> int:
        """What of it the merchant has given back."""
        return sum_of(self.charges, ChargeState.RETURNED)

    @property
    def charges_to_return_minor(self) -> int:
        """What of it the merchant has still to give back."""
        return sum_of(self.charges, ChargeState.TO_RETURN)

    @property
    def charges_kept_minor(self) -> int:
        """What of it the merchant keeps."""
        return sum_of(self.charges, ChargeState.PAID)

    @property
    def owed_by_buyer_minor(self) -> int:
        """What of the refunds the buyer has still to pay back."""
        return sum(each.open_minor for each in self.claw_backs)

    @property
    def paid_minor(self) -> int:
        """What the payments that succeeded have brought."""
        return self._sum(LedgerEffect.PAID)

    @property
    def refunded_minor(self) -> int:
        """What went back to the buyer, by refunds and by charge-backs."""
        return self._sum(LedgerEffect.REFUNDED) + self.charged_back_minor

    @property
    def charged_back_minor(self) -> int:
        """What of it the provider has taken back."""
        return taken_minor(self.charge_backs)

    @property
    def refunded_outside_minor(self) -> int:
        """What of it went back without the provider."""
        back = (entry.document for entry in self.entries if entry.effect is LedgerEffect.REFUNDED)
        return sum(each.amount_minor for each in back if isinstance(each, Refund) and each.outside is not None)

    @property
    def in_flight_minor(self) -> int:
        """What refunds without a result may still give back."""
        return self._sum(LedgerEffect.IN_FLIGHT)

    @property
    def kept_minor(self) -> int:
        """What the merchant keeps if all refunds in flight succeed."""
        return max(0, self._left_minor)

    @property
    def overdrawn_minor(self) -> int:
        """What went back beyond what was paid: the provider has taken back what was refunded as well."""
        return max(0, -self._left_minor)

    @property
    def _left_minor(self) -> int:
        return self.paid_minor - self.refunded_minor - self.in_flight_minor

    def _sum(self, effect: LedgerEffect) -> int:
        return sum(entry.document.amount_minor for entry in self.entries if entry.effect is effect)


def ledger_of(
    order_id: str,
    currency: str,
    payments: Sequence[Payment],
    refunds: Sequence[Refund],
    compensations: Sequence[Compensation] = (),
    charges: Sequence[Charge] = (),
    claw_backs: Sequence[ClawBack] = (),
    postings: Sequence[Posting] = (),
    charge_backs: Sequence[ChargeBack] = (),
) -> OrderLedger:
    """The ledger of an order with these payments and their refunds.

    It is balanced where each payment states as refunded what its refunds add up to, and keeps no less than nothing.
    """
    entries = [
        *(LedgerEntry(each.settled_at or each.created_at, _effect_of_payment(each), each) for each in payments),
        *(LedgerEntry(each.settled_at or each.created_at, _effect_of_refund(each), each) for each in refunds),
    ]
    entries.sort(key=lambda entry: entry.at)
    balanced = all(_is_balanced(each, [one for one in refunds if one.payment_id == each.id]) for each in payments)
    return OrderLedger(
        order_id, currency, entries, balanced, compensations, charges, claw_backs, postings, charge_backs
    )


def _effect_of_payment(payment: Payment) -> LedgerEffect:
    return LedgerEffect.PAID if payment.state is PaymentState.SUCCEEDED else LedgerEffect.NONE


def _effect_of_refund(refund: Refund) -> LedgerEffect:
    if refund.state in IN_FLIGHT:
        return LedgerEffect.IN_FLIGHT
    return LedgerEffect.REFUNDED if refund.state is RefundState.SUCCEEDED else LedgerEffect.NONE


def _is_balanced(payment: Payment, refunds: Sequence[Refund]) -> bool:
    refunded = sum(each.amount_minor for each in refunds if each.state is RefundState.SUCCEEDED)
    in_flight = sum(each.amount_minor for each in refunds if each.state in IN_FLIGHT)
    paid = payment.amount_minor if payment.state is PaymentState.SUCCEEDED else 0
    return payment.refunded_minor == refunded and refunded + in_flight <= paid
