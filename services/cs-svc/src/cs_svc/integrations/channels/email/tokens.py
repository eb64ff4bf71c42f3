"""Codes in the addresses and ids of our e-mails, which show that an answer answers one of ours."""

import hashlib
import hmac
import re

_CODED = re.compile(r"((?:dlv|conv)_[0-9a-f]{32})\.([0-9a-f]{20})")
_CONTEXT = b"aftercare e-mail"


class Tokens:
    """Signs ids with a key derived from the signing key of the service."""

    def __init__(self, signing_key: str) -> None:
        self._key = hmac.digest(signing_key.encode(), _CONTEXT, "sha256")

    def coded(self, id_: str) -> str:
        """The id with its code: `dlv_….0123…`, as the local part of a Message-ID or behind the plus of an address."""
        return f"{id_}.{self._code(id_)}"

    def find(self, text: str, prefix: str) -> str | None:
        """The last id with this prefix in the text whose code is right; None where there is none."""
        proven = [id_ for id_, code in _CODED.findall(text) if hmac.compare_digest(code, self._code(id_))]
        return next((each for each in reversed(proven) if each.startswith(f"{prefix}_")), None)

    def _code(self, id_: str) -> str:
        return hmac.new(self._key, id_.encode(), hashlib.sha256).hexdigest()[:20]
