"""The simulators of Stripe, WeChat Pay and Alipay refuse what these providers refuse. What they accept, the adapters of order-svc show."""

import json
from typing import Any

import httpx
import pytest
from aftercare_simulators import alipay, stripe, wechat_pay
from aftercare_simulators.alipay import gateway
from aftercare_simulators.payment.rsa import KeyPair

MERCHANT, PROVIDER, OTHER = KeyPair(), KeyPair(), KeyPair()


def client(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://provider")


@pytest.mark.parametrize("key", ["", "Bearer sk_other", "sk_test"])
async def test_stripe_refuses_another_api_key(key: str) -> None:
    app = stripe.create("sk_test", webhook_url="http://shop", secrets=["whsec_1"])
    async with client(app) as http:
        answer = await http.post("/v1/refunds", headers={"authorization": key, "idempotency-key": "1"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_request_error")


async def test_stripe_has_one_request_per_idempotency_key() -> None:
    app = stripe.create("sk_test", webhook_url="http://shop", secrets=["whsec_1"], client=httpx.AsyncClient())
    headers = {"authorization": "Bearer sk_test", "idempotency-key": "pay_1"}
    async with client(app) as http:
        form = {"amount": "100", "currency": "cny", "metadata[payment_id]": "pay_1"}
        first = await http.post("/v1/payment_intents", data=form, headers=headers)
        again = await http.post("/v1/payment_intents", data=form, headers=headers)
        other = await http.post("/v1/payment_intents", data={**form, "amount": "1"}, headers=headers)
    await app.state.provider.callbacks.close()
    assert first.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["error"]["type"]) == (400, "idempotency_error")


async def test_wechat_pay_refuses_a_request_that_its_merchant_has_not_signed() -> None:
    platform = wechat_pay.Platform(merchant=MERCHANT, keys={"PUB_KEY_ID_1": PROVIDER})
    path = "/v3/refund/domestic/refunds/1"
    proof = OTHER.sign(f"GET\n{path}\n1\nn\n\n")
    forged = (
        f'WECHATPAY2-SHA256-RSA2048 mchid="{platform.merchant_id}",nonce_str="n",signature="{proof}",timestamp="1",'
        f'serial_no="{platform.certificate_serial}"'
    )
    async with client(wechat_pay.create(platform)) as http:
        for header in ("", forged):
            answer = await http.get(path, headers={"authorization": header})
            assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")


async def test_alipay_refuses_a_request_that_its_merchant_has_not_signed() -> None:
    account = alipay.Account(merchant=MERCHANT, alipay=PROVIDER)
    form = {"app_id": account.app_id, "method": "alipay.trade.query", "sign_type": "RSA2", "biz_content": "{}"}
    async with client(alipay.create(account)) as http:
        answer = await http.post("/gateway.do", data={**form, "sign": OTHER.sign(gateway.signed_text(form))})
    node = json.loads(answer.text)["alipay_trade_query_response"]
    assert (node["code"], node["sub_code"]) == ("40002", "isv.invalid-signature")
