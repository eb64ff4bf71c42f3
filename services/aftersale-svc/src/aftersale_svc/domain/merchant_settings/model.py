"""Settings of merchants as they are stored. Times are aware, UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

Content = dict[str, Any]  # Any: a JSON document


class SettingKind(StrEnum):
    """What a merchant can set."""

    CASE_RULES = "case_rules"
    RETURN_ADDRESS = "return_address"
    PICKUP_SCHEDULE = "pickup_schedule"
    RETURN_FEES = "return_fees"
    FREIGHT_INSURANCE = "freight_insurance"
    FAST_EXCHANGE = "fast_exchange"
    ORDER_DISCOUNTS = "order_discounts"
    RETURN_FREIGHT_LIMITS = "return_freight_limits"
    SERVICE_TERMS = "service_terms"
    REQUIRED_EVIDENCE = "required_evidence"


PREFIXES: Mapping[SettingKind, str] = {
    SettingKind.CASE_RULES: "rules",
    SettingKind.RETURN_ADDRESS: "addr",
    SettingKind.PICKUP_SCHEDULE: "psc",
    SettingKind.RETURN_FEES: "fees",
    SettingKind.FREIGHT_INSURANCE: "ins",
    SettingKind.FAST_EXCHANGE: "fex",
    SettingKind.ORDER_DISCOUNTS: "odi",
    SettingKind.RETURN_FREIGHT_LIMITS: "rfl",
    SettingKind.SERVICE_TERMS: "trm",
    SettingKind.REQUIRED_EVIDENCE: "rev",
}
"""The prefixes of the ids of settings."""
WITH_DEFAULT = frozenset(
    {
        SettingKind.RETURN_FEES,
        SettingKind.FREIGHT_INSURANCE,
        SettingKind.FAST_EXCHANGE,
        SettingKind.ORDER_DISCOUNTS,
        SettingKind.RETURN_FREIGHT_LIMITS,
        SettingKind.SERVICE_TERMS,
        SettingKind.REQUIRED_EVIDENCE,
    }
)
"""What the platform may set for the merchants that have set nothing, as the merchant `PLATFORM_OWNER`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingVersion:
    """One version of a setting of a merchant. It never changes: what is decided by it names the setting and the version."""

    setting_id: str
    version: int
    kind: SettingKind
    merchant_id: str
    content: Content
    set_by: str
    set_at: datetime

    @property
    def place(self) -> str:
        """Sorts the versions of a setting; the database computes the same."""
        return f"{self.setting_id} {self.version:010}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantSetting:
    """The version of a setting that is in force; `version` counts how often it was set."""

    id: str
    version: int
    kind: SettingKind
    merchant_id: str
    content: Content
    set_by: str
    set_at: datetime

    @property
    def as_version(self) -> SettingVersion:
        """The version as it is kept once another one is in force."""
        return SettingVersion(
            setting_id=self.id,
            version=self.version,
            kind=self.kind,
            merchant_id=self.merchant_id,
            content=self.content,
            set_by=self.set_by,
            set_at=self.set_at,
        )


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A setting as it is used: which version of which one, and its content."""

    kind: SettingKind
    setting_id: str
    version: int
    content: Content


def used(*settings: SettingInForce | None) -> list[Content] | None:
    """How what was decided by settings names them, in a row: each with its kind, its id and the version; None where there are none."""
    return [
        {"kind": each.kind.value, "setting_id": each.setting_id, "version": each.version}
        for each in settings
        if each is not None
    ] or None
