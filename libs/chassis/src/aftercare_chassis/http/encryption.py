"""Encryption of stored responses that hold a secret: the database does not show it, and a repeated call gets it again."""

import hmac

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from aftercare_chassis.refusals import Kind, Refusal

_PROTECTED_HEADER = {"alg": "dir", "enc": "A256GCM"}
_KEY_CONTEXT = b"aftercare kept answer"  # stored responses of earlier releases were encrypted under it


class ResponseEncrypted(Refusal):
    """The call was made before, and its response was encrypted with a signing key that this service no longer has."""

    kind, code = Kind.CONFLICT, "kept_answer_sealed"
    zh = "该请求已执行过，但其应答已无法再次显示；请读取对象，或换一个新的 Idempotency-Key。"
    en = (
        "This call was made before, but its response cannot be shown again. Read the object, or use a new "
        "Idempotency-Key."
    )


class BodyCipher:
    """Encrypts response bodies with a key derived from the service's signing key (JWE, `dir` and A256GCM)."""

    def __init__(self, signing_key: str) -> None:
        self._key = OctKey.import_key(hmac.digest(signing_key.encode(), _KEY_CONTEXT, "sha256"))

    def encrypt(self, body: bytes) -> bytes:
        """The body, readable only with the key."""
        return jwe.encrypt_compact(_PROTECTED_HEADER, body, self._key).encode()

    def decrypt(self, encrypted: bytes) -> bytes:
        """The body that was encrypted. Raises: ResponseEncrypted where it was encrypted with another key."""
        try:
            body = jwe.decrypt_compact(encrypted, self._key).plaintext
        except (JoseError, ValueError):
            raise ResponseEncrypted from None
        if body is None:
            raise ResponseEncrypted
        return body
