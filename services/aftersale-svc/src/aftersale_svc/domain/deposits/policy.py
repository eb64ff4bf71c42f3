"""What an entry makes of the balance of a deposit."""

from aftersale_svc.domain.cases.exchanges.policy import LARGEST_TOTAL
from aftersale_svc.domain.deposits.errors import DepositInsufficient, DepositReferenceUsed, DepositTooLarge
from aftersale_svc.domain.deposits.model import LESSENING, DepositEntry, DepositEntryKind


def balance_after(
    balance_minor: int, kind: DepositEntryKind, amount_minor: int, currency: str, reserved_minor: int = 0
) -> int:
    """Return the balance after an entry of this amount, in minor units. What is reserved stays on the deposit.

    Raises:
        DepositInsufficient: more is taken than is there besides.
        DepositTooLarge: more than `LARGEST_TOTAL` would be there.
    """
    after = balance_minor - amount_minor if kind in LESSENING else balance_minor + amount_minor
    if kind in LESSENING and after < reserved_minor:
        raise DepositInsufficient(
            available=max(0, balance_minor - reserved_minor), amount=amount_minor, currency=currency
        )
    if after > LARGEST_TOTAL:
        raise DepositTooLarge(pointer="/amount/amount", most=LARGEST_TOTAL, currency=currency)
    return after


def check_repeated(known: DepositEntry, kind: DepositEntryKind, amount_minor: int) -> None:
    """Refuse a reference that another entry has; the same entry may be sent again. Raises: DepositReferenceUsed."""
    if (known.kind, known.amount_minor) != (kind, amount_minor):
        raise DepositReferenceUsed(pointer="/reference", entry_id=known.id)
