"""The tax in the money of a buyer who keeps goods for less, and in what goes back when these are returned after all."""

from collections.abc import Callable

import pytest
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.model import Case, CaseLine, RefundAmount
from aftersale_svc.domain.money.codes import PartKind
from aftersale_svc.domain.money.fees import NO_FEES
from aftersale_svc.domain.money.model import GivenBack
from aftersale_svc.domain.money.parts import RefundPart, parts_of

PAID, TAX = 10_000, 1_300


def a_line(amount_minor: int) -> CaseLine:
    """All units of the only line, for what is left of their money."""
    return CaseLine(
        case_id="case_1",
        line_id="line_1",
        sku="KETTLE-1",
        quantity=2,
        amount_minor=amount_minor,
        line_units=2,
        line_paid_minor=amount_minor,
        units_before=0,
        order_units=2,
        order_paid_minor=PAID,
        line_tax_minor=TAX,
    )


def given(parts: tuple[RefundPart, ...]) -> list[GivenBack]:
    return [
        GivenBack(
            line_id=each.line_id or "",
            kind=each.kind,
            payer=each.payer,
            payee=each.payee,
            units=each.units,
            due_minor=each.due_minor,
        )
        for each in parts
    ]


def of_kind(kind: PartKind, *parts: RefundPart) -> int:
    return sum(each.amount_minor for each in parts if each.kind is kind)


@pytest.mark.parametrize("less", [1, 999, 3_000, 9_999])
def test_a_return_after_a_compensation_gives_back_the_rest_of_the_tax(a_case: Callable[..., Case], less: int) -> None:
    case, rest = a_case(type=CaseType.RETURN_REFUND), PAID - less
    first = parts_of("ref_1", case, [a_line(PAID)], RefundAmount(less, 0), [], NO_FEES, keeps_goods=True)
    second = parts_of("ref_2", case, [a_line(rest)], RefundAmount(rest, 0), given(first), NO_FEES)
    assert of_kind(PartKind.TAX, *first) == TAX * less // PAID
    assert of_kind(PartKind.TAX, *first, *second) == TAX
    assert of_kind(PartKind.GOODS, *first, *second) == PAID - TAX
