"""Setting what a merchant can set, as the next version of it."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import trace_fields
from aftercare_events.catalogue.order_times import OrderTimesSet

from order_svc.domain.merchant_settings import PREFIXES, Content, MerchantSetting, OrderSettingKind, check_setter
from order_svc.domain.sales import order_times
from order_svc.settings import Settings
from order_svc.tables.merchant_settings import LOCK_SETTING, MERCHANT_SETTINGS, SETTING_OF, SETTING_VERSIONS


async def put_order_times(tx: Transaction[Settings], merchant_id: str, content: Content) -> MerchantSetting:
    """Set the times of the orders of a merchant as the next version, which holds for orders that are placed from now on.

    `PLATFORM_OWNER` as the merchant sets them for those merchants that have set nothing.

    Raises:
        NotFound: the actor acts for another merchant.
        Forbidden: it is the platform's, and the actor is none of its administrators.
        OrderTimeOutOfLimits: see `order_times.check`.
        Stale: the request's If-Match names another version.
    """
    check_setter(tx.actor, merchant_id)
    order_times.check(content, tx.settings)
    kind = OrderSettingKind.ORDER_TIMES
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
    event = OrderTimesSet(
        **trace_fields(tx, affected_party=merchant_id, applicant=tx.actor.id, result="set"),
        setting_id=row.id,
        merchant_id=merchant_id,
        times_version=row.version + 1,
        **content,
    )
    saved = await (tx.create if known is None else tx.save)(MERCHANT_SETTINGS, row, event)
    await tx.insert(SETTING_VERSIONS, saved.as_version)
    return saved
