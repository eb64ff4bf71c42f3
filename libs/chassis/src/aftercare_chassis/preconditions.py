"""The condition of a change: If-Match (RFC 9110, section 13.1.1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# An entity-tag; the text between its quotes may hold commas. Then a list of them, whose elements may be empty. Possessive
# (`*+`), so that a header of nothing but blanks is read once and not once for each blank.
_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(_TAG)
_LIST = re.compile(rf"(?:[ \t,]*+{_TAG}[ \t]*+(?:,|\Z))*+[ \t,]*+")
_ANY = "*"


@dataclass(frozen=True, slots=True)
class IfMatch:
    """The versions under which a change may be made, as strong entity-tags with their quotes; None: under any."""

    tags: frozenset[str] | None

    @classmethod
    def of(cls, lines: Sequence[str]) -> "IfMatch | None":
        """The condition of all If-Match lines of a request, which are one list; None without any.

        Weak tags (`W/"v17"`) match nothing, for If-Match compares strongly; neither does what is no such list, since a
        condition that cannot be read must not be taken as met.
        """
        if not lines:
            return None
        listed = ", ".join(lines)
        if listed.strip(" \t") == _ANY:
            return cls(None)
        tags = _TAGS.findall(listed) if _LIST.fullmatch(listed) else []
        return cls(frozenset(tag for tag in tags if not tag.startswith("W/")))

    def holds(self, version: int | None) -> bool:
        """Whether an object of this version may be changed; None: it has no version, so nobody can name it."""
        return self.tags is None or (version is not None and f'"v{version}"' in self.tags)
