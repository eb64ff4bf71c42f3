"""Amounts and texts in the cells of CSV files."""

import pytest
from order_svc.api.schemas.csv_files import decimal, lines


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [(29501, "CNY", "295.01"), (5, "CNY", "0.05"), (0, "CNY", "0.00"), (500, "JPY", "500"), (1250, "KWD", "1.250")],
)
def test_an_amount_has_all_places_of_its_currency(minor: int, currency: str, written: str) -> None:
    assert lines([[decimal(minor, currency), minor]]) == f"{written},{minor}\r\n".encode()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_is_no_formula(text: str) -> None:
    assert lines([[text]]).strip(b'"').startswith(b"'")


def test_a_number_stays_a_number() -> None:
    assert lines([[-5, None, "a,b"]]) == b'-5,,"a,b"\r\n'
