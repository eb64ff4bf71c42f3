"""How WeChat signs and encrypts what it pushes ("safe mode", 消息加解密): SHA-1 over sorted texts, AES-256-CBC with a key of 43 characters."""

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 32
"""WeChat pads to blocks of 32 bytes (PKCS #7), although those of AES have 16."""
_RANDOM, _LENGTH = 16, 4


class EnvelopeMalformed(ValueError):
    """What was decrypted is none of WeChat's messages for this account."""


def signature(*texts: str) -> str:
    """The SHA-1 of the sorted texts; the token of the account is one of them."""
    return hashlib.sha1("".join(sorted(texts)).encode(), usedforsecurity=False).hexdigest()


def key_of(encoding_key: str) -> bytes:
    """The AES key: the 43 characters are its base64 without padding. Raises: ValueError."""
    try:
        # The last character has two bits too many, which WeChat sets as it likes.
        key = base64.b64decode(f"{encoding_key}=")
    except binascii.Error:
        raise ValueError("must be the base64 of 32 bytes") from None
    if len(encoding_key) != 43 or len(key) != 32:
        raise ValueError("must have 43 characters")
    return key


@dataclass(frozen=True, slots=True)
class Envelope:
    """Encrypts and decrypts for one account: 16 random bytes, the length in network order, the message, the app id."""

    key: bytes = field(repr=False)
    app_id: str

    def open(self, encrypted: str) -> bytes:
        """The message. Raises: EnvelopeMalformed."""
        try:
            sealed = base64.b64decode(encrypted, validate=True)
            decryptor = self._cipher().decryptor()
            plain = decryptor.update(sealed) + decryptor.finalize()
        except ValueError:
            raise EnvelopeMalformed("not encrypted") from None
        padding = plain[-1] if plain else 0
        if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
            raise EnvelopeMalformed("padding")
        content = plain[_RANDOM:-padding]
        length = int.from_bytes(content[:_LENGTH], "big")
        message, app_id = content[_LENGTH : _LENGTH + length], content[_LENGTH + length :]
        if len(message) != length or app_id != self.app_id.encode():
            raise EnvelopeMalformed("another account")
        return message

    def seal(self, message: bytes) -> str:
        """The message, encrypted."""
        content = os.urandom(_RANDOM) + len(message).to_bytes(_LENGTH, "big") + message + self.app_id.encode()
        padding = _BLOCK - len(content) % _BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(content + bytes([padding]) * padding) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self.key), modes.CBC(self.key[:16]))
