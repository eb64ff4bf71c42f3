"""The settings of this service; the only module that reads the environment."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Self

from aftercare_chassis.settings import PREFIX, Hours, HttpUrl, Parts, ServiceSettings, renamed
from pydantic import AfterValidator, Field, model_validator
from standardwebhooks import Webhook

from order_svc.domain.anomalies import silence
from order_svc.domain.partners.networks import Network, network
from order_svc.domain.sales import order_times

Secret = Annotated[str, Field(repr=False)]
_KEY_ID = "PUB_KEY_ID_"
_NEEDED_BESIDE: Mapping[str, tuple[str, ...]] = {
    "stripe_api_key": ("stripe_webhook_secrets",),
    "wechat_pay_merchant_id": (
        "wechat_pay_app_id",
        "wechat_pay_certificate_serial",
        "wechat_pay_private_key",
        "wechat_pay_api_v3_key",
        "wechat_pay_public_keys",
    ),
    "alipay_app_id": ("alipay_private_key", "alipay_public_keys"),
}
"""A payment provider is connected where the first of its settings is set; then it needs these."""


def _key_ids(values: tuple[str, ...]) -> tuple[str, ...]:
    if not all(each.startswith(_KEY_ID) for each in values):
        raise ValueError(f"must be {_KEY_ID}…=key, or several separated by commas")
    return values


def _networks(values: tuple[str, ...]) -> tuple[str, ...]:
    for each in values:
        try:
            network(each)
        except ValueError:
            raise ValueError("must be networks such as 10.0.0.0/8, or addresses, separated by commas") from None
    return values


def _webhook_secret(value: str) -> str:
    try:
        Webhook(value)
    except Exception:
        raise ValueError("must be whsec_ and base64") from None
    return value


class Settings(ServiceSettings):
    """Addresses and credentials of providers, durations of states in hours, the limits within which merchants set their own, and the tolerance for couriers' clocks in minutes.

    Of keys and secrets that providers sign with there are several while one replaces another; those of WeChat Pay are `id=key`, the
    one to use first, and need not be set where its certificates are fetched. RSA keys are the base64 of DER on one line.
    """

    payment_simulator_url: HttpUrl = "http://127.0.0.1:8009"
    payment_webhook_secret: Annotated[
        str, AfterValidator(_webhook_secret), Field(repr=False, examples=["whsec_YW4gZXhhbXBsZQ=="])
    ]
    stripe_api_key: Secret = ""
    stripe_webhook_secrets: Annotated[Parts, Field(repr=False)] = ()
    stripe_url: HttpUrl = "https://api.stripe.com"
    wechat_pay_merchant_id: str = ""
    wechat_pay_app_id: str = ""
    wechat_pay_certificate_serial: str = ""
    wechat_pay_private_key: Secret = ""
    wechat_pay_api_v3_key: Annotated[Secret, Field(pattern=r"^([!-~]{32})?$")] = ""
    wechat_pay_public_keys: Annotated[Parts, AfterValidator(_key_ids)] = ()
    wechat_pay_certificates: bool = False
    wechat_pay_url: HttpUrl = "https://api.mch.weixin.qq.com"
    alipay_app_id: str = ""
    alipay_private_key: Secret = ""
    alipay_public_keys: Parts = ()
    alipay_seller_id: str = ""
    alipay_url: HttpUrl = "https://openapi.alipay.com/gateway.do"
    public_url: HttpUrl = "http://127.0.0.1:8001"
    # Hosts of partners to which `traceparent` is sent; others do not learn which of our calls belong together.
    trace_hosts: Parts = ()
    payment_hours: Hours = 0.5
    least_payment_hours: Hours = 0.25
    longest_payment_hours: Hours = 24 * 15
    longest_plan_hours: Hours = 24 * 365
    review_hours: Hours = 24
    ship_hours: Hours = 48
    longest_ship_hours: Hours = 24 * 15
    delivery_hours: Hours = 360
    least_delivery_hours: Hours = 72
    longest_delivery_hours: Hours = 24 * 60
    auto_receipt_hours: Hours = 240
    least_receipt_hours: Hours = 168
    longest_receipt_hours: Hours = 24 * 60
    virtual_receipt_hours: Hours = 24
    receipt_reminder_hours: Hours = 24
    collection_hours: Hours = 168
    address_changes: Annotated[int, Field(ge=1, le=100)] = 5
    receipt_extensions: Annotated[int, Field(ge=0, le=100)] = 1
    most_receipt_extensions: Annotated[int, Field(ge=0, le=100)] = 3
    longest_receipt_extension_days: Annotated[int, Field(ge=1, le=365)] = 7
    most_receipt_extension_days: Annotated[int, Field(ge=1, le=365)] = 30
    after_sale_window_hours: Hours = 168
    least_window_hours: Hours = 24
    intercept_answer_hours: Hours = 48
    hand_over_tolerance_minutes: Annotated[float, Field(ge=0, le=24 * 60, allow_inf_nan=False)] = 5
    partner_unmatched_hours: Annotated[Hours, renamed("partner_unmatched_hours", "courier_unmatched_hours")] = 72
    parcel_silence_hours: Annotated[Mapping[Annotated[str, AfterValidator(silence.check_key)], Hours], Field()] = {}
    parcel_feed_silent_hours: Hours = 12
    parcel_feed_least_parcels: Annotated[int, Field(ge=1)] = 20
    courier_secret_grace_hours: Hours = 24
    trusted_proxies: Annotated[Parts, AfterValidator(_networks)] = ()
    """The networks of the proxies in front of this service, which state the address that a request came from."""
    client_address_header: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]*$")] = "X-Forwarded-For"
    """The header in which they state it: addresses with commas between, to which each proxy appends that of its peer."""
    sf_url: HttpUrl = "https://sfapi.sf-express.com/std/service"
    kuaidi100_url: HttpUrl = "https://poll.kuaidi100.com"
    kuaidi100_label_url: HttpUrl = "https://api.kuaidi100.com"
    pickup_weight_grams: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """The weight that a courier gets for what it collects at a buyer's, who does not weigh it."""
    courier_poll_hours: Hours = 6
    label_hours: Hours = 24 * 14
    partner_inbox_hours: Annotated[
        Hours, renamed("partner_inbox_hours", "courier_inbox_hours", "payment_webhook_hours")
    ] = 24 * 30

    @cached_property
    def trusted_networks(self) -> tuple[Network, ...]:
        """`trusted_proxies` to compare addresses with."""
        return tuple(map(network, self.trusted_proxies))

    @model_validator(mode="after")
    def _merchants_can_set_times(self) -> Self:
        order_times.check_limits(self)
        return self

    @model_validator(mode="after")
    def _providers_are_complete(self) -> Self:
        waived = {"wechat_pay_public_keys"} if self.wechat_pay_certificates else set()
        for first, others in _NEEDED_BESIDE.items():
            missing = [PREFIX + name.upper() for name in others if name not in waived and not getattr(self, name)]
            if getattr(self, first) and missing:
                raise ValueError(f"{', '.join(missing)} must be set beside {PREFIX}{first.upper()}")
        return self
