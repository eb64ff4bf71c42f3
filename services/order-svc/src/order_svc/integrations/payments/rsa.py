"""RSA signatures with SHA-256 (PKCS 1 v1.5) by keys that are the base64 of DER, as the consoles of providers show them."""

import base64
import binascii
from collections.abc import Iterable
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

_KEYS = 16


def check(*, private: Iterable[str], public: Iterable[str]) -> None:
    """Raises: ValueError where one of these is no RSA key in PKCS 8, or as SubjectPublicKeyInfo."""
    for key in private:
        _private(key)
    for key in public:
        _public(key)


def sign(content: bytes, private_key: str) -> str:
    """The base64 of the signature."""
    return base64.b64encode(_private(private_key).sign(content, PKCS1v15(), SHA256())).decode()


def is_signed(content: bytes, signature: str, public_keys: Iterable[str]) -> bool:
    """Whether the signature is that of the content by one of the keys."""
    try:
        proof = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(_verifies(_public(key), content, proof) for key in public_keys)


def _verifies(key: RSAPublicKey, content: bytes, proof: bytes) -> bool:
    try:
        key.verify(proof, content, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


@lru_cache(_KEYS)
def _private(text: str) -> RSAPrivateKey:
    # The libraries' messages are left out: they may quote the key.
    try:
        key = load_der_private_key(base64.b64decode(text, validate=True), None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("the private key must be the base64 of an RSA key in PKCS 8")
    return key


@lru_cache(_KEYS)
def _public(text: str) -> RSAPublicKey:
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise ValueError("a public key must be the base64 of an RSA key (SubjectPublicKeyInfo)")
    return key
