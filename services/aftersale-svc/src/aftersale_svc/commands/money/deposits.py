"""What is on the deposit of a merchant: money that is paid in, topped up or released, and claims that it pays."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import digest, trace_fields
from aftercare_events.catalogue.deposits import DepositEntryBooked

from aftersale_svc.domain.deposits.model import LESSENING, Deposit, DepositEntry, DepositEntryKind
from aftersale_svc.domain.deposits.policy import balance_after, check_repeated
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim
from aftersale_svc.settings import Settings
from aftersale_svc.tables.money.deposits import (
    DEPOSIT_ENTRIES,
    DEPOSIT_TO_LOCK,
    DEPOSITS,
    ENTRY_OF_REFERENCE,
    LOCK_DEPOSIT,
    RESERVED,
)


async def book(
    tx: Transaction[Settings],
    merchant_id: str,
    *,
    kind: DepositEntryKind,
    amount_minor: int,
    currency: str,
    reference: str,
    note: str | None = None,
) -> DepositEntry:
    """Book what the merchant has paid, or has got back, as an administrator. The same entry is booked once.

    Raises:
        DepositReferenceUsed: see `check_repeated`.
        DepositInsufficient, DepositTooLarge: see `balance_after`.
    """
    await tx.lock_all(LOCK_DEPOSIT, deposit_of=f"deposit of {merchant_id} in {currency}")
    found = await tx.one(DEPOSIT_TO_LOCK, merchant_id=merchant_id, currency=currency)
    deposit = found or Deposit(
        id=tx.new_id("dep"),
        version=0,
        merchant_id=merchant_id,
        currency=currency,
        balance_minor=0,
        updated_at=tx.now,
    )
    known = await tx.one(ENTRY_OF_REFERENCE, deposit_id=deposit.id, reference=reference)
    if known is not None:
        check_repeated(known, kind, amount_minor)
        return known
    reserved = await _reserved(tx, merchant_id, currency) if kind in LESSENING else 0
    balance_after(deposit.balance_minor, kind, amount_minor, currency, reserved)
    return await _booked(tx, deposit, kind, amount_minor, reference, note=note)


async def check_available(tx: Transaction[Settings], claim: GuaranteeClaim, owed_minor: int) -> None:
    """Refuse to let a locked claim be paid more than the deposit of its merchant has besides what other claims are to be paid. While a claim
    is to be paid, what it owes is reserved by that.

    Raises:
        DepositInsufficient: the deposit has less.
    """
    deposit = await tx.one(DEPOSIT_TO_LOCK, merchant_id=claim.merchant_id, currency=claim.currency)
    balance = 0 if deposit is None else deposit.balance_minor
    reserved = await _reserved(tx, claim.merchant_id, claim.currency)
    balance_after(balance, DepositEntryKind.CLAIMED, owed_minor, claim.currency, reserved)


async def pay_claim(tx: Transaction[Settings], claim: GuaranteeClaim, reference: str) -> None:
    """Take what a locked claim was paid from the deposit of its merchant; where earlier builds have approved more than is on it, what is
    there: the payment was made, and is recorded in any case."""
    deposit = await tx.one(DEPOSIT_TO_LOCK, merchant_id=claim.merchant_id, currency=claim.currency)
    taken = 0 if deposit is None else min(claim.owed_minor or 0, deposit.balance_minor)
    if deposit is not None and taken:
        await _booked(tx, deposit, DepositEntryKind.CLAIMED, taken, reference, claim_id=claim.id)


async def _reserved(tx: Transaction[Settings], merchant_id: str, currency: str) -> int:
    """What claims are to be paid from this deposit, which is locked."""
    found = await tx.one(RESERVED, merchant_id=merchant_id, currency=currency)
    return 0 if found is None else int(found["reserved_minor"])


async def _booked(
    tx: Transaction[Settings],
    deposit: Deposit,
    kind: DepositEntryKind,
    amount_minor: int,
    reference: str,
    *,
    claim_id: str | None = None,
    note: str | None = None,
) -> DepositEntry:
    balance = balance_after(deposit.balance_minor, kind, amount_minor, deposit.currency)
    entry = DepositEntry(
        id=tx.new_id("dpe"),
        deposit_id=deposit.id,
        merchant_id=deposit.merchant_id,
        currency=deposit.currency,
        kind=kind,
        amount_minor=amount_minor,
        balance_minor=balance,
        reference=reference,
        claim_id=claim_id,
        note=note,
        booked_by=tx.actor.id,
        booked_at=tx.now,
    )
    event = DepositEntryBooked(
        **trace_fields(tx, affected_party=deposit.merchant_id, applicant=tx.actor.id, result=kind),
        deposit_id=deposit.id,
        merchant_id=deposit.merchant_id,
        kind=kind,
        amount_minor=amount_minor,
        balance_minor=balance,
        currency=deposit.currency,
        reference_hash=digest(reference),
        claim_id=claim_id,
    )
    after = replace(deposit, balance_minor=balance, updated_at=tx.now)
    await (tx.save if deposit.version else tx.create)(DEPOSITS, after, event)
    await tx.insert(DEPOSIT_ENTRIES, entry)
    return entry
