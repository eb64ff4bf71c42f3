"""Names that an identity provider gives to people and tenants: in the claims of tokens, and wherever else they are written."""

from typing import TypeGuard

from aftercare_chassis.characters import shows

LONGEST = 255
"""Characters. OpenID Connect Core 1.0, section 2, allows a `sub` of up to 255 (ASCII) characters."""

# A URL cannot have one of these as a segment, encoded or not: parsers resolve them before anything is sent (WHATWG URL).
_DOT_SEGMENTS = frozenset({".", ".."})


def is_usable(name: object) -> TypeGuard[str]:
    """Whether the name can be used in bodies, filters, paths and events.

    It has 1 to 255 printable characters (`str.isprintable`), at least one of them visible, such as `auth0|5f7c…`,
    `li.na@example.com`, `-7/b` or `王芳`, and neither begins nor ends with a space. `.` and `..` cannot be used.
    """
    if not isinstance(name, str) or len(name) > LONGEST or name in _DOT_SEGMENTS:
        return False
    return name.isprintable() and shows(name) and name == name.strip()
