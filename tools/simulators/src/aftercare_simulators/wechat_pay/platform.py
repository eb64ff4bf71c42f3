"""The two sides' keys: what WeChat Pay signs with, public keys or certificates, and what it verifies and encrypts with for a merchant."""

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime
from secrets import token_bytes, token_hex
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aftercare_simulators.payment.callbacks import Delivery
from aftercare_simulators.payment.rsa import KeyPair

SIGNATURE_TYPE = "WECHATPAY2-SHA256-RSA2048"
_FIELD = re.compile(r'(\w+)="([^"]*)"')


class Platform:
    """A merchant account, and the platform keys by their ids; the last one signs what names no key that is known.

    `certificates` are those that are published, by their serial numbers; one signs once its key is among `keys`.
    """

    def __init__(self, *, merchant: KeyPair, keys: dict[str, KeyPair]) -> None:
        self.merchant, self.keys = merchant, dict(keys)
        self.merchant_id, self.app_id = "1900000001", "wx0123456789abcdef"
        self.certificate_serial, self.api_v3_key = token_hex(20).upper(), token_hex(16)
        self.certificates: dict[str, str] = {}

    def authorizes(self, header: str, method: str, target: str, body: str) -> bool:
        """Whether the header `Authorization` is the merchant's signature of this request."""
        kind, _, rest = header.partition(" ")
        given = dict(_FIELD.findall(rest))
        if kind != SIGNATURE_TYPE or given.get("mchid") != self.merchant_id:
            return False
        signed = f"{method}\n{target}\n{given.get('timestamp')}\n{given.get('nonce_str')}\n{body}\n"
        is_known = given.get("serial_no") == self.certificate_serial
        return is_known and self.merchant.verifies(signed, given.get("signature", ""))

    def confirms(self, parameters: Mapping[str, str]) -> bool:
        """Whether `paySign` is the merchant's signature of what a page gives the WeChat client."""
        signed = "".join(f"{parameters.get(name)}\n" for name in ("appId", "timeStamp", "nonceStr", "package"))
        is_ours = parameters.get("appId") == self.app_id and parameters.get("signType") == "RSA"
        return is_ours and self.merchant.verifies(signed, parameters.get("paySign", ""))

    def sign(self, body: str, at: datetime, key_id: str = "") -> dict[str, str]:
        """The headers that prove a response or a callback, by the key that the merchant asks for where there is such a key."""
        serial = key_id if key_id in self.keys else list(self.keys)[-1]
        stamp, nonce = str(int(at.timestamp())), token_hex(16)
        return {
            "Wechatpay-Serial": serial,
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": self.keys[serial].sign(f"{stamp}\n{nonce}\n{body}\n"),
            "Wechatpay-Signature-Type": SIGNATURE_TYPE,
        }

    def certify(self, key: KeyPair, since: datetime, until: datetime) -> str:
        """Publish a certificate of this key; its serial number."""
        serial, text = key.certificate(since, until)
        self.certificates[serial] = text
        return serial

    def published(self, at: datetime) -> list[dict[str, object]]:
        """The certificates, each encrypted with the merchant's APIv3 key."""
        return [
            {
                "serial_no": serial,
                "effective_time": at.isoformat(timespec="seconds"),
                "expire_time": at.isoformat(timespec="seconds"),
                "encrypt_certificate": self._encrypted(text, "certificate"),
            }
            for serial, text in self.certificates.items()
        ]

    def _encrypted(self, plain: str, associated: str) -> dict[str, str]:
        nonce = token_hex(6)
        cipher = AESGCM(self.api_v3_key.encode()).encrypt(nonce.encode(), plain.encode(), associated.encode())
        return {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": nonce,
            "associated_data": associated,
            "ciphertext": base64.b64encode(cipher).decode(),
        }

    def sign_callback(self, delivery: Delivery, at: datetime) -> dict[str, str]:
        """The headers of a callback."""
        return self.sign(delivery.body, at)

    def callback(self, event_type: str, original_type: str, content: object, at: datetime, url: str) -> Delivery:
        """A callback with this content, encrypted with the merchant's APIv3 key."""
        plain, id_ = json.dumps(content, ensure_ascii=False), str(uuid4())
        body = {
            "id": id_,
            "create_time": at.isoformat(timespec="seconds"),
            "resource_type": "encrypt-resource",
            "event_type": event_type,
            "summary": event_type,
            "resource": {"original_type": original_type, **self._encrypted(plain, original_type)},
        }
        return Delivery(id_, event_type, url, json.dumps(body, ensure_ascii=False))


def code_url() -> str:
    """The text of a QR code that the buyer scans."""
    return f"weixin://wxpay/bizpayurl?pr={base64.urlsafe_b64encode(token_bytes(6)).decode()}"
