"""Setting what a merchant can set, as the next version of it, whatever it is."""

from collections.abc import Callable, Mapping
from json import dumps

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound
from aftercare_events import (
    CaseRulesPublished,
    DefaultReturnAddressSet,
    FastExchangeSet,
    FreightInsuranceSet,
    MerchantEvent,
    PickupScheduleSet,
    ReturnFeesSet,
    trace_fields,
)
from aftercare_events import digest as hash_of

from aftersale_svc.domain.merchant_settings.model import PREFIXES, WITH_DEFAULT, Content, MerchantSetting, SettingKind
from aftersale_svc.domain.permissions import PLATFORM_OWNER, check_setter
from aftersale_svc.settings import Settings
from aftersale_svc.tables.merchant_settings import LOCK_SETTING, MERCHANT_SETTINGS, SETTING_OF, SETTING_VERSIONS


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
    await tx.one(LOCK_SETTING, setting_of=f"{kind} of {merchant_id}")
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
    saved = await (tx.create if known is None else tx.save)(MERCHANT_SETTINGS, row, EVENTS[kind](tx, row))
    await tx.insert(SETTING_VERSIONS, saved.as_version)
    return saved


def _rules_published(tx: Transaction[Settings], row: MerchantSetting) -> CaseRulesPublished:
    rules = row.content["rules"]
    return CaseRulesPublished(
        **trace_fields(tx, affected_party=row.merchant_id, applicant=tx.actor.id, result="published"),
        setting_id=row.id,
        merchant_id=row.merchant_id,
        rules_version=row.version + 1,
        rule_count=len(rules),
        rules_hash=_digest(rules),
    )


def _address_set(tx: Transaction[Settings], row: MerchantSetting) -> DefaultReturnAddressSet:
    return DefaultReturnAddressSet(
        **trace_fields(tx, affected_party=row.merchant_id, applicant=tx.actor.id, result="set"),
        setting_id=row.id,
        merchant_id=row.merchant_id,
        address_version=row.version + 1,
    )


def _schedule_set(tx: Transaction[Settings], row: MerchantSetting) -> PickupScheduleSet:
    return PickupScheduleSet(
        **trace_fields(tx, affected_party=row.merchant_id, applicant=tx.actor.id, result="set"),
        setting_id=row.id,
        merchant_id=row.merchant_id,
        schedule_version=row.version + 1,
        window_count=len(row.content["windows"]),
        schedule_hash=_digest(row.content),
    )


def _fees_set(tx: Transaction[Settings], row: MerchantSetting) -> ReturnFeesSet:
    return ReturnFeesSet(
        **trace_fields(tx, affected_party=row.merchant_id, applicant=tx.actor.id, result="set"),
        setting_id=row.id,
        merchant_id=row.merchant_id,
        fees_version=row.version + 1,
        fees_hash=_digest(row.content),
    )


def _insurance_set(tx: Transaction[Settings], row: MerchantSetting) -> FreightInsuranceSet:
    return FreightInsuranceSet(
        **trace_fields(tx, affected_party=row.merchant_id, applicant=tx.actor.id, result="set"),
        setting_id=row.id,
        merchant_id=row.merchant_id,
        insurance_version=row.version + 1,
        insurance_hash=_digest(row.content),
    )


def _fast_exchange_set(tx: Transaction[Settings], row: MerchantSetting) -> FastExchangeSet:
    return FastExchangeSet(
        **trace_fields(tx, affected_party=row.merchant_id, applicant=tx.actor.id, result="set"),
        setting_id=row.id,
        merchant_id=row.merchant_id,
        permission_version=row.version + 1,
        allowed=row.content["allowed"],
    )


def _digest(content: object) -> str:
    return hash_of(dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


EVENTS: Mapping[SettingKind, Callable[[Transaction[Settings], MerchantSetting], MerchantEvent]] = {
    SettingKind.CASE_RULES: _rules_published,
    SettingKind.RETURN_ADDRESS: _address_set,
    SettingKind.PICKUP_SCHEDULE: _schedule_set,
    SettingKind.RETURN_FEES: _fees_set,
    SettingKind.FREIGHT_INSURANCE: _insurance_set,
    SettingKind.FAST_EXCHANGE: _fast_exchange_set,
}
"""What is published of each kind, before its version is counted: numbers and hashes, and never an address or a text."""
