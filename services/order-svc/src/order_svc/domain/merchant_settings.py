"""Settings of merchants as they are stored. Times are aware, UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import Forbidden, NotFound

from order_svc.domain.permissions import MERCHANT

Content = dict[str, Any]  # Any: a JSON document
PLATFORM_OWNER = "platform"
"""Whose settings hold where a merchant has none. No merchant has this id."""


class OrderSettingKind(StrEnum):
    """What a merchant can set."""

    ORDER_TIMES = "order_times"


PREFIXES: Mapping[OrderSettingKind, str] = {OrderSettingKind.ORDER_TIMES: "otm"}
"""The prefixes of the ids of settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingVersion:
    """One version of a setting of a merchant. It never changes: what is decided by it names the setting and the version."""

    setting_id: str
    version: int
    kind: OrderSettingKind
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
    kind: OrderSettingKind
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


def check_setter(actor: Actor, merchant_id: str) -> None:
    """Refuse who may not set something for this merchant: what is the platform's, its administrators set.

    Raises:
        NotFound: see `check_merchant`.
        Forbidden: it is the platform's.
    """
    check_merchant(actor, merchant_id)
    if merchant_id == PLATFORM_OWNER and actor.role != "admin":
        raise Forbidden(allowed_roles=["admin"])


def check_merchant(actor: Actor, merchant_id: str) -> None:
    """Refuse a seller of another merchant. Raises: NotFound."""
    if actor.role in MERCHANT.roles and (actor.tenant or actor.id) != merchant_id:
        raise NotFound(what="merchant")
