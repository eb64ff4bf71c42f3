"""Money: what was paid, what came back, and that the provider's own books say the same, to the minor unit."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx

from aftercare_checker.books import Books
from aftercare_checker.log import Log
from aftercare_checker.report import Verdict

SUCCEEDED, COMPLETED = "RefundSucceeded.v1", "AfterSaleCompleted.v1"
TYPES = (SUCCEEDED, COMPLETED)


def refunds(books: Sequence[Books], log: Log) -> Verdict:
    """Per payment: Σ refunds = what the row says = what the log says ≤ what was paid; no refund told twice."""
    verdict = Verdict("refunds ≤ paid, books = log", what="payments")
    on_log = _told(log, verdict)
    for one in books:
        rows: Counter[str] = Counter()
        for refund in one.refunds:
            if refund["state"] == "succeeded":
                rows[refund["payment_id"]] += refund["amount_minor"]
        for payment in one.payments:
            verdict.look()
            id_, paid = payment["id"], payment["amount_minor"] if payment["state"] == "succeeded" else 0
            if not payment["refunded_minor"] == rows[id_] == on_log[id_] <= paid:
                verdict.blame(
                    f"{id_}: paid {paid}, row {payment['refunded_minor']}, refunds {rows[id_]}, log {on_log[id_]}"
                )
    return verdict


def _told(log: Log, verdict: Verdict) -> Counter[str]:
    """Payment -> what the log says came back."""
    back: Counter[str] = Counter()
    seen: set[str] = set()
    for entry in log.firsts():
        if entry.type == SUCCEEDED and entry.data is not None:
            said = json.loads(entry.data)
            if said["refund_id"] in seen:
                verdict.blame(f"refund {said['refund_id']} succeeded twice on the log")
            seen.add(said["refund_id"])
            back[said["payment_id"]] += said["amount_minor"]
    return back


def cases(books: Sequence[Books], log: Log) -> Verdict:
    """Per completed case: the money it tells of is the money that came back for it."""
    verdict = Verdict("completed cases = their refunds", what="cases")
    back: Counter[str] = Counter()
    for one in books:
        for refund in one.refunds:
            if refund["state"] == "succeeded" and refund["case_id"]:
                back[refund["case_id"]] += refund["amount_minor"]
    for entry in log.firsts():
        if entry.type == COMPLETED and entry.data is not None:
            verdict.look()
            said = json.loads(entry.data)
            if said["refunded_minor"] != back[entry.subject]:
                verdict.blame(f"{entry.subject} tells of {said['refunded_minor']}, {back[entry.subject]} came back")
    return verdict


async def ledger(books: Sequence[Books], simulator: str) -> Verdict:
    """The provider took and gave back exactly what our books say."""
    verdict = Verdict("provider's ledger = books", what="payments")
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        lines: list[dict[str, Any]] = (await http.get(f"{simulator}/v1/ledger")).raise_for_status().json()["payments"]
    theirs = {line["payment_id"]: (line["paid"], line["refunded"]) for line in lines}
    for one in books:
        for payment in one.payments:
            verdict.look()
            paid = payment["amount_minor"] if payment["state"] == "succeeded" else 0
            ours, found = (paid, payment["refunded_minor"]), theirs.pop(payment["id"], (0, 0))
            if payment["state"] != "pending" and ours != found:
                verdict.blame(f"{payment['id']}: our books {ours}, the provider's {found}")
    for id_, found in theirs.items():
        if found != (0, 0):
            verdict.blame(f"{id_}: {found} at the provider, unknown to us")
    return verdict
