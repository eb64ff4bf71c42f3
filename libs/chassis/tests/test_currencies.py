"""Currencies and their minor units, compared with the list of ISO 4217."""

import pytest
from aftercare_chassis.currencies import EXPONENTS, written
from iso4217 import Currency


def test_currencies_have_the_exponents_of_iso_4217() -> None:
    assert {each.code: each.exponent for each in Currency if each.exponent is not None} == EXPONENTS
    assert [EXPONENTS[code] for code in ("CNY", "JPY", "KWD", "CLF", "USD")] == [2, 0, 3, 4, 2]
    assert not {"XAU", "XXX", "XTS", "HRK", "BGN"} & EXPONENTS.keys()


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (10100, "CNY", "101.00 CNY"),
        (5, "CNY", "0.05 CNY"),
        (-5, "CNY", "-0.05 CNY"),
        (-12345, "CNY", "-123.45 CNY"),
        (500, "JPY", "500 JPY"),
        (1250, "KWD", "1.250 KWD"),
        (0, "CLF", "0.0000 CLF"),
    ],
)
def test_amounts_are_written_with_the_decimal_places_of_their_currency(minor: int, currency: str, text: str) -> None:
    assert written(minor, currency) == text
