"""How much of a payment may be refunded."""

from collections.abc import Iterable

from order_svc.domain.payments.model import Refund, RefundState


def reserved_minor(refunds: Iterable[Refund]) -> int:
    """The sum of the refunds that have not failed, in minor units: it is refunded already or may still be."""
    return sum(refund.amount_minor for refund in refunds if refund.state is not RefundState.FAILED)
