"""The payment plans of orders in requests and responses."""

from typing import Self

from aftercare_chassis.http.schemas import In, Money, Out, Time

from order_svc.domain.model import Amount, Order
from order_svc.domain.payments.plans import Instalment, InstalmentDraft, InstalmentKind, PaymentPlan, kept_minor

MOST_INSTALMENTS = 10


class InstalmentIn(In):
    """A part of a payment plan. The parts are paid in their order; those after a deposit can be paid once it is."""

    kind: InstalmentKind
    """`deposit` 定金: the first part; `balance` 尾款: the last one; `part`: any other."""
    amount: Money
    """In the currency of the order."""
    due_at: Time | None = None
    """Until when it has to be paid: if it is not, the order is cancelled. Where it is left out, the usual time to pay an order, from when
    the part before it was paid. It has an upper bound, as `payment_minutes` has: that of the first part is the same, that of the others is
    later (`due_time_too_late`)."""

    def draft(self) -> InstalmentDraft:
        """The part as the command takes it."""
        return InstalmentDraft(self.kind, Amount(self.amount.amount, self.amount.currency), self.due_at)


class InstalmentOut(Out):
    """A part of a payment plan."""

    kind: InstalmentKind
    """`deposit`, `balance` or `part`."""
    amount: Money
    """All of it, whatever was paid."""
    due_at: Time | None
    """Until when it has to be paid; null while the part before it is not paid, where the merchant gave no time."""

    @classmethod
    def of(cls, part: Instalment, currency: str) -> Self:
        """The part as it was planned."""
        return cls(kind=part.kind, amount=Money.of(part.amount_minor, currency), due_at=part.due_at)


class PaymentPlanOut(Out):
    """The parts in which an order is paid, in their order."""

    instalments: list[InstalmentOut]
    """They add up to the total of the order."""
    deposit_refundable: bool
    """Whether the buyer gets the deposit back who does not pay the balance in time, or cancels before."""
    deposit_kept: Money
    """What of the deposit the merchant keeps, since the order was cancelled like that; zero otherwise."""

    @classmethod
    def of(cls, order: Order) -> Self | None:
        """The plan of the order; None where it has none."""
        plan = PaymentPlan.of(order)
        if plan is None:
            return None
        return cls(
            instalments=[InstalmentOut.of(each, order.currency) for each in plan.instalments],
            deposit_refundable=plan.deposit_refundable,
            deposit_kept=Money.of(kept_minor(order), order.currency),
        )


class NextDueOut(Out):
    """What has to be paid next."""

    kind: InstalmentKind | None
    """Which part of the payment plan it is; null where there is no plan."""
    amount: Money
    """What is left of it. Payments in progress are not deducted."""
    due_at: Time | None
    """Until when: then the order is cancelled."""

    @classmethod
    def of(cls, order: Order) -> Self:
        """What is due next of an order that awaits its payment."""
        plan = PaymentPlan.of(order)
        due = None if plan is None else plan.next_due(order.paid_minor)
        minor = order.total_minor - order.paid_minor if due is None else due.amount_minor
        return cls(kind=due and due.kind, amount=Money.of(minor, order.currency), due_at=order.deadline_at)
