"""Names that an identity provider gives: a token's `sub` and `merchant_id`, and wherever else these are written."""

from typing import TypeGuard

from aftercare_chassis.characters import shows

LONGEST = 255
"""Characters. OpenID Connect Core 1.0, section 2, allows a `sub` of up to 255 (ASCII) characters."""

# An address cannot end in one of these, encoded or not: URL parsers resolve them before they send anything (WHATWG URL).
_DOT_SEGMENTS = frozenset({".", ".."})


def is_usable(name: object) -> TypeGuard[str]:
    """Whether somebody of this name can be called by it everywhere: in bodies, filters, paths and events.

    Any 1 to 255 printable characters (`str.isprintable`), such as `auth0|5f7c…`, `li.na@example.com`, `-7/b` or `王芳`, of
    which at least one shows something; only `.` and `..` are no names.
    """
    if not isinstance(name, str) or len(name) > LONGEST or name in _DOT_SEGMENTS:
        return False
    return name.isprintable() and shows(name)
