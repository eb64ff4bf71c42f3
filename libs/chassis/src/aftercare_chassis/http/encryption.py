"""Answers that hold a secret are kept sealed: who reads the database learns nothing, who repeats the call is told again."""

import hmac

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from aftercare_chassis.refusals import Kind, Refusal

_HEADER = {"alg": "dir", "enc": "A256GCM"}


class ResponseEncrypted(Refusal):
    """The call was made before; its answer was sealed with a signing key that is no longer ours."""

    kind, code = Kind.CONFLICT, "kept_answer_sealed"
    zh = "该请求已执行过，但其应答已无法再次显示；请读取对象，或换一个新的 Idempotency-Key。"
    en = "This was done before, but its answer cannot be shown again; read the object, or take a new Idempotency-Key."


class BodyCipher:
    """Seals with a key made of the service's signing key."""

    def __init__(self, signing_key: str) -> None:
        self._key = OctKey.import_key(hmac.digest(signing_key.encode(), b"aftercare kept answer", "sha256"))

    def close(self, body: bytes) -> bytes:
        """The body, readable only with the key."""
        return jwe.encrypt_compact(_HEADER, body, self._key).encode()

    def open(self, sealed: bytes) -> bytes:
        """The body that was sealed; ResponseEncrypted where it was with another key."""
        try:
            body = jwe.decrypt_compact(sealed, self._key).plaintext
        except (JoseError, ValueError):
            raise ResponseEncrypted from None
        if body is None:
            raise ResponseEncrypted
        return body
