"""What an entry of a statement means: of Stripe's kinds of transactions, of WeChat Pay's rows, and beside our own books."""

from typing import Any

import pytest
import stripe
from aftercare_simulators.payment.methods import Method
from order_svc.domain.payments.statements import (
    DifferenceCause,
    EntryKind,
    OwnEntry,
    StatementEntry,
    came_back,
    cause_of,
)
from order_svc.integrations.payments.stripe.statements import entry_of
from provider_worlds import NOW, WORLDS, refund_of


def transaction(type_: str, **source: Any) -> stripe.BalanceTransaction:
    content = {"id": "x_1", "amount": 100, "currency": "cny", **source}
    row = {"id": "txn_1", "object": "balance_transaction", "amount": -100, "currency": "usd", "type": type_}
    return stripe.BalanceTransaction.construct_from({**row, "source": content}, "sk_test")


@pytest.mark.parametrize(
    ("type_", "source", "kind", "subject_id"),
    [
        ("charge", {"object": "charge", "metadata": {"payment_id": "pay_1"}}, EntryKind.PAYMENT, "pay_1"),
        ("payment", {"object": "charge", "metadata": {}}, EntryKind.PAYMENT, None),
        ("refund", {"object": "refund", "metadata": {"refund_id": "ref_1"}}, EntryKind.REFUND, "ref_1"),
        ("refund_failure", {"object": "refund", "metadata": {"refund_id": "ref_1"}}, EntryKind.REVERSAL, "ref_1"),
        ("adjustment", {"object": "dispute", "metadata": {"payment_id": "pay_1"}}, EntryKind.CHARGEBACK, "pay_1"),
        ("adjustment", {"object": "dispute"}, EntryKind.CHARGEBACK, None),
    ],
)
def test_a_balance_transaction_is_an_entry_in_the_currency_of_its_source(
    type_: str, source: dict[str, Any], kind: EntryKind, subject_id: str | None
) -> None:
    expected = StatementEntry(kind=kind, reference="x_1", subject_id=subject_id, amount_minor=100, currency="CNY")
    assert entry_of(transaction(type_, **source)) == expected


@pytest.mark.parametrize(("type_", "object_"), [("stripe_fee", "fee"), ("payout", "payout"), ("adjustment", "charge")])
def test_other_balance_transactions_are_no_entries(type_: str, object_: str) -> None:
    assert entry_of(transaction(type_, object=object_)) is None


@pytest.mark.parametrize(
    ("kind", "own", "cause"),
    [
        (EntryKind.PAYMENT, OwnEntry(100, "CNY", True), None),
        (EntryKind.PAYMENT, OwnEntry(101, "CNY", True), DifferenceCause.OTHER_AMOUNT),
        (EntryKind.PAYMENT, OwnEntry(100, "USD", True), DifferenceCause.OTHER_AMOUNT),
        (EntryKind.REFUND, OwnEntry(0, "CNY", False), DifferenceCause.NOT_SUCCEEDED_HERE),
        (EntryKind.REFUND, None, DifferenceCause.UNKNOWN_HERE),
        (EntryKind.CHARGEBACK, OwnEntry(100, "CNY", True), DifferenceCause.CHARGEBACK),
        (EntryKind.REVERSAL, OwnEntry(100, "CNY", True), DifferenceCause.REVERSAL),
        (EntryKind.REVERSAL, OwnEntry(100, "CNY", True, is_reversed=True), None),
        (EntryKind.REVERSAL, OwnEntry(101, "CNY", True, is_reversed=True), DifferenceCause.REVERSAL),
        (EntryKind.REFUND, OwnEntry(100, "CNY", True, is_reversed=True), None),
    ],
)
def test_books_agree_to_the_minor_unit_or_differ(
    kind: EntryKind, own: OwnEntry | None, cause: DifferenceCause | None
) -> None:
    entry = StatementEntry(kind=kind, reference="x", subject_id="x", amount_minor=100, currency="CNY")
    assert cause_of(entry, own) == cause


@pytest.mark.parametrize(
    ("own", "is_taken_back"),
    [
        (OwnEntry(100, "CNY", True, may_come_back=True), True),
        (OwnEntry(101, "CNY", True, may_come_back=True), False),
        (OwnEntry(100, "CNY", True, is_reversed=True, may_come_back=True), False),
        (OwnEntry(0, "CNY", False, may_come_back=True), False),
        (OwnEntry(100, "CNY", True), False),
        (None, False),
    ],
    ids=["the refund", "another amount", "known already", "not paid out", "a payment, or made outside", "unknown"],
)
def test_a_refund_of_the_provider_alone_comes_back(own: OwnEntry | None, is_taken_back: bool) -> None:
    entry = StatementEntry(kind=EntryKind.REVERSAL, reference="x", subject_id="x", amount_minor=100, currency="CNY")
    assert came_back(entry, own) is is_taken_back


async def test_wechat_pays_refunds_that_are_on_their_way_or_failed_are_no_entries() -> None:
    world = WORLDS["wechat_pay"]()
    paid = await world.paid()
    world.provider._slow = 3600  # the last refund stays on its way
    for number, method in enumerate((None, Method.REFUND_DECLINED, Method.SLOW)):
        await world.settled()
        world.behave(method)
        await world.adapter.refund(paid, refund_of(paid, 100 + number, f"ref_{number}"))
    entries = await world.adapter.statement(NOW.date())
    assert entries is not None
    assert [(each.kind, each.amount_minor) for each in entries] == [(EntryKind.PAYMENT, 29500), (EntryKind.REFUND, 100)]
    await world.provider.callbacks.close()
