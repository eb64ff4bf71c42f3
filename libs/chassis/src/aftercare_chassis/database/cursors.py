"""Cursors of keyset pages: opaque, signed, and bound to their list, its filters and the reader."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping

from aftercare_chassis.refusals import Kind, Refusal

_SIGNATURE_BYTES = 16


class CursorInvalid(Refusal):
    """The cursor was not issued for this list, these filters and this reader."""

    kind, code = Kind.MALFORMED, "cursor_invalid"
    zh = "游标无效：游标只能用于生成它的列表、筛选条件和账号。"
    en = "The cursor is not valid: it only serves the list, the filters and the reader it was made for."

    def __init__(self) -> None:
        super().__init__(pointer="/cursor")


class Cursors:
    """Signs and verifies cursors with the service's signing key."""

    def __init__(self, key: str) -> None:
        self._key = hmac.digest(key.encode(), b"aftercare cursor", "sha256")

    def sign(self, listing: str, filters: Mapping[str, object], last: str) -> str:
        """A cursor that continues after `last`. The filters have to include the reader."""
        signature = self._signature(listing, filters, last)
        return _encode(signature + last.encode())

    def verify(self, listing: str, filters: Mapping[str, object], cursor: str) -> str:
        """The `last` with which the cursor was signed.

        Raises:
            CursorInvalid: it was signed for another list or other filters, or by another key, or was changed.
        """
        try:
            raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
            last = raw[_SIGNATURE_BYTES:].decode()
        except (NotBase64, ValueError):
            raise CursorInvalid from None
        if _encode(raw) != cursor:  # base64 has several encodings of the same bytes; only the canonical one is accepted
            raise CursorInvalid
        if not hmac.compare_digest(raw[:_SIGNATURE_BYTES], self._signature(listing, filters, last)):
            raise CursorInvalid
        return last

    def _signature(self, listing: str, filters: Mapping[str, object], last: str) -> bytes:
        # JSON keeps the parts apart: ("ab", "c") and ("a", "bc") must have different signatures.
        scope = json.dumps([listing, sorted((name, str(value)) for name, value in filters.items()), last])
        return hmac.digest(self._key, scope.encode(), "sha256")[:_SIGNATURE_BYTES]


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
