"""Setting what a merchant can set, as the next version of it, whatever it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from json import dumps
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound
from aftercare_events import (
    CaseRulesPublished,
    DefaultReturnAddressSet,
    FastExchangeSet,
    FreightInsuranceSet,
    MerchantEvent,
    OrderDiscountsSet,
    PickupScheduleSet,
    RequiredEvidenceSet,
    ReturnFeesSet,
    ReturnFreightLimitsSet,
    ServiceTermsSet,
    trace_fields,
)
from aftercare_events import digest as hash_of

from aftersale_svc.domain.merchant_settings.model import PREFIXES, WITH_DEFAULT, Content, MerchantSetting, SettingKind
from aftersale_svc.domain.permissions import PLATFORM_OWNER, check_setter
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.merchant_settings import LOCK_SETTING, MERCHANT_SETTINGS, SETTING_OF, SETTING_VERSIONS


async def put(tx: Transaction[Settings], merchant_id: str, kind: SettingKind, content: Content) -> MerchantSetting:
    """Set a setting of a merchant as its next version, which is in force from now on. Its earlier versions are kept.

    `PLATFORM_OWNER` as the merchant sets it for those merchants that have set nothing.

    Raises:
        NotFound: the actor acts for another merchant, or each merchant sets this for itself.
        Forbidden: it is the platform's, and the actor is none of its administrators.
        Stale: the request's If-Match names another version.
    """
    if merchant_id == PLATFORM_OWNER and kind not in WITH_DEFAULT:
        raise NotFound(what=kind)
    check_setter(tx.actor, merchant_id)
    await tx.lock_all(LOCK_SETTING, setting_of=f"{kind} of {merchant_id}")
    known = await tx.one(SETTING_OF, merchant_id=merchant_id, kind=kind)
    tx.check_condition(None if known is None else known.version)
    row = MerchantSetting(
        id=tx.new_id(PREFIXES[kind]) if known is None else known.id,
        version=0 if known is None else known.version,
        kind=kind,
        merchant_id=merchant_id,
        content=content,
        set_by=tx.actor.id,
        set_at=tx.now,
    )
    saved = await (tx.create if known is None else tx.save)(MERCHANT_SETTINGS, row, _event(tx, row))
    await tx.insert(SETTING_VERSIONS, saved.as_version)
    return saved


def _digest(content: object) -> str:
    return hash_of(dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


Facts = Mapping[str, Any]  # Any: the fields of an event


@dataclass(frozen=True, slots=True)
class Published:
    """What is published of a kind of setting: its event, the field of the version in it, and its other fields, from the content."""

    event: type[MerchantEvent]
    version: str
    facts: Callable[[Content], Facts]
    result: str = "set"


PUBLISHED: Mapping[SettingKind, Published] = {
    SettingKind.CASE_RULES: Published(
        CaseRulesPublished,
        "rules_version",
        lambda content: {"rule_count": len(content["rules"]), "rules_hash": _digest(content["rules"])},
        result="published",
    ),
    # A hash of an address can be guessed.
    SettingKind.RETURN_ADDRESS: Published(DefaultReturnAddressSet, "address_version", lambda _: {}),
    SettingKind.PICKUP_SCHEDULE: Published(
        PickupScheduleSet,
        "schedule_version",
        lambda content: {"window_count": len(content["windows"]), "schedule_hash": _digest(content)},
    ),
    SettingKind.RETURN_FEES: Published(ReturnFeesSet, "fees_version", lambda content: {"fees_hash": _digest(content)}),
    SettingKind.FREIGHT_INSURANCE: Published(
        FreightInsuranceSet, "insurance_version", lambda content: {"insurance_hash": _digest(content)}
    ),
    SettingKind.FAST_EXCHANGE: Published(
        FastExchangeSet, "permission_version", lambda content: {"allowed": content["allowed"]}
    ),
    SettingKind.ORDER_DISCOUNTS: Published(
        OrderDiscountsSet, "discounts_version", lambda content: {"on_return": content["on_return"]}
    ),
    SettingKind.RETURN_FREIGHT_LIMITS: Published(
        ReturnFreightLimitsSet, "limits_version", lambda content: {"limits_hash": _digest(content)}
    ),
    SettingKind.SERVICE_TERMS: Published(
        ServiceTermsSet, "terms_version", lambda content: {"warranty_days": content["warranty_days"]}
    ),
    SettingKind.REQUIRED_EVIDENCE: Published(
        RequiredEvidenceSet, "evidence_version", lambda content: {"reasons": tuple(content["reasons"])}
    ),
}
"""By kind: numbers and hashes, and never an address or a text."""


def _event(tx: Transaction[Settings], row: MerchantSetting) -> MerchantEvent:
    """The event of a setting before its version is counted."""
    published = PUBLISHED[row.kind]
    facts = {published.version: row.version + 1, **published.facts(row.content)}
    return published.event(
        **trace_fields(tx, affected_party=row.merchant_id, applicant=tx.actor.id, result=published.result),
        setting_id=row.id,
        merchant_id=row.merchant_id,
        **facts,
    )
