"""WeChat Pay 微信支付, API v3 with public keys or platform certificates: native payments (a QR code), JSAPI payments (in the WeChat
client), refunds, callbacks.

Source: pay.weixin.qq.com/doc/v3/merchant. Requests by the library `wechatpayv3`. Callbacks and responses are verified
here: the library knows one key, judges no time, and raises whatever an unknown serial number leads to.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import httpx
from pydantic import ValidationError
from wechatpayv3.async_ import AsyncWeChatPay, WeChatPayType
from wechatpayv3.utils import aes_decrypt

from order_svc.domain.payments.model import CheckoutFields, CheckoutKind, Payment, Refund
from order_svc.domain.payments.statements import StatementEntry
from order_svc.integrations.json_texts import check_keys
from order_svc.integrations.payments import rsa
from order_svc.integrations.payments.at_once import PaidAtOnce
from order_svc.integrations.payments.bills import CHINA
from order_svc.integrations.payments.port import KeySource, Outcome, ProviderNotification, ProviderResult
from order_svc.integrations.payments.results import NOT_FOUND, NOT_REACHED, UNKNOWN
from order_svc.integrations.payments.wechat_pay import statements
from order_svc.integrations.payments.wechat_pay.certificates import PlatformCertificates
from order_svc.integrations.payments.wechat_pay.documents import (
    NOT_THERE,
    Callback,
    Document,
    Resource,
    code_of,
    payment_notification,
    payment_result,
    refund_notification,
    refund_result,
    refusal,
)
from order_svc.integrations.pushes import (
    CHINESE,
    Acceptance,
    Acknowledgement,
    ExaminedPush,
    Rejection,
    RejectionCode,
)
from order_svc.integrations.signatures import TOLERANCE

_SIGNATURE_TYPE = "WECHATPAY2-SHA256-RSA2048"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeChatPayAccount:
    """A merchant's account. `public_keys` are WeChat Pay's by their ids (`PUB_KEY_ID_…`), the one to use first; `has_certificates`: it
    signs by its certificates too, as long as the merchant has not changed to public keys wholly."""

    merchant_id: str
    app_id: str
    certificate_serial: str
    private_key: str = field(repr=False)
    api_v3_key: str = field(repr=False)
    public_keys: Mapping[str, str]
    has_certificates: bool = False


class WeChatPay(PaidAtOnce):
    """The adapter. Callbacks go to `callback_url`. Raises: ValueError for a key that is none."""

    signature_headers = (
        "wechatpay-serial",
        "wechatpay-timestamp",
        "wechatpay-nonce",
        "wechatpay-signature",
        "wechatpay-signature-type",
    )

    payer_methods = frozenset({"jsapi"})
    statement_zone, statement_ready = CHINA, timedelta(hours=10)

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        url: str,
        callback_url: str,
        account: WeChatPayAccount,
    ) -> None:
        rsa.check(private=[account.private_key], public=account.public_keys.values())
        self.resources = (client,)
        self.secrets = tuple(f"{key_id}={key}" for key_id, key in account.public_keys.items())
        self._api_v3_key, self._app_id = account.api_v3_key, account.app_id
        key_id = next(iter(account.public_keys), None)
        self._api = AsyncWeChatPay(
            wechatpay_type=WeChatPayType.NATIVE,
            mchid=account.merchant_id,
            private_key=account.private_key,
            cert_serial_no=account.certificate_serial,
            appid=account.app_id,
            apiv3_key=account.api_v3_key,
            notify_url=callback_url,
            public_key=None if key_id is None else account.public_keys[key_id],
            public_key_id=key_id,
        )
        # The library (2.0.4) has no settings for these: it would make a client of its own, without our limits, and know one public key.
        core = self._api._core
        core._client, core._gate_way = client, url.rstrip("/")
        core._verify_signature_async = self._is_authentic
        self._key_source = (
            PlatformCertificates(self._listed_certificates, account.api_v3_key) if account.has_certificates else None
        )
        self._fetching = asyncio.Lock()

    @property
    def key_source(self) -> KeySource | None:
        """See the port: its certificates, in the older mode."""
        return self._key_source

    def takes(self, method: str) -> bool:
        """See the port."""
        return method in ("native", "jsapi")

    async def pay(self, payment: Payment, payer_id: str | None = None) -> ProviderResult:
        """See the port. The buyer scans the code, or confirms in the WeChat client."""
        ends_at = (
            None if payment.expires_at is None else payment.expires_at.astimezone(UTC).isoformat(timespec="seconds")
        )
        is_jsapi = payment.method == "jsapi"
        status, content = await _response(
            self._api.pay(
                description=f"订单 {payment.order_id}",
                out_trade_no=_number(payment),
                amount={"total": payment.amount_minor, "currency": payment.currency},
                time_expire=ends_at,
                payer={"openid": payer_id} if is_jsapi else None,
                pay_type=WeChatPayType.JSAPI if is_jsapi else WeChatPayType.NATIVE,
            )
        )
        if status != 200:
            return refusal(status, content)
        try:
            answer = json.loads(content)
            checkout = self._to_confirm(answer["prepay_id"]) if is_jsapi else _to_scan(answer["code_url"])
        except (ValueError, KeyError, TypeError):
            return UNKNOWN
        return ProviderResult(outcome=Outcome.PENDING, checkout=checkout)

    def _to_confirm(self, prepay_id: object) -> CheckoutFields:
        """What the WeChat client takes; signed are the app, the time, the nonce and the package."""
        signed = [self._app_id, str(int(datetime.now(UTC).timestamp())), uuid4().hex, f"prepay_id={prepay_id}"]
        parameters = dict(zip(("appId", "timeStamp", "nonceStr", "package"), signed, strict=True))
        proof = {"signType": "RSA", "paySign": str(self._api.sign(signed))}
        return {"kind": CheckoutKind.JSAPI, "value": signed[-1], "parameters": {**parameters, **proof}}

    async def refund(self, payment: Payment, refund: Refund) -> ProviderResult:
        """See the port."""
        amount = {"refund": refund.amount_minor, "total": payment.amount_minor, "currency": refund.currency}
        status, content = await _response(
            self._api.refund(out_refund_no=refund.id, amount=amount, out_trade_no=_number(payment))
        )
        return refund_result(content) if status == 200 else refusal(status, content)

    async def find(self, payment: Payment, refund: Refund | None = None) -> ProviderResult:
        """See the port."""
        if refund is None:
            status, content = await _response(self._api.query(out_trade_no=_number(payment)))
        else:
            status, content = await _response(self._api.query_refund(out_refund_no=refund.id))
        if status == 200:
            return payment_result(content) if refund is None else refund_result(content)
        return NOT_FOUND if code_of(content) in NOT_THERE else UNKNOWN

    async def close(self, payment: Payment) -> ProviderResult:
        """See the port. The response has no content: the state is queried."""
        await _response(self._api.close(out_trade_no=_number(payment)))
        return await self.find(payment)

    async def statement(self, day: date) -> Sequence[StatementEntry] | None:
        """See the port. A day without transactions has no file."""
        status, content = await _response(self._api.trade_bill(bill_date=day.isoformat()))
        if status != 200:
            return [] if code_of(content) == "NO_STATEMENT_EXIST" else None
        try:
            announced = statements.Announcement.model_validate_json(content)
            status, packed = await _response(self._api.download_bill(announced.download_url))
            return statements.entries(packed, announced) if status == 200 and isinstance(packed, bytes) else None
        except ValueError:
            return None

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Rejection | None:
        """See the port. Signed are the time, the nonce and the body."""
        serial, stamp, nonce, signature, kind = (headers.get(name, "") for name in self.signature_headers)
        if not (serial and stamp and nonce and signature):
            return _unverified(RejectionCode.SIGNATURE_MISSING)
        if kind != _SIGNATURE_TYPE or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 11):
            return _unverified(RejectionCode.SIGNATURE_MALFORMED)
        if not _is_signed(raw, headers, secrets):
            return _unverified(RejectionCode.SIGNATURE_INVALID)
        if abs(now - datetime.fromtimestamp(int(stamp), UTC)) > TOLERANCE:
            return _unverified(RejectionCode.TIMESTAMP_OUT_OF_TOLERANCE)
        return None

    def push_id(self, raw: bytes, headers: Mapping[str, str]) -> str:
        """A hash of the body, which has the id of the callback."""
        return f"sha256:{hashlib.sha256(raw).hexdigest()}"

    def parse(self, raw: bytes) -> ProviderNotification | None:
        """See the port. What is read is encrypted with the merchant's APIv3 key."""
        check_keys(raw)
        try:
            callback = Callback.model_validate_json(raw)
            is_payment = callback.event_type.startswith("TRANSACTION.")
            if not (is_payment or callback.event_type.startswith("REFUND.")):
                return None
            text = self._decrypted(callback.resource)
            check_keys(text)
            document = Document.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
        return payment_notification(document) if is_payment else refund_notification(document)

    def accepted(self, acceptance: Acceptance, push: ExaminedPush[object]) -> Acknowledgement:
        """See the port."""
        return Acknowledgement.of_json(200, {"code": "SUCCESS", "message": "成功"})

    def refused(self, code: str, detail: str, language: str = CHINESE) -> Acknowledgement:
        """See the port. WeChat Pay sends it again, up to 15 times in a day."""
        return Acknowledgement.of_json(400, {"code": "FAIL", "message": f"{code}: {detail}"})

    async def _is_authentic(self, headers: Mapping[str, str], body: str | bytes) -> bool:
        """Whether a response is signed by a key that is known, or by a certificate that is published now."""
        raw, serial = body.encode() if isinstance(body, str) else body, headers.get("wechatpay-serial", "")
        if self._key_source is None:
            return _is_signed(raw, headers, self.secrets)
        if serial not in self._serials(self._key_source):
            async with self._fetching:
                if serial not in self._serials(self._key_source):
                    await self._key_source.keys()
        now = datetime.now(UTC)
        published = (each.secret for each in self._key_source.known if each.is_valid(now))
        return _is_signed(raw, headers, (*self.secrets, *published))

    def _serials(self, source: PlatformCertificates) -> set[str]:
        return {*(each.partition("=")[0] for each in self.secrets), *(each.serial for each in source.known)}

    async def _listed_certificates(self) -> tuple[int, str | bytes]:
        """They are encrypted with our key, and so may be signed by one of those that are yet to be read."""
        return await _response(self._api._core.request("/v3/certificates", skip_verify=True))

    def _decrypted(self, resource: Resource) -> str:
        plain = aes_decrypt(resource.nonce, resource.ciphertext, resource.associated_data, self._api_v3_key)
        if plain is None:
            raise ValueError("resource: cannot be decrypted")
        return str(plain)


def _is_signed(raw: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> bool:
    """Whether the key that the headers name has signed the time, the nonce and the body."""
    serial, stamp, nonce, signature = (headers.get(name, "") for name in WeChatPay.signature_headers[:4])
    keys = [key for key_id, _, key in (each.partition("=") for each in secrets) if key_id == serial]
    return rsa.is_signed(f"{stamp}\n{nonce}\n".encode() + raw + b"\n", signature, keys)


def _to_scan(code_url: object) -> CheckoutFields:
    return {"kind": CheckoutKind.QR_CODE, "value": str(code_url)}


def _number(payment: Payment) -> str:
    """Our id without its prefix: WeChat Pay takes at most 32 characters."""
    return payment.id.rpartition("_")[2]


async def _response(call: Awaitable[tuple[int, str | bytes]]) -> tuple[int, str | bytes]:
    """The status and the body; 0 where there is no response that can be relied on, -1 where nothing was sent."""
    try:
        return await call
    except NOT_REACHED:
        return -1, ""
    except Exception:  # the library raises `Exception` itself for a response whose signature does not fit
        return 0, ""


def _unverified(code: RejectionCode) -> Rejection:
    return Rejection(code, "the callback is not verified")
