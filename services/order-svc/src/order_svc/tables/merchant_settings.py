"""What merchants have set about their orders: one row per setting that is in force, and one per version."""

from aftercare_chassis.database.columns import aggregate, document, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from asyncpg import Record
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    cast,
    func,
    select,
)

from order_svc.domain.merchant_settings import PLATFORM_OWNER, MerchantSetting, OrderSettingKind, SettingVersion
from order_svc.tables.schema import metadata
from order_svc.tables.visibility import of_merchant

merchant_settings = Table(
    "merchant_settings",
    metadata,
    *aggregate(),
    *one_of("kind", OrderSettingKind),
    text("merchant_id"),
    document("content"),
    text("set_by"),
    timestamp("set_at"),
    UniqueConstraint("merchant_id", "kind"),
)

# Rows are only inserted: an order names the version of the times that hold for it.
merchant_setting_versions = Table(
    "merchant_setting_versions",
    metadata,
    Column("setting_id", Text, ForeignKey("merchant_settings.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    *one_of("kind", OrderSettingKind),
    text("merchant_id"),
    document("content"),
    text("set_by"),
    timestamp("set_at"),
    CheckConstraint("version >= 1", name="version"),
)

_current, _versions = merchant_settings.c, merchant_setting_versions.c
SEEN_BY = of_merchant(merchant_settings)
MERCHANT_SETTINGS = Rows(merchant_settings, MerchantSetting, SEEN_BY)
SETTING_VERSIONS = Rows(merchant_setting_versions, SettingVersion)

_merchant_id, _kind = bindparam("merchant_id", type_=Text), bindparam("kind", type_=Text)
SETTING_OF = Query(
    select(merchant_settings).where(_current.merchant_id == _merchant_id, _current.kind == _kind),
    MerchantSetting,
    SEEN_BY,
)
SETTING_IN_FORCE = Query(
    select(merchant_settings)
    .where(_current.merchant_id.in_((_merchant_id, PLATFORM_OWNER)), _current.kind == _kind)
    .order_by(_current.merchant_id == PLATFORM_OWNER)
    .limit(1),
    MerchantSetting,
)
"""What the merchant has set, or else the platform, for whoever deals with the merchant."""
_numbered = select(merchant_setting_versions).where(_versions.merchant_id == _merchant_id, _versions.kind == _kind)
# Keyset pages need one unique text: the place of `SettingVersion`.
_placed = select(
    merchant_setting_versions,
    (_versions.setting_id + " " + func.lpad(cast(_versions.version, Text), 10, "0")).label("place"),
).subquery("setting_versions")
VERSION_LIST = Listing(
    _placed,
    SettingVersion,
    filters=("merchant_id", "kind"),
    seen_by=of_merchant(_placed),
    order="place",
)
VERSION_OF = Query(
    _numbered.where(_versions.version == bindparam("number", type_=Integer)),
    SettingVersion,
    of_merchant(merchant_setting_versions),
)

# Who sets something reads the version in force first; without a lock, two at once would set the same version.
LOCK_SETTING: Query[Record] = Query(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("setting_of", type_=Text), 0)))
)
