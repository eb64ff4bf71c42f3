"""Stripe's balance transactions of a day as a statement: charges, refunds, and what disputes take back."""

from collections.abc import Mapping
from typing import Any

import stripe

from order_svc.domain.payments.statements import EntryKind, StatementEntry
from order_svc.integrations.payments.stripe.amounts import read

_KINDS: Mapping[str, tuple[EntryKind, str]] = {
    "charge": (EntryKind.PAYMENT, "payment_id"),
    "payment": (EntryKind.PAYMENT, "payment_id"),
    "refund": (EntryKind.REFUND, "refund_id"),
    "payment_refund": (EntryKind.REFUND, "refund_id"),
    "refund_failure": (EntryKind.REVERSAL, "refund_id"),
    "payment_failure_refund": (EntryKind.REVERSAL, "refund_id"),
    "adjustment": (EntryKind.CHARGEBACK, "payment_id"),
}
"""By the types of transactions, with the metadata of their source that has our id. Others are fees, payouts and transfers."""


def entry_of(transaction: stripe.BalanceTransaction) -> StatementEntry | None:
    """The entry of a transaction whose source was expanded; None where it is about none of our kinds.

    The amount is that of the source: the transaction's own is in the currency of the account. Of a charge it is what was captured.
    """
    row = transaction.to_dict()
    source = row.get("source")
    if row.get("type") not in _KINDS or not isinstance(source, dict):
        return None
    kind, field = _KINDS[row["type"]]
    if kind is EntryKind.CHARGEBACK and source.get("object") != "dispute":
        return None
    amount = source["amount_captured" if "amount_captured" in source else "amount"]
    return StatementEntry(
        kind=kind,
        reference=_reference(kind, source),
        subject_id=(source.get("metadata") or {}).get(field),
        amount_minor=read(abs(int(amount)), str(source["currency"])),
        currency=str(source["currency"]).upper(),
        given_again=kind is EntryKind.CHARGEBACK and int(row["amount"]) > 0,
    )


def _reference(kind: EntryKind, source: Mapping[str, Any]) -> str:  # Any: JSON
    """The number that a payment has here is that of its PaymentIntent, not of the charge."""
    paid = source.get("payment_intent") if kind is EntryKind.PAYMENT else None
    return str(paid or source["id"])
