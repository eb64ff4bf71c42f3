"""The condition of a change: If-Match (RFC 9110, section 13.1.1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# An entity-tag, whose text between the quotes may hold commas; and a list of them, whose elements may be empty. The
# quantifiers are possessive (`*+`), so that a header of nothing but blanks is matched in linear time.
_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(_TAG)
_LIST = re.compile(rf"(?:[ \t,]*+{_TAG}[ \t]*+(?:,|\Z))*+[ \t,]*+")
_ANY = "*"


@dataclass(frozen=True, slots=True)
class IfMatch:
    """The versions at which a change may be made, as strong entity-tags with their quotes; None permits any version."""

    tags: frozenset[str] | None

    @classmethod
    def of(cls, lines: Sequence[str]) -> "IfMatch | None":
        """The condition of all If-Match lines of a request, which form one list; None where there is no line.

        A weak tag (`W/"v17"`) matches nothing, because If-Match uses the strong comparison. A text that is not a list of
        tags matches nothing either: a condition that cannot be parsed must not count as met.
        """
        if not lines:
            return None
        listed = ", ".join(lines)
        if listed.strip(" \t") == _ANY:
            return cls(None)
        tags = _TAGS.findall(listed) if _LIST.fullmatch(listed) else []
        return cls(frozenset(tag for tag in tags if not tag.startswith("W/")))

    def holds(self, version: int | None) -> bool:
        """Whether an object of this version may be changed; None is an object without a version, which no tag can name."""
        return self.tags is None or (version is not None and f'"v{version}"' in self.tags)
