"""Deposits of merchants and their entries. Money is in minor units of `currency`; times are aware, UTC."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DepositEntryKind(StrEnum):
    """Why the balance of a deposit changes."""

    PAID_IN = "paid_in"
    TOPPED_UP = "topped_up"
    RELEASED = "released"
    CLAIMED = "claimed"


LESSENING = frozenset({DepositEntryKind.RELEASED, DepositEntryKind.CLAIMED})
"""What takes money from a deposit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """What a merchant has left of its deposit in one currency; never below 0. Its row is locked by whatever changes it."""

    id: str
    version: int
    merchant_id: str
    currency: str
    balance_minor: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositInUse(Deposit):
    """A deposit, and what claims are to be paid from it that were agreed to or approved."""

    reserved_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositEntry:
    """A change of a deposit. `balance_minor` is what is on it afterwards.

    `reference` is that of the payment; it stays in this database. `claim_id` is the claim that it has paid; of what administrators book, a
    reference is unique for the deposit.
    """

    id: str
    deposit_id: str
    merchant_id: str
    currency: str
    kind: DepositEntryKind
    amount_minor: int
    balance_minor: int
    reference: str
    claim_id: str | None = None
    note: str | None = None
    booked_by: str
    booked_at: datetime
