"""Whether what is granted for a line is what its prices differ by, and borne wholly."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.model import CaseLine
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.price_grants.errors import (
    BearerTwice,
    GrantNotDifference,
    PriceCheckedLater,
    PriceNotLower,
    ShareOfNothing,
    ShareOfPlatform,
    SharesDoNotAddUp,
)
from aftersale_svc.domain.cases.price_grants.model import AdjustmentBearer, Granted
from aftersale_svc.domain.cases.shares import spread
from aftersale_svc.domain.currencies import PriceCurrencyForeign, check_currency

Document = dict[str, Any]  # Any: JSON


def check_verified(granted: Granted, line: CaseLine, left_minor: int, at: str, now: datetime) -> None:
    """Refuse another amount than the verified prices differ by, for all units of the line, as far as that was asked for and is left of
    its money.

    Raises:
        PriceCurrencyForeign: the prices are in another currency than the amount.
        PriceNotLower, PriceCheckedLater, GrantNotDifference.
    """
    prices = granted.verified
    if prices is None:
        return
    check_currency(prices["currency"], granted.currency, f"{at}/verified/checked_price", PriceCurrencyForeign)
    if prices["checked_minor"] >= prices["reference_minor"]:
        raise PriceNotLower(pointer=f"{at}/verified/checked_price")
    if prices["checked_at"] is not None and datetime.fromisoformat(prices["checked_at"]) > now:
        raise PriceCheckedLater(pointer=f"{at}/verified/checked_at")
    by_prices = (prices["reference_minor"] - prices["checked_minor"]) * line.quantity
    difference = min(by_prices, line.amount_minor, left_minor)
    if granted.amount_minor != difference:
        raise GrantNotDifference(pointer=f"{at}/amount", difference=difference, currency=granted.currency)


def check_bearers(granted: Granted, at: str, role: str) -> None:
    """Refuse shares that are not all of what is granted for a line.

    Raises:
        PriceCurrencyForeign: a share is in another currency than the amount.
        BearerTwice, ShareOfPlatform, SharesDoNotAddUp.
        ShareOfNothing: somebody is named who bears nothing.
    """
    seen: set[str] = set()
    for place, each in enumerate(granted.bearers):
        pointer = f"{at}/bearers/{place}"
        check_currency(each["currency"], granted.currency, f"{pointer}/amount", PriceCurrencyForeign)
        if not each["amount_minor"]:
            raise ShareOfNothing(pointer=f"{pointer}/amount")
        if each["bearer"] in seen:
            raise BearerTwice(pointer=f"{pointer}/bearer", bearer=each["bearer"])
        if each["bearer"] == AdjustmentBearer.PLATFORM and role != "agent":
            raise ShareOfPlatform(pointer=f"{pointer}/bearer")
        seen.add(each["bearer"])
    stated = sum(each["amount_minor"] for each in granted.bearers)
    if granted.bearers and stated != granted.amount_minor:
        raise SharesDoNotAddUp(
            pointer=f"{at}/bearers", stated=stated, amount=granted.amount_minor, currency=granted.currency
        )


def with_grant(check: PriceCheck, granted: Granted) -> PriceCheck:
    """The prices of a line with what is granted of them, who bears it, and what was verified."""
    prices = granted.verified
    verified = prices and {name: value for name, value in prices.items() if name != "currency"}
    bearers: list[Document] = [
        {"bearer": each["bearer"], "amount_minor": each["amount_minor"]} for each in granted.bearers
    ]
    return replace(check, granted_minor=granted.amount_minor, verified=verified, bearers=bearers or None)


def with_amount(check: PriceCheck, granted_minor: int) -> PriceCheck:
    """The prices of a line of which another amount goes back: each bears as much of it as before in proportion."""
    if check.bearers is None or granted_minor == check.granted_minor:
        return replace(check, granted_minor=granted_minor)
    parts = spread(granted_minor, [each["amount_minor"] for each in check.bearers])
    bearers = [{**each, "amount_minor": part} for each, part in zip(check.bearers, parts, strict=True)]
    return replace(check, granted_minor=granted_minor, bearers=bearers)


def borne(checks: Iterable[PriceCheck]) -> list[tuple[PriceCheck, AdjustmentBearer, int]]:
    """Who bears how much of what is granted for each line; all of it the merchant, where nobody was named."""
    found: list[tuple[PriceCheck, AdjustmentBearer, int]] = []
    for check in checks:
        shares = check.bearers or [{"bearer": AdjustmentBearer.MERCHANT, "amount_minor": check.granted_minor or 0}]
        found += [(check, AdjustmentBearer(each["bearer"]), each["amount_minor"]) for each in shares]
    return [each for each in found if each[2]]
