"""Amounts of money that a text names, in digits or Chinese numerals, with the currency where the text has one."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

MINOR_DIGITS = {"JPY": 0, "KRW": 0}
"""Of currencies whose smallest unit is not a hundredth."""
_CURRENCIES = {
    "CNY": ("人民币", "元", "圆", "块钱", "块", "rmb", "cny", "yuan", "¥"),
    "USD": ("美元", "美金", "usd", "us$", "dollars", "dollar", "bucks", "$"),
    "EUR": ("欧元", "eur", "euros", "euro", "€"),
    "GBP": ("英镑", "gbp", "pounds", "pound", "£"),
    "HKD": ("港元", "港币", "hkd", "hk$"),
    "JPY": ("日元", "日圆", "jpy", "yen"),
    "KRW": ("韩元", "krw", "₩"),
    "MYR": ("令吉", "林吉特", "myr", "ringgit"),
}
_CODES = {name: code for code, names in _CURRENCIES.items() for name in names}
_ANY_CURRENCY = "|".join(
    (re.escape(name) + r"(?![a-z])" if name.isascii() and name.isalpha() else re.escape(name))
    for name in sorted(_CODES, key=len, reverse=True)
)
_DIGITS = {each: number for number, each in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_DIGITS |= {each: number for number, each in enumerate("零壹贰叁肆伍陆柒捌玖")}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "k": 1000}
_LARGE = {"万": 10_000, "萬": 10_000, "亿": 100_000_000}
_CHINESE = "".join({*_DIGITS, *_UNITS, *_LARGE} - {"k"})
_LATIN = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,4})?"
_NUMBER = rf"(?:{_LATIN}\s*(?:[万萬亿千百]|k(?![a-z]))?|[{_CHINESE}]+)"
_AMOUNT = re.compile(
    rf"(?P<before>(?<![a-z])(?:{_ANY_CURRENCY}))\s*:?\s*(?P<first>{_NUMBER})|(?P<second>{_NUMBER})\s*(?P<after>{_ANY_CURRENCY})"
)
_PARTS = re.compile(r"([\d,.]+)\s*([万萬亿千百k])?")


@dataclass(frozen=True, slots=True)
class NamedAmount:
    """An amount in the smallest unit of its currency."""

    minor: int
    currency: str


def amounts_in(text: str) -> list[NamedAmount]:
    """The amounts of money that the text names, in its order; numbers without a currency are none.

    Full-width characters, thousands separators, `1.2万元`, `三百五十块`, `RMB 80` and `$1,200.50` are read. What stands between two
    currencies belongs to the one before it.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    found = []
    for each in _AMOUNT.finditer(plain):
        currency = _CODES[each["before"] or each["after"]]
        number = _value(each["first"] or each["second"])
        if number is not None:
            found.append(NamedAmount(int(number * 10 ** MINOR_DIGITS.get(currency, 2)), currency))
    return found


def _value(written: str) -> Decimal | None:
    latin = _PARTS.fullmatch(written.strip())
    if latin is None:
        return _chinese(written.strip())
    scale = {**_UNITS, **_LARGE}.get(latin[2] or "", 1)
    return Decimal(latin[1].replace(",", "")) * scale


def _chinese(written: str) -> Decimal | None:
    """The value of Chinese numerals such as 三千零五十 or 两万五; a last digit after 百, 千 or 万 counts as the next lower unit."""
    total = section = digit = unit = 0
    for each in written:
        if each in _DIGITS:
            digit, unit = (digit * 10 if unit == 1 else 0) + _DIGITS[each], 1 if _DIGITS[each] or unit == 1 else 0
            continue
        if each in _UNITS:
            section += (digit or 1) * _UNITS[each]
            scale = _UNITS[each]
        else:
            scale = _LARGE[each]
            total, section = total + (section + digit or 1) * scale, 0
        digit, unit = 0, scale
    short = unit == 1 and len(written) > 1 and written[-2] in "百佰千仟万萬"
    if short:
        lower = {**_UNITS, **_LARGE}[written[-2]] // 10
        digit *= lower
    return Decimal(total + section + digit)
