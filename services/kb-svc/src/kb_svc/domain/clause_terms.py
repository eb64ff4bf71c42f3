"""The terms that a clause of a policy states for machines, beside its words: a fenced block `terms` with a JSON object.

By them other services show what a version of the policy would decide. What a term means is theirs to judge; here only its form is.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from kb_svc.domain.errors import ClauseTermsInvalid

BLOCK = "terms"
MOST_WITH_TERMS = 20
"""So many clauses of a text have terms at most, so that its event stays small."""
MOST_CODES, LONGEST_DAYS = 20, 36_500
_LONGEST_SHOWN = 40
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
Terms = Mapping[str, Any]  # Any: JSON


def terms_of(clause_id: str, blocks: Sequence[str]) -> Terms | None:
    """The terms of a clause, of the contents of its blocks; None where it has none.

    Raises:
        ClauseTermsInvalid: there are several blocks, or one is not what terms look like.
    """
    if not blocks:
        return None
    if len(blocks) > 1:
        raise ClauseTermsInvalid(pointer="/body", clause_id=clause_id, field=BLOCK, allowed="1")
    try:
        found = json.loads(blocks[0])
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not found:
        raise ClauseTermsInvalid(pointer="/body", clause_id=clause_id, field=BLOCK, allowed=_FIELDS)
    for name, value in found.items():
        if name not in _RULES:
            raise ClauseTermsInvalid(pointer="/body", clause_id=clause_id, field=_shown(name), allowed=_FIELDS)
        is_valid, allowed = _RULES[name]
        if not is_valid(value):
            raise ClauseTermsInvalid(pointer="/body", clause_id=clause_id, field=name, allowed=allowed)
    return found


def _shown(name: str) -> str:
    """An unknown name as a refusal repeats it. JSON may have characters in it that cannot be stored, such as a half of a surrogate pair."""
    return (name if name.isprintable() else ascii(name))[:_LONGEST_SHOWN]


def _are_codes(value: object) -> bool:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_CODES:
        return False
    return all(isinstance(each, str) and _CODE.match(each) for each in value) and len(set(value)) == len(value)


def _is_between(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


_CODES = f"1–{MOST_CODES} lower_snake"
_RULES = {
    "reasons": (_are_codes, _CODES),
    "types": (_are_codes, _CODES),
    "window_days": (lambda value: _is_between(value, LONGEST_DAYS), f"0–{LONGEST_DAYS}"),
    "refund_percent": (lambda value: _is_between(value, 100), "0–100"),
}
"""The fields of the terms: whether a value is one, and which are."""
_FIELDS = ", ".join(_RULES)
