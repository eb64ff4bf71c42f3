"""The times of orders that merchants set, within the limits of the platform. An order keeps those that held when it was placed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aftercare_chassis.refusals import Kind, Refusal


class OrderTimeOutOfLimits(Refusal):
    """A merchant sets a time that the platform does not permit."""

    kind, code = Kind.INVALID, "order_time_out_of_limits"
    zh = "须在 {least} 至 {most} 之间。"
    en = "Has to be between {least} and {most}."


@dataclass(frozen=True, slots=True)
class OrderTime:
    """One time that is set: the setting of the platform that it replaces, in how many to the unit of that, and its limits."""

    replaces: str
    least: str | None
    most: str
    per: int = 1


TIMES: Mapping[str, OrderTime] = {
    "payment_minutes": OrderTime("payment_hours", "least_payment_hours", "longest_payment_hours", per=60),
    "ship_hours": OrderTime("ship_hours", None, "longest_ship_hours"),
    "delivery_hours": OrderTime("delivery_hours", "least_delivery_hours", "longest_delivery_hours"),
    "receipt_hours": OrderTime("auto_receipt_hours", "least_receipt_hours", "longest_receipt_hours"),
    "receipt_extensions": OrderTime("receipt_extensions", "receipt_extensions", "most_receipt_extensions"),
    "receipt_extension_days": OrderTime("longest_receipt_extension_days", None, "most_receipt_extension_days"),
}
"""By the name in what a merchant sets. The buyer is never given fewer extensions than by the platform."""


def check_limits(settings: object) -> None:
    """Check that each time can be set. Raises: ValueError: its least value is more than its greatest one."""
    for time in TIMES.values():
        if time.least is not None and getattr(settings, time.least) > getattr(settings, time.most):
            raise ValueError(f"{time.least} must not be more than {time.most}")


def check(times: Mapping[str, int | None], settings: object) -> None:
    """Check what a merchant sets against the settings of the platform; None leaves a time to the platform.

    Raises:
        OrderTimeOutOfLimits: see there.
    """
    for name, value in times.items():
        time = TIMES[name]
        least = 1 if time.least is None else round(getattr(settings, time.least) * time.per)
        most = round(getattr(settings, time.most) * time.per)
        if value is not None and not least <= value <= most:
            raise OrderTimeOutOfLimits(pointer=f"/{name}", least=least, most=most)


def replacing(times: Mapping[str, Any] | None) -> dict[str, float]:  # Any: JSON
    """What a merchant has set, by the settings of the platform that it replaces, in their units."""
    known = times or {}
    return {each.replaces: known[name] / each.per for name, each in TIMES.items() if known.get(name) is not None}
