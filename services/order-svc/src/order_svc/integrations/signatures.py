"""How messages of partners are verified: keyed digests, compared in constant time, and ed25519. No clock and no network here."""

import base64
import binascii
import hashlib
import hmac
import secrets as randomness
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

STANDARD_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
TOLERANCE = timedelta(minutes=5)
LONGEST_ID = 200
_PREFIX, _PUBLIC = "whsec_", "whpk_"
_ED25519 = "v1a,"
_MOST_SIGNATURES = 10


def matches_any(given: str, expected: Iterable[str]) -> bool:
    """Whether the signature is one of those expected; the time taken does not depend on which one it is."""
    proofs = [hmac.compare_digest(given.encode(), each.encode()) for each in expected]
    return any(proofs)


def md5_base64(text: str) -> str:
    """The base64 of the MD5 of the text in UTF-8. MD5 is the scheme of partners, not ours."""
    return base64.b64encode(hashlib.md5(text.encode(), usedforsecurity=False).digest()).decode()


def md5_hex(text: str) -> str:
    """The MD5 of the text in UTF-8, as lower-case hexadecimal digits."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def text_base64(text: str) -> str:
    """The base64 of the text in UTF-8."""
    return base64.b64encode(text.encode()).decode()


def standard_signature(secret: str, message_id: str, at: datetime, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 of `id.timestamp.body`, as Standard Webhooks 1.0.0 defines it.

    The library signs text only, but a signature covers whatever bytes were sent.
    """
    # Some senders leave the padding out; what is more than needed is ignored.
    key = base64.b64decode(secret.removeprefix(_PREFIX) + "==")
    digest = hmac.digest(key, _signed(message_id, at, body), "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


def _signed(message_id: str, at: datetime, body: bytes) -> bytes:
    return f"{message_id}.{int(at.timestamp())}.".encode() + body


def new_standard_secret() -> str:
    """A secret of 32 random bytes for Standard Webhooks."""
    return _PREFIX + base64.b64encode(randomness.token_bytes(32)).decode()


def is_standard_secret(secret: str) -> bool:
    """Whether this is `whsec_` and the base64 of 24 to 64 bytes, or `whpk_` and that of a public ed25519 key, of 32 bytes."""
    prefix = _PUBLIC if secret.startswith(_PUBLIC) else _PREFIX
    try:
        key = base64.b64decode(secret.removeprefix(prefix), validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(key) == 32 if prefix == _PUBLIC else secret.startswith(prefix) and 24 <= len(key) <= 64


class StandardFault(StrEnum):
    """What is wrong with a message that should be signed by Standard Webhooks."""

    HEADER_MISSING = "header_missing"
    ID_TOO_LONG = "id_too_long"
    TIMESTAMP_MALFORMED = "timestamp_malformed"
    SIGNATURE_MALFORMED = "signature_malformed"
    SIGNATURE_WRONG = "signature_wrong"
    OUTSIDE_TOLERANCE = "outside_tolerance"


def standard_faults(
    raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime
) -> frozenset[StandardFault]:
    """Everything that is wrong with the signature of a message; empty where it was made with one of the secrets, or with the
    private key of one that is a public key (`v1a`).

    `headers` have lower-case names. Any signature of the header may be made with any of the secrets (a rotation), and the
    timestamp may be up to five minutes away from `now`, either way. Whether the body is text does not matter here. The
    verification of the library reads the clock of the machine and knows one secret only.
    """
    message_id, stamp, given = (headers.get(name, "") for name in STANDARD_HEADERS)
    at = _timestamp(stamp)
    unusable = {
        StandardFault.HEADER_MISSING: not (message_id and stamp and given),
        StandardFault.ID_TOO_LONG: len(message_id) > LONGEST_ID,
        StandardFault.TIMESTAMP_MALFORMED: at is None,
    }
    found = {fault for fault, is_so in unusable.items() if is_so}
    if at is None or found:
        return frozenset(found)
    expected = [standard_signature(each, message_id, at, raw) for each in secrets if not each.startswith(_PUBLIC)]
    keys = [each for each in secrets if each.startswith(_PUBLIC)]
    signatures = given.split(" ")[:_MOST_SIGNATURES]
    proofs = [
        matches_any(each, expected) or any(_is_signed_by(key, each, _signed(message_id, at, raw)) for key in keys)
        for each in signatures
    ]
    if not any(proofs):
        well_formed = all(_is_signature(each) for each in signatures)
        found.add(StandardFault.SIGNATURE_WRONG if well_formed else StandardFault.SIGNATURE_MALFORMED)
    if abs(now - at) > TOLERANCE:
        found.add(StandardFault.OUTSIDE_TOLERANCE)
    return frozenset(found)


def _is_signed_by(key: str, signature: str, signed: bytes) -> bool:
    if not signature.startswith(_ED25519):
        return False
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.removeprefix(_PUBLIC)))
    try:
        public.verify(base64.b64decode(signature.removeprefix(_ED25519), validate=True), signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _timestamp(text: str) -> datetime | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        return None
    return datetime.fromtimestamp(int(text), UTC)


def _is_signature(text: str) -> bool:
    """Whether this is a version, a comma and base64."""
    version, comma, signature = text.partition(",")
    try:
        return bool(version and comma and base64.b64decode(signature))
    except ValueError:
        return False
