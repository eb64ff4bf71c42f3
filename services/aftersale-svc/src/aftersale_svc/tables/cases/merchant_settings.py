"""What merchants have set about their cases: one row per setting that is in force, and one per version."""

from collections.abc import Sequence
from typing import Any

from aftercare_chassis.database.columns import aggregate, document, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from asyncpg import Record
from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    Integer,
    Select,
    Table,
    Text,
    UniqueConstraint,
    any_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, array, distinct_on
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from aftersale_svc.domain.merchant_settings.model import MerchantSetting, SettingKind, SettingVersion
from aftersale_svc.domain.permissions import PLATFORM_OWNER
from aftersale_svc.tables.schema import metadata

merchant_settings = Table(
    "merchant_settings",
    metadata,
    *aggregate(),
    *one_of("kind", SettingKind),
    text("merchant_id"),
    document("content"),
    text("set_by"),
    timestamp("set_at"),
    UniqueConstraint("merchant_id", "kind"),
)

# Rows are only inserted: what is decided by a setting names its version.
merchant_setting_versions = Table(
    "merchant_setting_versions",
    metadata,
    Column("setting_id", Text, ForeignKey("merchant_settings.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    *one_of("kind", SettingKind),
    text("merchant_id"),
    document("content"),
    text("set_by"),
    timestamp("set_at"),
    CheckConstraint("version >= 1", name="version"),
)

_current, _versions = merchant_settings.c, merchant_setting_versions.c
_STAFF = {"agent": None, "arbitrator": None, "admin": None}
SEEN_BY = {"seller": _current.merchant_id, **_STAFF}
VERSIONS_SEEN_BY = {"seller": _versions.merchant_id, **_STAFF}
MERCHANT_SETTINGS = Rows(merchant_settings, MerchantSetting, SEEN_BY)
SETTING_VERSIONS = Rows(merchant_setting_versions, SettingVersion)

_merchant_id, _kind = bindparam("merchant_id", type_=Text), bindparam("kind", type_=Text)
_of_merchant = select(merchant_settings).where(_current.merchant_id == _merchant_id, _current.kind == _kind)
SETTING_OF = Query(_of_merchant, MerchantSetting, SEEN_BY)
SETTING_IN_FORCE = Query(_of_merchant, MerchantSetting)
"""The same for whoever deals with the merchant."""
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
    seen_by={"seller": _placed.c.merchant_id, **_STAFF},
    order="place",
)
VERSION_OF = Query(
    _numbered.where(_versions.version == bindparam("number", type_=Integer)), SettingVersion, VERSIONS_SEEN_BY
)

# Who sets something reads the version in force first; without a lock, two at once would set the same version.
LOCK_SETTING: Query[Record] = Query(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("setting_of", type_=Text), 0)))
)


def settings_of(merchant_id: ColumnElement[str], *kinds: SettingKind) -> ColumnElement[object]:
    """What this merchant, or else the platform, has set of these kinds: `Order.settings`, NULL where neither has set any."""
    return (
        _by_kind(_current, _current.id)
        .where(*_set_by(_current, merchant_id, kinds))
        .scalar_subquery()
        .label("settings")
    )


def settings_then(merchant_id: ColumnElement[str], *kinds: SettingKind) -> ColumnElement[object]:
    """The same at an earlier time, `at`."""
    known = (
        select(merchant_setting_versions)
        .where(
            *_set_by(_versions, merchant_id, kinds), _versions.set_at <= bindparam("at", type_=DateTime(timezone=True))
        )
        .ext(distinct_on(_versions.setting_id))
        .order_by(_versions.setting_id, _versions.version.desc())
        .lateral("known")
    )
    return _by_kind(known.c, known.c.setting_id).scalar_subquery().label("settings")


# Any: columns of every type.
def _set_by(
    columns: ReadOnlyColumnCollection[str, Any], merchant_id: ColumnElement[str], kinds: Sequence[SettingKind]
) -> tuple[ColumnElement[bool], ...]:
    owners = any_(array([merchant_id, literal(PLATFORM_OWNER, Text)]))
    return columns.merchant_id == owners, or_(*(columns.kind == kind for kind in kinds))


def _by_kind(columns: ReadOnlyColumnCollection[str, Any], id_: ColumnElement[str]) -> Select[Any]:
    value = func.jsonb_build_array(id_, columns.version, columns.content)
    # Of two values for a key the last one stays.
    return select(func.jsonb_object_agg(columns.kind, aggregate_order_by(value, columns.merchant_id != PLATFORM_OWNER)))
