"""Amounts and texts in the cells of CSV files."""

import pytest
from order_svc.api.schemas.csv_files import decimal, lines


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [(29501, "CNY", "295.01"), (5, "CNY", "0.05"), (0, "CNY", "0.00"), (500, "JPY", "500"), (1250, "KWD", "1.250")],
)
def test_an_amount_has_all_places_of_its_currency(minor: int, currency: str, written: str) -> None:
    assert lines([[decimal(minor, currency), minor]]) == f"{written},{minor}\r\n".encode()


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\n1",
        "  =1",
        "\u200b=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff201",
    ],
)
def test_a_text_is_no_formula(text: str) -> None:
    assert lines([[text]]).strip(b'"').startswith(b"'")


@pytest.mark.parametrize("text", ["", " ", "a=1", " a", "\u200b", "1-2"])
def test_another_text_stays_as_it_is(text: str) -> None:
    assert lines([[text, "b"]]) == f"{text},b\r\n".encode()


def test_a_number_stays_a_number() -> None:
    assert lines([[-5, None, "a,b"]]) == b'-5,,"a,b"\r\n'
