"""Platform certificates 平台证书, by which WeChat Pay signs for merchants that have no public key of it: `GET /v3/certificates`.

Each is encrypted with the merchant's APIv3 key (AEAD_AES_256_GCM), which shows that it is WeChat Pay's; its chain is not checked.
Source: pay.weixin.qq.com/doc/v3/merchant (获取平台证书列表).
"""

import base64
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import InvalidVersion, load_pem_x509_certificate
from pydantic import BaseModel, JsonValue
from wechatpayv3.utils import aes_decrypt

from order_svc.domain.payments.signing_keys import PublishedKey
from order_svc.integrations.payments import rsa
from order_svc.integrations.payments.wechat_pay.documents import Text

log = structlog.get_logger(__name__)


class _Encrypted(BaseModel):
    algorithm: Literal["AEAD_AES_256_GCM"]
    nonce: Text
    associated_data: Text
    ciphertext: str


class _Listed(BaseModel):
    serial_no: Text
    encrypt_certificate: _Encrypted


class _List(BaseModel):
    data: list[JsonValue]


class PlatformCertificates:
    """The key source of WeChat Pay. `request` makes the request, which returns the status and the content. `known` are the keys that were
    published when it was asked last."""

    def __init__(self, request: Callable[[], Awaitable[tuple[int, str | bytes]]], api_v3_key: str) -> None:
        self._request, self._api_v3_key = request, api_v3_key
        self.known: Sequence[PublishedKey] = ()

    async def keys(self) -> Sequence[PublishedKey] | None:
        """See the port. A certificate that cannot be decrypted or read is left out; None as well where no other is left."""
        status, content = await self._request()
        try:
            listed = _List.model_validate_json(content).data if status == 200 else []
        except ValueError:
            listed = []
        found = [key for key in map(self._readable, listed) if key is not None]
        self.known = found or self.known
        return found or None

    def _readable(self, listed: JsonValue) -> PublishedKey | None:
        try:
            return self._key(_Listed.model_validate(listed))
        except (ValueError, InvalidVersion, UnsupportedAlgorithm) as error:
            log.warning("certificate_unreadable", error=type(error).__name__)
            return None

    def _key(self, listed: _Listed) -> PublishedKey:
        box = listed.encrypt_certificate
        plain = aes_decrypt(box.nonce, box.ciphertext, box.associated_data, self._api_v3_key)
        if plain is None:
            raise ValueError("the certificate cannot be decrypted")
        certificate = load_pem_x509_certificate(plain.encode())
        if certificate.serial_number != int(listed.serial_no, 16):
            raise ValueError("the certificate is not that of its serial number")
        key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        public_key = base64.b64encode(key).decode()
        rsa.check(private=[], public=[public_key])
        return PublishedKey(
            serial=listed.serial_no,
            public_key=public_key,
            valid_from=certificate.not_valid_before_utc,
            valid_until=certificate.not_valid_after_utc,
        )
