"""The public keys of the identity provider, read from a JSON Web Key Set (RFC 7517) in a file."""

import json
import math
import time
from pathlib import Path

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

log = structlog.get_logger(__name__)

REREAD_SECONDS = 60.0
# A key that was added a moment ago is found soon, and tokens with invented key ids do not cause a read each.
UNKNOWN_KEY_REREAD_SECONDS = 5.0

Key = RSAKey | ECKey | OKPKey
_KEY_TYPES: dict[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


class KeySet:
    """The keys by their id. `generation` changes whenever a key was added, replaced or withdrawn."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._read_at = -math.inf
        self._keys: dict[str, Key] = {}
        self.generation = 0

    def find(self, kid: str) -> Key | None:
        """The key of this id, or None. For an unknown id the file is read again, at most once in five seconds."""
        if kid not in self._keys:
            self.refresh(UNKNOWN_KEY_REREAD_SECONDS)
        return self._keys.get(kid)

    def refresh(self, seconds: float = REREAD_SECONDS) -> None:
        """Read the file again if it was last read more than `seconds` ago. A file that cannot be read changes nothing."""
        if time.monotonic() - self._read_at > seconds:
            self._read()

    def _read(self) -> None:
        self._read_at = time.monotonic()
        try:
            entries = [each for each in json.loads(self._path.read_text())["keys"] if each["kty"] in _KEY_TYPES]
            keys: dict[str, Key] = {each["kid"]: _KEY_TYPES[each["kty"]].import_key(each) for each in entries}
        except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
            log.error("key_set_unreadable", error=type(error).__name__)
            return
        if _public(keys) != _public(self._keys):
            self._keys = keys
            self.generation += 1


def _public(keys: dict[str, Key]) -> dict[str, object]:
    return {kid: key.as_dict(private=False) for kid, key in keys.items()}
