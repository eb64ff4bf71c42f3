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
    (rf"{re.escape(name)}(?![a-z])" if name.isascii() and name.isalpha() else re.escape(name))
    for name in sorted(_CODES, key=len, reverse=True)
)
_FIRST_CURRENCY = "|".join(
    (rf"(?<![a-z]){re.escape(name)}(?![a-z])" if name.isascii() and name[0].isalpha() else re.escape(name))
    for name in sorted(_CODES, key=len, reverse=True)
)
_DIGITS = {each: number for number, each in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_DIGITS |= {each: number for number, each in enumerate("零壹贰叁肆伍陆柒捌玖")}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "k": 1000}
_LARGE = {"万": 10_000, "萬": 10_000, "w": 10_000, "亿": 100_000_000}
_SCALES = _UNITS | _LARGE
_CHINESE = "".join({*_DIGITS, *_SCALES} - {"k", "w"})
_SCALE = rf"(?:[{''.join(set(_SCALES) - {'k', 'w'})}]|[kw](?![a-z]))"
# Possessive quantifiers and bounds: each text is read in a time that grows with its length alone.
_LATIN = r"(?<!\d)\d++(?:[,']\d{1,3}(?!\d)| \d{3}(?!\d)|\.\d++){0,8}+"
_NUMBER = (
    rf"(?:{_LATIN}(?:\s*+{_SCALE}{{1,3}}+(?:\d++(?:\.\d++)?+)?+){{0,6}}+[{_CHINESE}]{{0,40}}+|[{_CHINESE}]{{1,40}}+)"
)
_AMOUNT = re.compile(
    rf"(?P<before>{_FIRST_CURRENCY})\s*+:?+\s*+(?P<first>{_NUMBER})|(?P<second>{_NUMBER})\s*+(?P<after>{_ANY_CURRENCY})"
)
_PARTS = re.compile(rf"\d[\d,.' ]*|[{_CHINESE}kw]")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([,.' ])\d{3})(?:\1\d{3})*")
_DECIMALS = re.compile(r"(.*)(?:\.|[,'](?=\d{1,2}$))(\d+)")
_NO_DIGIT = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class NamedAmount:
    """An amount in the smallest unit of its currency."""

    minor: int
    currency: str


def amounts_in(text: str) -> list[NamedAmount]:
    """The amounts of money that the text names, in its order; numbers without a currency are none.

    Full-width characters, thousands separators, `1.2万元`, `1万5千元`, `1w元`, `三百五十块`, `RMB 80`, `$1,200.50`, `10 000 EUR` and
    `1.200,50 EUR` are read; `1.200` is twelve hundred. Invisible characters are left out. What stands between two currencies belongs to
    the one before it.
    """
    visible = "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
    plain = visible.lower()
    found = []
    for each in _AMOUNT.finditer(plain):
        currency = _CODES[each["before"] or each["after"]]
        number = _value(each["first"] or each["second"])
        found.append(NamedAmount(int(number * 10 ** MINOR_DIGITS.get(currency, 2)), currency))
    return found


def _value(written: str) -> Decimal:
    """The value of a number such as 1,200.50, 1.2万, 1万5千, 三千零五十 or 两万五; a last digit after 百, 千 or 万 counts as the next lower unit."""
    parts = [each.strip() for each in _PARTS.findall(written)]
    total = section = digit = Decimal(0)
    unit, largest = 0, 0
    for each in parts:
        if each in _DIGITS:
            digit, unit = (
                (digit * 10 if unit == 1 else Decimal(0)) + _DIGITS[each],
                1 if _DIGITS[each] or unit == 1 else 0,
            )
        elif each not in _SCALES:
            digit, unit = _latin(each), 1
        elif each in _UNITS:
            section += (digit or 1) * _UNITS[each]
            digit, unit = Decimal(0), _UNITS[each]
        else:
            unit = _LARGE[each]
            below = section + digit
            total = (total + below or Decimal(1)) * unit if unit > largest else total + (below or Decimal(1)) * unit
            section, digit, largest = Decimal(0), Decimal(0), unit
    short = unit == 1 and len(parts) > 1 and len(parts[-1]) == 1 and parts[-2] in "百佰千仟万萬kw"
    return total + section + (digit * (_SCALES[parts[-2]] // 10) if short else digit)


def _latin(written: str) -> Decimal:
    """The value of digits with separators: those of thousands, else the last one is that of the decimals."""
    parted = None if _GROUPED.fullmatch(written) else _DECIMALS.fullmatch(written)
    whole, decimals = (written, "") if parted is None else parted.groups()
    return Decimal(f"{_NO_DIGIT.sub('', whole)}.{decimals or 0}")
