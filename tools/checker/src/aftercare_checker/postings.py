"""The double-entry ledger: its postings add up to nothing, and to what the rows of payments and refunds have."""

from collections import Counter
from collections.abc import Sequence

from aftercare_checker.database import DatabaseState
from aftercare_checker.report import CheckResult

Balances = Counter[tuple[str, str, str]]
"""Minor units that an account owes, by order, currency and account."""

IN_FLIGHT = ("created", "submitted", "unknown")
COMPARED = ("payments_received", "refunds_in_flight", "refunds_paid", "refunds_paid_outside", "charged_back")


def posted(states: Sequence[DatabaseState]) -> CheckResult:
    """Per order: what its postings have in each account is what its payments and refunds have, and all of them add up to nothing."""
    result = CheckResult("postings = payments and refunds", what="orders")
    has, wants = _posted(states), _wanted(states)
    for order, currency in sorted({(order, currency) for order, currency, _ in {*has, *wants}}):
        result.count()
        owed = {account: has[order, currency, account] for account in (*COMPARED, "merchant_payable")}
        for account in COMPARED:
            wanted = wants[order, currency, account]
            if owed[account] != wanted:
                result.violation(f"{order}: {account} has {owed[account]} {currency} posted, the rows have {wanted}")
        if sum(owed.values()) != 0:
            result.violation(f"{order}: what was paid is off by {sum(owed.values())} {currency}")
    return result


def _posted(states: Sequence[DatabaseState]) -> Balances:
    """What the postings have: a credit is owed, a debit is the opposite."""
    balances: Balances = Counter()
    for each in (each for one in states for each in one.postings):
        balances[each["order_id"], each["currency"], each["credit"]] += each["amount_minor"]
        balances[each["order_id"], each["currency"], each["debit"]] -= each["amount_minor"]
    return balances


def _wanted(states: Sequence[DatabaseState]) -> Balances:
    """The same of the rows of payments and refunds."""
    wanted: Balances = Counter()
    orders = {}
    for payment in (payment for one in states for payment in one.payments):
        orders[payment["id"]] = payment["order_id"]
        about = payment["order_id"], payment["currency"]
        wanted[(*about, "payments_received")] -= payment["amount_minor"] if payment["state"] == "succeeded" else 0
        wanted[(*about, "charged_back")] += payment["charged_back_minor"]
    for refund in (refund for one in states for refund in one.refunds):
        about = orders[refund["payment_id"]], refund["currency"]
        if refund["state"] in IN_FLIGHT:
            wanted[(*about, "refunds_in_flight")] += refund["amount_minor"]
        elif refund["state"] == "succeeded":
            account = "refunds_paid" if refund["outside"] is None else "refunds_paid_outside"
            wanted[(*about, account)] += refund["amount_minor"]
    return wanted
