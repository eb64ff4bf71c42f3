"""Remove personal data from couriers' free text, before it is stored in clear, logged or published."""

import re
from collections.abc import Iterable

_LONGEST = 500
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_NUMBER = re.compile(r"\+?\d(?:[\s-]?\d){6,}")
_END = r"\s,;(\[\uff0c\uff1b\uff08\u3002\u3010"  # where a name ends: blanks, and commas, full stops and brackets of either width
_SIGNER = re.compile(rf"(已由|签收人(?:是|为)?[:\uff1a]?\s*)([【\[(\uff08]?)([^{_END}】\])\uff09]{{1,12}})")
_SIGNED_BY = re.compile(
    r"(?i)(\b(?:signed(?: for)? by|received by|recipient)\b[:\s]+)([^\W\d_][\w.'-]*(?:[ ][A-Z][\w.'-]*){0,3})"
)
# A name right before a mobile number, such as 【李雷13800000000】.
_BEFORE_MOBILE = re.compile(
    r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{2,4})(?=[(\uff08]?(?:\+?86[- ]?)?1\d{2}[\s-]?\d{4}[\s-]?\d{4})"
)
_NO_NAMES = ("电话", "手机", "热线", "客服", "联系", "致电", "拨打", "短信")
_STAFF = re.compile(
    rf"((?:业务|快递|派送|派件|投递)员|(?:收件|寄件|联系)人)([:\uff1a]?\s*)([^{_END}]{{1,12}}?)(?=[{_END}]|已|正在|$)"
)


def mask(text: str, names: Iterable[str | None] = ()) -> str:
    """The text without phone numbers, mail addresses and names; `names` are those the partner gave in fields of their own."""
    # Cut before searching: some of the patterns take quadratic time.
    text = _UNSTORABLE.sub(" ", text[: 2 * _LONGEST])
    for name in sorted((n for n in names if n), key=len, reverse=True):
        text = text.replace(name, "*")
    text = _MAIL.sub("*", text)
    text = _BEFORE_MOBILE.sub(_name, text)
    text = _NUMBER.sub("*", text)
    text = _SIGNED_BY.sub(r"\1*", text)
    text = _SIGNER.sub(r"\1\2*", text)
    text = _STAFF.sub(r"\1\2*", text)
    return text[:_LONGEST]


def _name(match: re.Match[str]) -> str:
    words = match[1]
    return words if words.endswith(_NO_NAMES) else "*"
