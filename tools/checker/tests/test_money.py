"""Money: rows, events and cases agree per payment, in its currency, and no more goes back than was paid."""

from dataclasses import replace
from typing import Any

import pytest
from aftercare_checker import money
from suite_states import completed, log, refunded, state


def payment(refunded_minor: int, **more: Any) -> dict[str, Any]:
    """A row of a payment of 1.00."""
    known = {"id": "pay_1", "state": "succeeded", "amount_minor": 100, "currency": "CNY"}
    return {**known, "refunded_minor": refunded_minor, **more}


def refund(minor: int, **more: Any) -> dict[str, Any]:
    """A row of a refund for case_1."""
    known = {"payment_id": "pay_1", "case_id": "case_1", "state": "succeeded", "currency": "CNY"}
    return {**known, "amount_minor": minor, **more}


def of_payment(row: dict[str, Any], refunds: list[dict[str, Any]], *events: Any) -> list[str]:
    return money.refunds([state(payments=[row], refunds=refunds)], log(*events)).violations


def test_refunds_add_up_to_the_whole_payment() -> None:
    sound = state(payments=[payment(100)], refunds=[refund(60), refund(40), refund(7, state="failed")])
    result = money.refunds([sound], log(refunded(1, "r1", 60), refunded(2, "r2", 40)))
    assert (result.violations, result.checked) == ([], 1)


def test_a_repetition_of_a_refund_on_the_log_counts_once() -> None:
    assert of_payment(payment(60), [refund(60)], refunded(1, "r1", 60), refunded(1, "r1", 60)) == []


@pytest.mark.parametrize("end", ["failed", "pending"])
def test_of_a_payment_that_did_not_succeed_nothing_goes_back(end: str) -> None:
    assert of_payment(payment(0, state=end), []) == []
    [line] = of_payment(payment(1, state=end), [refund(1)], refunded(1, "r1", 1))
    assert line == "pay_1: paid 0, row 1, refunds 1, log 1"


def test_one_minor_unit_too_much_is_found() -> None:
    [line] = of_payment(payment(101), [refund(101)], refunded(1, "r1", 101))
    assert line == "pay_1: paid 100, row 101, refunds 101, log 101"


@pytest.mark.parametrize(("row", "rows", "event"), [(59, 60, 60), (60, 59, 60), (60, 60, 59)])
def test_each_of_the_three_books_may_be_the_wrong_one(row: int, rows: int, event: int) -> None:
    [line] = of_payment(payment(row), [refund(rows)], refunded(1, "r1", event))
    assert line == f"pay_1: paid 100, row {row}, refunds {rows}, log {event}"


def test_one_refund_that_succeeds_twice_is_found() -> None:
    found = of_payment(payment(80), [refund(80)], refunded(1, "r1", 40), refunded(2, "r1", 40))
    assert found == ["refund r1 succeeded twice on the log"]


def test_the_shares_of_a_refund_count_where_they_were_made() -> None:
    whole = refunded(2, "r1", 100, shares=[{"share_id": "r1", "amount_minor": 60}])
    share = replace(refunded(1, "r1", 60, share_id="r1"), type=money.SHARE)
    assert of_payment(payment(60), [refund(60)], share, whole) == []
    assert of_payment(payment(60), [refund(60)], whole) == ["pay_1: paid 100, row 60, refunds 60, log 0"]
    again = replace(refunded(3, "r1", 60, share_id="r1"), type=money.SHARE)
    assert (
        of_payment(payment(80), [refund(80)], share, again)[0] == "refund r1 in its share r1 succeeded twice on the log"
    )


def test_a_refund_that_came_back_counts_no_more() -> None:
    came_back = replace(refunded(2, "r1", 60), type=money.REVERSED)
    by_bank = refunded(3, "r2", 60)
    rows = [refund(60, state="failed", reversed_at="2026-03-01"), refund(60, outside="bank_transfer")]
    assert of_payment(payment(60), rows, refunded(1, "r1", 60), came_back, by_bank) == []
    assert of_payment(payment(60), rows, refunded(1, "r1", 60), by_bank) == [
        "pay_1: paid 100, row 60, refunds 60, log 120"
    ]


@pytest.mark.parametrize("succeeds", [True, False], ids=["came back", "declined at once"])
def test_a_share_that_fails_gives_nothing_back(succeeds: bool) -> None:
    share = replace(refunded(1, "r1", 60, share_id="r1"), type=money.SHARE)
    failed = replace(refunded(2, "r1", 60, share_id="r1"), type=money.SHARE_FAILED)
    assert of_payment(payment(0), [], *([share] if succeeds else []), failed) == []


def test_a_refund_in_another_currency_is_found_in_rows_and_on_the_log() -> None:
    right, in_dollars = refunded(1, "r1", 60), refunded(1, "r1", 60, currency="USD")
    assert of_payment(payment(60), [refund(60, currency="USD")], right) == [
        "pay_1: paid 100, row 60, refunds 0, log 60",
        "pay_1: refunded in USD, in which nothing was paid",
    ]
    assert of_payment(payment(60), [refund(60)], in_dollars)[0] == "pay_1: paid 100, row 60, refunds 60, log 0"


def test_a_refund_of_a_payment_without_a_row_is_found() -> None:
    event = refunded(1, "r1", 60, payment_id="pay_9")
    assert of_payment(payment(0), [], event) == ["pay_9: refunded in CNY, in which nothing was paid"]


def of_case(rows: list[dict[str, Any]], *events: Any) -> list[str]:
    return money.cases([state(refunds=rows)], log(*events)).violations


def test_a_completed_case_has_the_sum_of_its_refunds() -> None:
    others = [refund(5, case_id="case_2"), refund(5, case_id=None), refund(5, state="failed")]
    assert of_case([refund(60), refund(40), *others], completed(1, 100)) == []
    assert of_case([refund(60), *others], completed(1, 100)) == ["case_1 says 100, its refunds are 60"]
    assert of_case([refund(100, currency="USD")], completed(1, 100)) == ["case_1 says 100, its refunds are 0"]


def test_a_completed_case_does_not_change_when_its_refund_comes_back() -> None:
    assert of_case([refund(100, state="failed", reversed_at="2026-03-01")], completed(1, 100)) == []


def test_a_case_that_owes_what_came_back_is_completed_with_what_it_gives_back_then() -> None:
    came_back = refund(100, state="failed", reversed_at="2026-03-01", owed_by_case=True)
    owed = replace(completed(2, 100), type=money.OWED_AGAIN)
    assert of_case([came_back], completed(1, 100), owed) == []
    assert of_case([came_back, refund(100)], completed(1, 100), owed, completed(3, 100)) == []
    assert of_case([came_back], completed(1, 100), owed, completed(3, 100)) == ["case_1 says 100, its refunds are 0"]


def test_a_case_that_refunds_nothing_needs_no_refund() -> None:
    assert of_case([], completed(1, 0)) == []
    assert of_case([refund(1)], completed(1, 0)) == ["case_1 says 0, its refunds are 1"]


def test_cases_that_have_not_completed_are_not_checked() -> None:
    result = money.cases([state(refunds=[refund(60)])], log())
    assert (result.violations, result.checked) == ([], 0)
