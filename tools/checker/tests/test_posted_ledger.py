"""The check of the double-entry ledger finds each minor unit that is off, and nothing in sound books."""

from typing import Any

import pytest
from aftercare_checker import postings
from aftercare_checker.database import DatabaseState

PAYMENT = {
    "id": "pay_1",
    "order_id": "ord_1",
    "state": "succeeded",
    "amount_minor": 100,
    "charged_back_minor": 7,
    "currency": "CNY",
}


def refund(amount: int, state: str = "succeeded", outside: str | None = None) -> dict[str, Any]:
    return {"payment_id": "pay_1", "state": state, "amount_minor": amount, "currency": "CNY", "outside": outside}


def posting(debit: str, credit: str, amount: int) -> dict[str, Any]:
    return {"order_id": "ord_1", "debit": debit, "credit": credit, "amount_minor": amount, "currency": "CNY"}


REFUNDS = [refund(30), refund(20, "unknown"), refund(5, outside="cash"), refund(99, "failed")]
POSTINGS = [
    posting("payments_received", "merchant_payable", 100),
    posting("merchant_payable", "refunds_in_flight", 50),
    posting("refunds_in_flight", "refunds_paid", 30),
    posting("merchant_payable", "refunds_paid_outside", 5),
    posting("merchant_payable", "charged_back", 7),
    posting("merchant_funding", "discounts_granted", 3),
]


def violations(rows: list[dict[str, Any]] = POSTINGS, payment: dict[str, Any] = PAYMENT) -> list[str]:
    state = DatabaseState("order-svc", payments=[payment], refunds=REFUNDS, postings=rows)
    result = postings.posted([state])
    assert result.checked == 1
    return result.violations


def test_sound_books_have_no_violation() -> None:
    assert violations() == []


@pytest.mark.parametrize(
    ("number", "account"),
    [(0, "payments_received"), (2, "refunds_paid"), (3, "refunds_paid_outside"), (4, "charged_back")],
)
def test_a_minor_unit_that_is_off_is_found(number: int, account: str) -> None:
    wrong = [*POSTINGS]
    wrong[number] = wrong[number] | {"amount_minor": wrong[number]["amount_minor"] + 1}
    assert any(line.startswith(f"ord_1: {account} has") for line in violations(wrong))


def test_a_movement_that_is_not_posted_is_found() -> None:
    assert violations(POSTINGS[1:]) == [
        "ord_1: payments_received has 0 CNY posted, the rows have -100",
    ]


def test_a_posting_of_a_payment_that_failed_is_found() -> None:
    assert violations(payment=PAYMENT | {"state": "failed"}) == [
        "ord_1: payments_received has -100 CNY posted, the rows have 0",
    ]


def test_what_left_the_equation_is_found() -> None:
    assert "ord_1: what was paid is off by -1 CNY" in violations(
        [*POSTINGS, posting("merchant_payable", "charges_kept", 1)]
    )
