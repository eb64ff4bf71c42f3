"""The settings of this service; the only module that reads the environment."""

from typing import Annotated

from aftercare_chassis.settings import Hours, HttpUrl, ServiceSettings, renamed
from pydantic import AfterValidator, Field
from standardwebhooks import Webhook


def _webhook_secret(value: str) -> str:
    try:
        Webhook(value)
    except Exception:
        raise ValueError("must be whsec_ and base64") from None
    return value


class Settings(ServiceSettings):
    """Addresses of providers, durations of states in hours, and the tolerance for couriers' clocks in minutes."""

    payment_simulator_url: HttpUrl = "http://127.0.0.1:8009"
    payment_webhook_secret: Annotated[
        str, AfterValidator(_webhook_secret), Field(repr=False, examples=["whsec_YW4gZXhhbXBsZQ=="])
    ]
    public_url: HttpUrl = "http://127.0.0.1:8001"
    payment_hours: Hours = 0.5
    auto_receipt_hours: Hours = 240
    after_sale_window_hours: Hours = 168
    hand_over_tolerance_minutes: Annotated[float, Field(ge=0, le=24 * 60, allow_inf_nan=False)] = 5
    partner_unmatched_hours: Annotated[Hours, renamed("partner_unmatched_hours", "courier_unmatched_hours")] = 72
    courier_secret_grace_hours: Hours = 24
    partner_inbox_hours: Annotated[
        Hours, renamed("partner_inbox_hours", "courier_inbox_hours", "payment_webhook_hours")
    ] = 24 * 30
