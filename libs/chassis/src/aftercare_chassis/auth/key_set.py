"""Public keys of an issuer: JSON Web Key Sets (RFC 7517), and those in a file."""

import json
from collections.abc import Mapping
from typing import Any

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from aftercare_chassis.auth.watched_file import watched_file
from aftercare_chassis.watched_files import WatchedFiles

log = structlog.get_logger(__name__)

LEAST_RSA_BITS = 2048
MOST_KEYS = 100  # of one set
_SIGNS = {"Ed25519", "Ed448"}  # the curves of OKP keys that sign; the others agree on keys

Key = RSAKey | ECKey | OKPKey
Keys = Mapping[str, Key]
"""The keys of one issuer, by their ids."""
_KEY_TYPES: dict[object, type[RSAKey] | type[ECKey] | type[OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


def keys_of(text: str | bytes) -> Keys:
    """The keys of a set that verify signatures. Others are left out, and so is a second key of the same id.

    Raises:
        ValueError: it is no key set.
    """
    try:
        entries = json.loads(text)["keys"][:MOST_KEYS]
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("not a key set") from error
    keys: dict[str, Key] = {}
    for entry in entries:
        if (key := _key(entry)) is not None:
            keys.setdefault(entry["kid"], key)
    return keys


class FileKeys:
    """The keys in a file, which is read again when it has changed."""

    def __init__(self, path: str) -> None:
        self._file: WatchedFiles[Keys] = watched_file(path, keys_of, {})

    @property
    def is_unreadable(self) -> bool:
        """Whether the file as it is now cannot be read."""
        return self._file.is_unreadable

    def look(self) -> bool:
        """Read the file again if it has changed; whether it has other keys now."""
        return self._file.look()

    def find(self, kid: str) -> Key | None:
        """The key of this id, or None."""
        return self._file.value.get(kid)


def _key(entry: Any) -> Key | None:  # Any: whatever JSON an issuer puts there
    """The key of an entry, or None where it has no id or no signature can be verified with it.

    Secret keys (`oct`) are never read: with a public key taken for a secret one, anybody could sign (RFC 8725, section 2.1).
    """
    try:
        if entry.get("use", "sig") != "sig" or not isinstance(entry["kid"], str):
            return None
        key = _KEY_TYPES[entry["kty"]].import_key(entry)
        weak = isinstance(key, RSAKey) and key.raw_value.key_size < LEAST_RSA_BITS
        agrees = isinstance(key, OKPKey) and entry.get("crv") not in _SIGNS
    except (AttributeError, KeyError, TypeError, ValueError, JoseError) as error:
        log.warning("key_unusable", error=type(error).__name__)
        return None
    return None if weak or agrees else key
