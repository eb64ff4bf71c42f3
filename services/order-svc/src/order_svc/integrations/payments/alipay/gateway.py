"""Alipay's gateway: signed requests, verified responses, and what their codes mean. Source: opendocs.alipay.com (RSA2)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import httpx
from pydantic import BaseModel, StringConstraints

from order_svc.integrations.payments import rsa
from order_svc.integrations.payments.alipay.forms import signed_text
from order_svc.integrations.payments.bills import CHINA
from order_svc.integrations.payments.port import Outcome, ProviderResult
from order_svc.integrations.payments.results import NOT_REACHED, NOT_SENT, UNKNOWN, declined

SUCCESS, _REFUSED = "10000", "40004"
HAS_SUCCESS = "ACQ.TRADE_HAS_SUCCESS"
# Refusals that leave open what has become of this request or of an earlier one.
_OPEN = frozenset({"ACQ.SYSTEM_ERROR", HAS_SUCCESS, "ACQ.TRADE_HAS_CLOSE", "SYSTEM_ERROR"})
_TEXT = 200

Text = Annotated[str, StringConstraints(max_length=_TEXT, pattern=r"^[^\x00-\x1f\x7f]*$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlipayAccount:
    """An application of a merchant. `public_keys` are Alipay's, of which any may sign. `seller_id` is the merchant's account number (2088…),
    which a merchant with the contract for pre-authorisation states."""

    app_id: str
    private_key: str = field(repr=False)
    public_keys: Sequence[str]
    seller_id: str = ""


class Answer(BaseModel):
    """The node of a response, as far as it is read. Amounts are in yuan."""

    code: Text
    sub_code: Text = ""
    qr_code: Text | None = None
    trade_no: Text | None = None
    trade_status: Text | None = None
    total_amount: Text | None = None
    send_pay_date: Text | None = None
    fund_change: Text | None = None
    refund_status: Text | None = None
    bill_download_url: Annotated[str, StringConstraints(max_length=2000)] | None = None
    code_value: Text | None = None
    auth_no: Text | None = None
    status: Text | None = None
    rest_amount: Decimal = Decimal(0)
    total_pay_amount: Decimal = Decimal(0)
    payer_user_id: Text | None = None


class Gateway:
    """The calls of one application. Raises: ValueError for a key that is none."""

    def __init__(self, client: httpx.AsyncClient, *, url: str, callback_url: str, account: AlipayAccount) -> None:
        rsa.check(private=[account.private_key], public=account.public_keys)
        self._client, self._url, self._callback_url, self._account = client, url, callback_url, account

    async def call(self, method: str, content: Mapping[str, str]) -> Answer | ProviderResult:
        """The verified answer; a result where there is none."""
        try:
            response = await self._client.post(self._url, data=self._request(method, content))
        except NOT_REACHED:
            return NOT_SENT
        except httpx.HTTPError:
            return UNKNOWN
        return self._answer(method, response)

    def _request(self, method: str, content: Mapping[str, str]) -> dict[str, str]:
        form = {
            "app_id": self._account.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": datetime.now(UTC).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            "notify_url": self._callback_url,
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        }
        return {**form, "sign": rsa.sign(signed_text(form, "sign"), self._account.private_key)}

    def _answer(self, method: str, response: httpx.Response) -> Answer | ProviderResult:
        """What is signed is the text of the node, as it was sent."""
        name = f'"{method.replace(".", "_")}_response":'
        try:
            text = response.content.decode()
            start = text.index(name) + len(name)
            node, end = json.JSONDecoder().raw_decode(text, start)
            signature = json.loads(text)["sign"]
            answer = Answer.model_validate(node)
        except (ValueError, KeyError, TypeError, RecursionError):
            return UNKNOWN
        is_signed = isinstance(signature, str) and rsa.is_signed(
            text[start:end].encode(), signature, self._account.public_keys
        )
        return answer if is_signed else UNKNOWN


def succeeded(answer: Answer) -> ProviderResult:
    """The payment or refund of this answer was made."""
    return ProviderResult(outcome=Outcome.SUCCEEDED, reference=answer.trade_no)


def refusal(answer: Answer) -> ProviderResult:
    """Declined where Alipay has refused this business; every other code is about us, or leaves it open."""
    if answer.code == _REFUSED and answer.sub_code not in _OPEN:
        return declined(answer.sub_code, _REFUSED)
    return UNKNOWN
