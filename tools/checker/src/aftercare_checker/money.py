"""Payments and refunds: rows, events and the provider's ledger agree to the minor unit."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx

from aftercare_checker.database import DatabaseState
from aftercare_checker.log import Log
from aftercare_checker.report import CheckResult

SUCCEEDED, COMPLETED = "RefundSucceeded.v1", "AfterSaleCompleted.v1"
TYPES = (SUCCEEDED, COMPLETED)


def refunds(states: Sequence[DatabaseState], log: Log) -> CheckResult:
    """Per payment: sum of its refunds = its row = its events ≤ the amount paid, and each refund succeeds once."""
    result = CheckResult("refunds ≤ paid, books = log", what="payments")
    on_log = _refunded_on(log, result)
    for one in states:
        rows: Counter[str] = Counter()
        for refund in one.refunds:
            if refund["state"] == "succeeded":
                rows[refund["payment_id"]] += refund["amount_minor"]
        for payment in one.payments:
            result.count()
            id_, paid = payment["id"], payment["amount_minor"] if payment["state"] == "succeeded" else 0
            if not payment["refunded_minor"] == rows[id_] == on_log[id_] <= paid:
                result.violation(
                    f"{id_}: paid {paid}, row {payment['refunded_minor']}, refunds {rows[id_]}, log {on_log[id_]}"
                )
    return result


def _refunded_on(log: Log, result: CheckResult) -> Counter[str]:
    """The refunded minor units by payment, as the events say."""
    back: Counter[str] = Counter()
    seen: set[str] = set()
    for entry in log.firsts():
        if entry.type == SUCCEEDED and entry.data is not None:
            data = json.loads(entry.data)
            if data["refund_id"] in seen:
                result.violation(f"refund {data['refund_id']} succeeded twice on the log")
            seen.add(data["refund_id"])
            back[data["payment_id"]] += data["amount_minor"]
    return back


def cases(states: Sequence[DatabaseState], log: Log) -> CheckResult:
    """The refund in the event of each completed case is the sum of its refunds."""
    result = CheckResult("completed cases = their refunds", what="cases")
    back: Counter[str] = Counter()
    for one in states:
        for refund in one.refunds:
            if refund["state"] == "succeeded" and refund["case_id"]:
                back[refund["case_id"]] += refund["amount_minor"]
    for entry in log.firsts():
        if entry.type == COMPLETED and entry.data is not None:
            result.count()
            data = json.loads(entry.data)
            if data["refunded_minor"] != back[entry.subject]:
                result.violation(
                    f"{entry.subject} says {data['refunded_minor']}, its refunds are {back[entry.subject]}"
                )
    return result


async def ledger(states: Sequence[DatabaseState], simulator: str) -> CheckResult:
    """The provider's ledger has the same payments and refunds as our rows."""
    result = CheckResult("provider's ledger = books", what="payments")
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        # JSON of another service.
        lines: list[dict[str, Any]] = (await http.get(f"{simulator}/v1/ledger")).raise_for_status().json()["payments"]
    theirs = {line["payment_id"]: (line["paid"], line["refunded"]) for line in lines}
    for one in states:
        for payment in one.payments:
            result.count()
            paid = payment["amount_minor"] if payment["state"] == "succeeded" else 0
            ours, found = (paid, payment["refunded_minor"]), theirs.pop(payment["id"], (0, 0))
            if payment["state"] != "pending" and ours != found:
                result.violation(f"{payment['id']}: our rows {ours}, the provider's ledger {found}")
    for id_, found in theirs.items():
        if found != (0, 0):
            result.violation(f"{id_}: {found} at the provider, and no row")
    return result
