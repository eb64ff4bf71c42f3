"""The text messages of Alibaba Cloud: SendSms with its signature ACS3-HMAC-SHA256, and pushes of reports and answers (help.aliyun.com/zh/sms)."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

# Any: JSON.
_ALGORITHM = "ACS3-HMAC-SHA256 "
_BEIJING = timedelta(hours=8)


@dataclass
class SmsProvider:
    """The provider as one account sees it. `sent` are the parameters of what was taken; `faults` are codes for the next requests."""

    clock: Callable[[], datetime]
    key_id: str = "LTAI-of-tests"
    secret: str = "key of tests"  # noqa: S105 (of tests)
    sign_name: str = "示例商城"
    template: str = "SMS_100000001"
    sent: list[dict[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _nonces: set[str] = field(default_factory=set)

    def app(self) -> FastAPI:
        """The API."""
        app = FastAPI(title="SMS simulator", version="1")
        app.post("/")(self._call)
        return app

    def report(self, sent: dict[str, str], *, success: bool = True, code: str = "DELIVERED") -> dict[str, Any]:
        """A report about a message, as it is pushed in a list."""
        at = (self.clock() + _BEIJING).strftime("%Y-%m-%d %H:%M:%S")
        return {
            "phone_number": sent["PhoneNumbers"],
            "send_time": at,
            "report_time": at,
            "success": success,
            "err_code": code,
            "err_msg": "用户接收成功" if success else "未送达",
            "sms_size": "1",
            "biz_id": sent["BizId"],
            "out_id": sent["OutId"],
        }

    def answer(self, number: str, content: str, *, sequence: int) -> dict[str, Any]:
        """An answer of a person, as it is pushed in a list."""
        return {
            "phone_number": number,
            "content": content,
            "send_time": (self.clock() + _BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "sign_name": self.sign_name,
            "dest_code": "1234",
            "sequence_id": sequence,
        }

    async def _call(self, request: Request) -> JSONResponse:
        code = self._signature_fault(request) or (self.faults.pop(0) if self.faults else "")
        found = dict(request.query_params)
        if not code and (found.get("SignName"), found.get("TemplateCode")) != (self.sign_name, self.template):
            code = "isv.SMS_SIGNATURE_ILLEGAL"
        if not code and set(json.loads(found["TemplateParam"])) != {"content"}:
            code = "isv.TEMPLATE_MISSING_PARAMETERS"
        if not code and not found["PhoneNumbers"].isdigit():
            code = "isv.MOBILE_NUMBER_ILLEGAL"
        if code:
            status = 404 if code == "InvalidAccessKeyId.NotFound" else 400 if code.startswith("Signature") else 200
            return JSONResponse({"Code": code, "Message": code, "RequestId": "r"}, status)
        biz_id = f"{len(self.sent) + 1:06d}^0"
        self.sent.append({**found, "BizId": biz_id})
        return JSONResponse({"Code": "OK", "Message": "OK", "RequestId": "r", "BizId": biz_id})

    def _signature_fault(self, request: Request) -> str:
        given = request.headers.get("authorization", "")
        if not given.startswith(_ALGORITHM):
            return "MissingAuthorization"
        parts = dict(each.partition("=")[::2] for each in given.removeprefix(_ALGORITHM).split(","))
        if parts.get("Credential") != self.key_id:
            return "InvalidAccessKeyId.NotFound"
        query = "&".join(
            f"{quote(name, safe='~')}={quote(value, safe='~')}"
            for name, value in sorted(parse_qsl(request.url.query, keep_blank_values=True))
        )
        names = parts.get("SignedHeaders", "").split(";")
        lines = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in names)
        body_hash = hashlib.sha256(b"").hexdigest()
        canonical = f"POST\n/\n{query}\n{lines}\n{';'.join(names)}\n{body_hash}"
        text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        proof = hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        stamp = datetime.strptime(request.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        nonce = request.headers["x-acs-signature-nonce"]
        if request.headers["x-acs-content-sha256"] != body_hash or not hmac.compare_digest(
            proof, parts.get("Signature", "")
        ):
            return "SignatureDoesNotMatch"
        if abs(self.clock() - stamp) > timedelta(minutes=15):
            return "InvalidTimeStamp.Expired"
        if nonce in self._nonces:
            return "SignatureNonceUsed"
        self._nonces.add(nonce)
        return ""
