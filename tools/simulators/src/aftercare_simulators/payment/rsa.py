"""RSA keys of a provider and of its merchants, made on this machine."""

import base64
import binascii
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256


class KeyPair:
    """A new key of 2048 bits. Its two halves are the base64 of DER (PKCS 8 and SubjectPublicKeyInfo), as consoles show them."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        der = serialization.Encoding.DER
        private = self._key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        public = self._key.public_key().public_bytes(der, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.private, self.public = base64.b64encode(private).decode(), base64.b64encode(public).decode()

    def sign(self, content: str) -> str:
        """The base64 of the PKCS 1 v1.5 signature with SHA-256."""
        return base64.b64encode(self._key.sign(content.encode(), padding.PKCS1v15(), SHA256())).decode()

    def certificate(self, since: datetime, until: datetime) -> tuple[str, str]:
        """A certificate of this key, which it signs itself: the serial number in hexadecimal digits, and the text (PEM)."""
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "simulated provider")])
        number = x509.random_serial_number()
        made = x509.CertificateBuilder(name, name, self._key.public_key(), number, since, until)
        text = made.sign(self._key, SHA256()).public_bytes(serialization.Encoding.PEM).decode()
        return f"{number:040X}", text

    def verifies(self, content: str, signature: str) -> bool:
        """Whether the signature is that of the content by this key."""
        try:
            proof = base64.b64decode(signature, validate=True)
            self._key.public_key().verify(proof, content.encode(), padding.PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error):
            return False
        return True
