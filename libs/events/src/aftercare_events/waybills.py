"""The canonical form of waybill numbers and carrier codes, in which all services store and compare them.

People and couriers write the same number differently: `sf12`, `ＳＦ１２` and `SF 12` are the number SF12.
"""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from aftercare_events.characters import is_invisible

_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.:-]*")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LONGEST = 100


def canonical_waybill(text: str) -> str:
    """Return the number in NFKC and upper case, without spaces and invisible characters; other text unchanged.

    Hyphens are kept, because couriers number the parcels of one shipment with them: 京东's `…-1-12-` and `…-11-2-` are two
    parcels. Every dash of Unicode (category Pd, and the minus sign) becomes the ASCII hyphen. A text with a line break inside
    is not a number.
    """
    if _NUMBER.fullmatch(text):  # nearly all numbers are ASCII already, and the way below takes 15 times as long
        return text.upper()
    number = "".join(_with_ascii_dash(c) for c in _visible(text) if not _is_space(c))
    return number.upper() if _NUMBER.fullmatch(number) else text


def canonical_carrier(text: str) -> str:
    """Return the code in NFKC and lower case, without invisible characters and surrounding space; other text unchanged."""
    if _NUMBER.fullmatch(text):
        return text.lower()
    code = _visible(text)
    return code.lower() if _NUMBER.fullmatch(code) else text


def waybill(text: str) -> str:
    """Return the canonical number: 1 to 100 letters, digits, `-`, `_`, `.` and `:`.

    Raises:
        PydanticCustomError: The text is no such number. It is a ValueError, so that pydantic reports it for the field.
    """
    number = canonical_waybill(text)
    if not (len(number) <= _LONGEST and _NUMBER.fullmatch(number)):
        raise PydanticCustomError(
            "waybill_invalid",
            "Must be a waybill number: 1 to {most} letters, digits and any of - _ . :",
            {"most": _LONGEST, "zh": f"必须是运单号：1 至 {_LONGEST} 位字母、数字或 - _ . :。"},
        )
    return number


def carrier(text: str) -> str:
    """Return the canonical code: a letter, then letters, digits and `_`, at most 64 characters.

    Raises:
        PydanticCustomError: The text is no such code. It is a ValueError, so that pydantic reports it for the field.
    """
    code = canonical_carrier(text)
    if not _CODE.fullmatch(code):
        raise PydanticCustomError(
            "carrier_invalid",
            "Must be a carrier code, such as sf: a letter, then letters, digits and _.",
            {"zh": "必须是承运商代码，如 sf：以字母开头，由字母、数字和 _ 组成。"},
        )
    return code


def _visible(text: str) -> str:
    """Return the text in NFKC without invisible characters and surrounding space."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if not is_invisible(c)).strip()


def _is_space(character: str) -> bool:
    return character == "\t" or unicodedata.category(character) == "Zs"


def _with_ascii_dash(character: str) -> str:
    return "-" if character == "\u2212" or unicodedata.category(character) == "Pd" else character


WaybillInput = Annotated[
    str,
    Field(min_length=1, max_length=200, description="In any case, width and spacing: `sf 1000` is SF1000."),
    AfterValidator(waybill),
]
"""A waybill number in a request."""
CarrierInput = Annotated[
    str, Field(min_length=1, max_length=200, description="The courier's code, such as sf."), AfterValidator(carrier)
]
"""A carrier's code in a request."""
