"""The condition of a change: If-Match (RFC 9110, section 13.1.1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aftercare_chassis.refusals import Kind, Refusal

# An entity-tag; the text between its quotes may hold commas. Then a list of them, whose elements may be empty. Possessive
# (`*+`), so that a header of nothing but blanks is read once and not once for each blank.
_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(_TAG)
_LIST = re.compile(rf"(?:[ \t,]*+{_TAG}[ \t]*+(?:,|\Z))*+[ \t,]*+")
_ANY = "*"


class IfMatchMalformed(Refusal):
    """The If-Match is neither `*` nor a list of entity-tags."""

    kind, code = Kind.MALFORMED, "if_match_malformed"
    zh = 'If-Match 必须是 * 或以逗号分隔的、带双引号的 ETag，如 "v17"。'
    en = 'If-Match must be * or a list of ETags in double quotes, such as "v17".'


@dataclass(frozen=True, slots=True)
class IfMatch:
    """The versions under which a change may be made, as strong entity-tags with their quotes; None: under any."""

    tags: frozenset[str] | None

    @classmethod
    def of(cls, lines: Sequence[str]) -> "IfMatch | None":
        """The condition of all If-Match lines of a request, which are one list; None without any. IfMatchMalformed.

        Weak tags (`W/"v17"`) are taken and match nothing: If-Match compares strongly.
        """
        if not lines:
            return None
        listed = ", ".join(lines)
        if listed.strip(" \t") == _ANY:
            return cls(None)
        if not _LIST.fullmatch(listed):
            raise IfMatchMalformed
        return cls(frozenset(tag for tag in _TAGS.findall(listed) if not tag.startswith("W/")))

    def holds(self, version: int | None) -> bool:
        """Whether an object of this version may be changed; None: it has no version, so nobody can name it."""
        return self.tags is None or (version is not None and f'"v{version}"' in self.tags)
