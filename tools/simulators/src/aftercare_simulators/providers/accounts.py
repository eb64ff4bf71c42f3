"""A new account with each provider: its application, and the settings of a shop that has this account."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from secrets import token_hex

from fastapi import FastAPI

from aftercare_simulators import alipay, stripe, wechat_pay
from aftercare_simulators.payment.rsa import KeyPair

WEBHOOKS = "/v1/payment-webhooks"


@dataclass(frozen=True, slots=True)
class Opened:
    """The provider as an application, and the shop's settings by their names, without the prefix of the service."""

    app: FastAPI
    settings: Mapping[str, str]


def open_stripe(url: str, shop_url: str, delay: float) -> Opened:
    """A test account of Stripe that listens at `url`."""
    key, secret = f"sk_test_{token_hex(12)}", f"whsec_{token_hex(16)}"
    app = stripe.create(key, webhook_url=f"{shop_url}{WEBHOOKS}/stripe", secrets=[secret], delay=delay)
    return Opened(app, {"stripe_url": url, "stripe_api_key": key, "stripe_webhook_secrets": secret})


def open_wechat_pay(url: str, _: str, delay: float) -> Opened:
    """A merchant of WeChat Pay, in public-key mode, that listens at `url`. Where it calls back is in each request."""
    merchant, platform_key = KeyPair(), KeyPair()
    platform = wechat_pay.Platform(merchant=merchant, keys={"PUB_KEY_ID_1": platform_key})
    return Opened(
        wechat_pay.create(platform, delay=delay),
        {
            "wechat_pay_url": url,
            "wechat_pay_merchant_id": platform.merchant_id,
            "wechat_pay_app_id": platform.app_id,
            "wechat_pay_certificate_serial": platform.certificate_serial,
            "wechat_pay_private_key": merchant.private,
            "wechat_pay_api_v3_key": platform.api_v3_key,
            "wechat_pay_public_keys": f"PUB_KEY_ID_1={platform_key.public}",
        },
    )


def open_alipay(url: str, _: str, delay: float) -> Opened:
    """An application of Alipay that listens at `url`. Where it calls back is in each request."""
    merchant, platform_key = KeyPair(), KeyPair()
    account = alipay.Account(merchant=merchant, alipay=platform_key)
    return Opened(
        alipay.create(account, delay=delay),
        {
            "alipay_url": f"{url}/gateway.do",
            "alipay_app_id": account.app_id,
            "alipay_private_key": merchant.private,
            "alipay_public_keys": platform_key.public,
            "alipay_seller_id": account.seller_id,
        },
    )


OPEN: Mapping[str, Callable[[str, str, float], Opened]] = {
    "stripe": open_stripe,
    "wechat_pay": open_wechat_pay,
    "alipay": open_alipay,
}
"""By the names of the providers."""
