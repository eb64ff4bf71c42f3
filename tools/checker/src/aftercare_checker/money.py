"""Payments and refunds: rows, events and the provider's ledger agree to the minor unit, in the same currency."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from aftercare_checker.database import DatabaseState
from aftercare_checker.log import Log
from aftercare_checker.report import CheckResult

SUCCEEDED, SHARE, COMPLETED = "RefundSucceeded.v1", "RefundShareSucceeded.v1", "AfterSaleCompleted.v1"
OWED_AGAIN = "AfterSaleRefundReversed.v1"
REVERSED, SHARE_FAILED = "RefundReversed.v1", "RefundShareFailed.v1"
TYPES = (SUCCEEDED, SHARE, COMPLETED, OWED_AGAIN, REVERSED, SHARE_FAILED)
SIMULATOR = "simulator"
"""The name of the provider whose ledger is read."""

Sums = Counter[tuple[str, str]]
"""Minor units by id and currency."""


def refunds(states: Sequence[DatabaseState], log: Log) -> CheckResult:
    """Per payment: sum of its refunds = its row = its events ≤ the amount paid, and each refund succeeds once."""
    result = CheckResult("refunds ≤ paid, books = log", what="payments")
    on_log, rows, payments = _refunded_on(log, result), _refunded_in(states, "payment_id"), set()
    for payment in (payment for one in states for payment in one.payments):
        result.count()
        key = payment["id"], payment["currency"]
        payments.add(key)
        paid = payment["amount_minor"] if payment["state"] == "succeeded" else 0
        if not payment["refunded_minor"] == rows[key] == on_log[key] <= paid:
            result.violation(
                f"{key[0]}: paid {paid}, row {payment['refunded_minor']}, refunds {rows[key]}, log {on_log[key]}"
            )
    for id_, currency in sorted({*rows, *on_log} - payments):
        result.violation(f"{id_}: refunded in {currency}, in which nothing was paid")
    return result


def _refunded_in(
    states: Sequence[DatabaseState], by: str, *, outside: bool = False, reversed_too: bool = False
) -> Sums:
    """What succeeded refunds in the databases add up to, by one of their ids; with `outside`, those made without the provider; with
    `reversed_too`, also those that came back afterwards and are not owed by their cases."""
    back: Sums = Counter()
    for refund in (refund for one in states for refund in one.refunds):
        counts = refund.get("outside") is not None or not outside
        came_back = refund.get("reversed_at") is not None and not refund.get("owed_by_case")
        succeeded = refund["state"] == "succeeded" or (reversed_too and came_back)
        if succeeded and refund[by] and counts:
            back[refund[by], refund["currency"]] += refund["amount_minor"]
    return back


def _refunded_on(log: Log, result: CheckResult) -> Sums:
    """What refunds add up to by payment, as the events say, without those that came back to the merchant."""
    back: Sums = Counter()
    seen: set[str] = set()
    for entry in log.firsts():
        if entry.type not in (SUCCEEDED, SHARE, REVERSED, SHARE_FAILED) or entry.data is None:
            continue
        data = json.loads(entry.data)
        if entry.type in (REVERSED, SHARE_FAILED):
            if (
                entry.type == REVERSED or _of_share(data) in seen
            ):  # a share that came back fails with the rest of its refund
                back[data["payment_id"], data["currency"]] -= data["amount_minor"]
            continue
        subject = data["refund_id"] if entry.type == SUCCEEDED else _of_share(data)
        if subject in seen:
            result.violation(f"refund {subject} succeeded twice on the log")
        seen.add(subject)
        if data.get("shares") is None:  # else each share has an event of its own
            back[data["payment_id"], data["currency"]] += data["amount_minor"]
    return back


def _of_share(data: Mapping[str, Any]) -> str:  # Any: JSON
    return f"{data['refund_id']} in its share {data['share_id']}"


def cases(states: Sequence[DatabaseState], log: Log) -> CheckResult:
    """The refund in the event of each completed case is the sum of its refunds, with those that came back since and that its order owes."""
    result = CheckResult("completed cases = their refunds", what="cases")
    rows = _refunded_in(states, "case_id", reversed_too=True)
    # A case may be completed again, by a verdict that awards more or since its money came back: its last event counts.
    last = {
        entry.subject: entry
        for entry in log.firsts()
        if entry.type in (COMPLETED, OWED_AGAIN) and entry.data is not None
    }
    for subject, entry in last.items():
        if entry.type == OWED_AGAIN or entry.data is None:
            continue
        result.count()
        data = json.loads(entry.data)
        back = rows[subject, data["currency"]]
        if data["refunded_minor"] != back:
            result.violation(f"{subject} says {data['refunded_minor']}, its refunds are {back}")
    return result


async def ledger(states: Sequence[DatabaseState], simulator: str) -> CheckResult:
    """The simulator's ledger has the same payments and refunds as our rows, but for those that were made without it; the ledgers of
    other providers are not read.
    """
    result = CheckResult("provider's ledger = books", what="payments")
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        # JSON of another service.
        lines: list[dict[str, Any]] = (await http.get(f"{simulator}/v1/ledger")).raise_for_status().json()["payments"]
    outside = _refunded_in(states, "payment_id", outside=True)
    theirs = {line["payment_id"]: (line["paid"], line["refunded"], line["currency"]) for line in lines}
    for payment in (payment for one in states for payment in one.payments if payment["provider"] == SIMULATOR):
        result.count()
        paid, currency = payment["amount_minor"] if payment["state"] == "succeeded" else 0, payment["currency"]
        by_provider = payment["refunded_minor"] - outside[payment["id"], currency]
        ours, found = (paid, by_provider, currency), theirs.pop(payment["id"], (0, 0, currency))
        if payment["state"] != "pending" and ours != found:
            result.violation(f"{payment['id']}: our rows {ours}, the provider's ledger {found}")
    for id_, found in theirs.items():
        if found[:2] != (0, 0):
            result.violation(f"{id_}: {found} at the provider, and no row")
    return result
