"""The ledger by itself: ids, keys, ends, and the sums that bound refunds."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aftercare_simulators.payment.ledger import Kind, Ledger, Operation, OperationRefused, Status
from aftercare_simulators.payment.methods import Method

PAYMENT = Operation(
    kind=Kind.PAYMENT,
    id="pay_1",
    payment_id="pay_1",
    amount=29500,
    currency="CNY",
    method=Method.SUCCESS,
    callback_url="http://shop/x",
    reference="sim-payment-000001",
)


def refund(amount: Any, id_: str = "ref_1", **changes: Any) -> Operation:
    made = replace(PAYMENT, kind=Kind.REFUND, id=id_, amount=amount, reference=f"sim-{id_}")
    return replace(made, **changes)


@pytest.fixture
def ledger() -> Ledger:
    """A ledger in memory with one payment that succeeded."""
    made = Ledger()
    made.insert("pay_1", {"amount": 29500}, PAYMENT)
    made.settle(PAYMENT)
    return made


def refused(code: str, status: int) -> "pytest.RaisesExc[OperationRefused]":
    return pytest.raises(OperationRefused, check=lambda error: (error.code, error.status) == (code, status))


def test_an_operation_is_found_by_its_kind_and_id(ledger: Ledger) -> None:
    assert ledger.find(Kind.PAYMENT, "pay_1") == replace(PAYMENT, status=Status.SUCCEEDED)
    with refused("payment_unknown", 404):
        ledger.find(Kind.PAYMENT, "pay_2")
    with refused("refund_unknown", 404):
        ledger.find(Kind.REFUND, "pay_1")


def test_a_key_returns_its_operation_for_the_same_request_only(ledger: Ledger) -> None:
    found = ledger.replayed(Kind.PAYMENT, "pay_1", {"amount": 29500})
    assert found is not None
    assert found.id == "pay_1"
    with refused("idempotency_key_reused", 409):
        ledger.replayed(Kind.PAYMENT, "pay_1", {"amount": 1})
    assert ledger.replayed(Kind.PAYMENT, "another", {"amount": 1}) is None
    assert ledger.replayed(Kind.REFUND, "pay_1", {"amount": 29500}) is None, (
        "payments and refunds have keys of their own"
    )


def test_an_id_belongs_to_one_key(ledger: Ledger) -> None:
    with refused("payment_exists", 409):
        ledger.insert("another", {"amount": 29500}, PAYMENT)


@pytest.mark.parametrize(
    ("method", "status", "code"),
    [
        (Method.SUCCESS, Status.SUCCEEDED, None),
        (Method.LOST_RESPONSE, Status.SUCCEEDED, None),
        (Method.DECLINED, Status.DECLINED, "payment_declined"),
        (Method.REFUND_DECLINED, Status.SUCCEEDED, None),
    ],
)
def test_the_method_decides_how_a_payment_ends(method: Method, status: Status, code: str | None) -> None:
    ledger, payment = Ledger(), replace(PAYMENT, method=method)
    ledger.insert("pay_1", {}, payment)
    assert ledger.pending() == [payment]
    ended = ledger.settle(payment)
    assert (ended.status, ended.failure_code) == (status, code)
    assert ledger.settle(payment) == ended
    assert ledger.pending() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"payment_id": "pay_2"}, "payment_unknown"),
        ({"currency": "USD"}, "currency_differs"),
        ({"amount": 29501}, "refund_exceeds_payment"),
    ],
)
def test_refunds_that_do_not_fit_their_payment(ledger: Ledger, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(OperationRefused) as error:
        ledger.insert("ref_1", {}, refund(**{"amount": 100, **changes}))
    assert error.value.code == code


def test_a_payment_that_was_declined_is_not_refunded() -> None:
    ledger, payment = Ledger(), replace(PAYMENT, method=Method.DECLINED)
    ledger.insert("pay_1", {}, payment)
    for _ in range(2):
        with refused("payment_not_succeeded", 422):
            ledger.insert("ref_1", {}, refund(1))
        ledger.settle(payment)


def test_pending_refunds_count_and_declined_ones_do_not(ledger: Ledger) -> None:
    ledger.insert("ref_1", {}, refund(20000))
    with refused("refund_exceeds_payment", 422):
        ledger.insert("ref_2", {}, refund(9501, "ref_2"))
    declined = refund(9500, "ref_3", method=Method.REFUND_DECLINED)
    ledger.insert("ref_3", {}, declined)
    assert ledger.refunded("pay_1", Status.PENDING) == 29500
    assert ledger.settle(declined).failure_code == "refund_declined"
    ledger.insert("ref_4", {}, refund(9500, "ref_4"))
    ledger.settle(refund(20000))
    assert (ledger.refunded("pay_1", Status.SUCCEEDED), ledger.refunded("pay_1", Status.PENDING)) == (20000, 9500)


def test_references_count_operations_of_both_kinds(ledger: Ledger) -> None:
    assert ledger.next_reference(Kind.REFUND) == "sim-refund-000002"
    ledger.insert("ref_1", {}, refund(1))
    assert ledger.next_reference(Kind.PAYMENT) == "sim-payment-000003"


def test_a_file_keeps_the_ledger(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    first = Ledger(file)
    first.insert("pay_1", {"amount": 29500}, PAYMENT)
    first.close()
    second = Ledger(file)
    assert second.payments() == second.pending() == [PAYMENT]
    assert second.replayed(Kind.PAYMENT, "pay_1", {"amount": 29500}) == PAYMENT
    second.close()
