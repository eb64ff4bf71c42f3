"""Which of our languages a reader gets: zh-CN unless they prefer English."""

from functools import lru_cache
from typing import Final

from babel.core import negotiate_locale

CHINESE: Final = "zh-CN"
ENGLISH: Final = "en"
_LONGEST_HEADER = 200


@lru_cache(maxsize=256)
def choose(accept_language: str | None) -> str:
    """`zh-CN` or `en` for an Accept-Language header; what is malformed or unknown counts as not said."""
    wishes = _wishes((accept_language or "")[:_LONGEST_HEADER])
    found = negotiate_locale(wishes, [CHINESE, "zh", ENGLISH], sep="-")
    return ENGLISH if found == ENGLISH else CHINESE


def _wishes(header: str) -> list[str]:
    weighed = []
    for part in header.split(","):
        tag, _, parameters = part.strip().partition(";")
        weight = _weight(parameters)
        if tag and weight > 0:
            weighed.append((weight, CHINESE if tag == "*" else tag.strip().lower()))  # tags know no case
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        return 0.0
