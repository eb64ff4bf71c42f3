"""What merchants have set, now and before."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.refusals import NotFound

from order_svc.domain.merchant_settings import MerchantSetting, OrderSettingKind, SettingVersion, check_merchant
from order_svc.settings import Settings
from order_svc.tables.merchant_settings import SETTING_IN_FORCE, VERSION_LIST, VERSION_OF


async def setting(read: Reader[Settings], merchant_id: str, kind: OrderSettingKind) -> MerchantSetting:
    """What is in force for a merchant: what it has set, else what the platform has set for such merchants. Raises: NotFound."""
    check_merchant(read.actor, merchant_id)
    found = await read.one(SETTING_IN_FORCE, merchant_id=merchant_id, kind=kind)
    if found is None:
        raise NotFound(what=kind)
    return found


async def version(read: Reader[Settings], merchant_id: str, kind: OrderSettingKind, number: int) -> SettingVersion:
    """One version of what a merchant has set. Raises: NotFound."""
    found = await read.one(VERSION_OF, merchant_id=merchant_id, kind=kind, number=number)
    if found is None:
        raise NotFound(what=kind)
    return found


async def versions(
    read: Reader[Settings], merchant_id: str, kind: OrderSettingKind, *, limit: int, cursor: str | None
) -> Page[SettingVersion]:
    """A page of the versions of what a merchant has set, the newest first; empty where it has set nothing. Raises: NotFound."""
    check_merchant(read.actor, merchant_id)
    return await read.page(VERSION_LIST, limit=limit, cursor=cursor, merchant_id=merchant_id, kind=kind)
