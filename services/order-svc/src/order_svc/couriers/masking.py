"""Personal data out of couriers' free text, before anything is stored in clear, logged or published."""

import re
from collections.abc import Iterable

_LONGEST = 500
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_NUMBER = re.compile(r"\+?\d(?:[\s-]?\d){6,}")
_SIGNER = re.compile(r"(已由|签收人[::]?\s*)([【\[(（]?)([^】\])）,,。;;\s]{1,12})([】\])）]?)(?=\s*签收|[,,。;;\s]|$)")
_STAFF = re.compile(
    r"(业务员|快递员|派送员|派件员|投递员|收件人|寄件人|联系人)([::]?\s*)([^\s,,。;;(（【\[]{1,12}?)(?=[\s,,。;;(（【\[]|已|正在|$)"
)


def mask(text: str, names: Iterable[str | None] = ()) -> str:
    """The text without phone numbers, mail addresses and names; `names` are those the partner gave in fields of their own."""
    text = _UNSTORABLE.sub(" ", text)
    for name in sorted((n for n in names if n), key=len, reverse=True):
        text = text.replace(name, "*")
    text = _MAIL.sub("*", text)
    text = _NUMBER.sub("*", text)
    text = _SIGNER.sub(r"\1\2*\4", text)
    text = _STAFF.sub(r"\1\2*", text)
    return text[:_LONGEST]
