"""The language of a response: zh-CN unless the client prefers English."""

from functools import lru_cache
from typing import Final

CHINESE: Final = "zh-CN"
ENGLISH: Final = "en"
_BY_PRIMARY_TAG = {"zh": CHINESE, "en": ENGLISH, "*": CHINESE}
_MAX_HEADER = 200


@lru_cache(maxsize=256)
def choose(accept_language: str | None) -> str:
    """`zh-CN` or `en` for an Accept-Language header (RFC 9110, 12.5.4); what is malformed or unknown is ignored."""
    ranges = [_range(part) for part in (accept_language or "")[:_MAX_HEADER].split(",")]
    known = [(weight, _BY_PRIMARY_TAG[tag]) for tag, weight in ranges if weight > 0 and tag in _BY_PRIMARY_TAG]
    return max(known, key=lambda each: each[0])[1] if known else CHINESE  # of several with the same weight the first


def _range(part: str) -> tuple[str, float]:
    """The primary tag of one language range (tags know no case) and its weight, 0 where it is malformed."""
    tag, _, parameters = part.partition(";")
    return tag.strip().lower().partition("-")[0], _weight(parameters)


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        weight = float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
