"""Amounts of money in texts."""

from time import process_time

import pytest
from aftercare_language.amounts import NamedAmount, amounts_in
from hypothesis import given
from hypothesis import strategies as st

DIGITS = "零一二三四五六七八九"


@pytest.mark.parametrize(
    ("text", "minor", "currency"),
    [
        ("我们给您补偿 200 元", 20_000, "CNY"),
        ("退您￥1,299.50", 129_950, "CNY"),
        ("补偿１２００元", 120_000, "CNY"),
        ("给您RMB 80", 8_000, "CNY"),
        ("赔1.2万元", 1_200_000, "CNY"),
        ("赔三百五十块钱", 35_000, "CNY"),
        ("赔三千零五十元", 305_000, "CNY"),
        ("赔两万五元", 2_500_000, "CNY"),
        ("赔十五元", 1_500, "CNY"),
        ("赔一百零五元", 10_500, "CNY"),
        ("赔二五〇元", 25_000, "CNY"),
        ("We refund you $1,200.50 today", 120_050, "USD"),
        ("you get 80 dollars", 8_000, "USD"),
        ("EUR 15.5 comes back", 1_550, "EUR"),
        ("补偿3000日元", 3_000, "JPY"),
        ("a refund of 2k USD", 200_000, "USD"),
        ("补 HK$99", 9_900, "HKD"),
        ("赔1千5百元", 150_000, "CNY"),
        ("赔1万5千元", 1_500_000, "CNY"),
        ("赔¥1万5", 1_500_000, "CNY"),
        ("赔1w元", 1_000_000, "CNY"),
        ("赔2w5元", 2_500_000, "CNY"),
        ("赔3万五千零二十元", 3_502_000, "CNY"),
        ("赔一万亿元", 100_000_000_000_000, "CNY"),
        ("赔一亿二千万元", 12_000_000_000, "CNY"),
        ("赔10 000元", 1_000_000, "CNY"),
        ("赔8\u200b00元", 80_000, "CNY"),
        ("赔٣٠٠元", 30_000, "CNY"),
        ("you get 1.000,50 EUR", 100_050, "EUR"),
        ("you get 1.000 EUR", 100_000, "EUR"),
        ("you get 800,50 EUR", 80_050, "EUR"),
        ("you get CHF no, USD$900", 90_000, "USD"),
        ("赔 0.125 万元", 125_000, "CNY"),
    ],
)
def test_an_amount_is_read(text: str, minor: int, currency: str) -> None:
    assert amounts_in(text) == [NamedAmount(minor, currency)]


@pytest.mark.parametrize(
    "text",
    ["订单 20001234 已发货", "3 个工作日", "电话 10086", "7 天无理由", "see clause 12.3", "", "usda 500"],
)
def test_other_numbers_are_none(text: str) -> None:
    assert amounts_in(text) == []


def test_all_amounts_are_read_in_their_order() -> None:
    assert [each.minor for each in amounts_in("商品 100 元，运费 12 元，合计¥112")] == [10_000, 1_200, 11_200]


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    assert all(each.minor >= 0 for each in amounts_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "1" * 2_500 + " " * 2_500,
        "1" * 5_000,
        "1,111" * 1_000,
        "1千" * 2_500,
        "1 1" * 1_666,
        "一" * 5_000,
        "万1" * 2_500,
        "¥" + " " * 4_999,
        "¥ : " * 1_250,
        "1.1" * 1_666,
        "k1" * 2_500,
    ],
)
def test_the_longest_text_is_read_at_once(text: str) -> None:
    before = process_time()
    amounts_in(text)
    assert process_time() - before < 1  # of CPU time; each takes less than 0.1 s


@given(st.integers(0, 10**9))
def test_digits_keep_their_value(number: int) -> None:
    assert amounts_in(f"退 {number:,} 元") == [NamedAmount(number * 100, "CNY")]


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))
def test_chinese_numerals_keep_their_value(hundreds: int, tens: int, ones: int) -> None:
    written = f"{DIGITS[hundreds]}百{DIGITS[tens]}十{DIGITS[ones]}"
    assert amounts_in(f"赔{written}元") == [NamedAmount((hundreds * 100 + tens * 10 + ones) * 100, "CNY")]
