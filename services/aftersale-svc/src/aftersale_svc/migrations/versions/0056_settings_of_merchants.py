"""What merchants set has one table, and one of its versions: rules, default return addresses, schedules of pickups.

Of a return address only the version in force was kept, so it is the only one that is carried over.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None
# Builds before read and write the tables that are dropped here.
compatible_with = "0056"

KINDS = "kind IN ('case_rules', 'return_address', 'pickup_schedule')"
MOVE = """
INSERT INTO merchant_settings (id, version, kind, merchant_id, content, set_by, set_at)
SELECT id, version, 'case_rules', merchant_id, jsonb_build_object('rules', rules), published_by, published_at
FROM case_rule_sets
UNION ALL
SELECT id, version, 'return_address', merchant_id, address, updated_by, updated_at FROM default_return_addresses
UNION ALL
SELECT id, version, 'pickup_schedule', merchant_id,
    jsonb_build_object('time_zone', time_zone, 'lead_hours', lead_hours, 'days_ahead', days_ahead, 'windows', windows),
    set_by, set_at
FROM pickup_schedules;
INSERT INTO merchant_setting_versions (setting_id, version, kind, merchant_id, content, set_by, set_at)
SELECT rule_set_id, version, 'case_rules', merchant_id, jsonb_build_object('rules', rules), published_by, published_at
FROM case_rule_set_versions
UNION ALL
SELECT id, version, 'return_address', merchant_id, address, updated_by, updated_at FROM default_return_addresses
UNION ALL
SELECT schedule_id, version, 'pickup_schedule', merchant_id,
    jsonb_build_object('time_zone', time_zone, 'lead_hours', lead_hours, 'days_ahead', days_ahead, 'windows', windows),
    set_by, set_at
FROM pickup_schedule_versions
"""
BACK = """
INSERT INTO case_rule_sets (id, version, merchant_id, rules, published_by, published_at)
SELECT id, version, merchant_id, content -> 'rules', set_by, set_at FROM merchant_settings WHERE kind = 'case_rules';
INSERT INTO case_rule_set_versions (rule_set_id, version, merchant_id, rules, published_by, published_at)
SELECT setting_id, version, merchant_id, content -> 'rules', set_by, set_at
FROM merchant_setting_versions WHERE kind = 'case_rules';
INSERT INTO default_return_addresses (id, version, merchant_id, address, updated_by, updated_at)
SELECT id, version, merchant_id, content, set_by, set_at FROM merchant_settings WHERE kind = 'return_address';
INSERT INTO pickup_schedules (id, version, merchant_id, time_zone, lead_hours, days_ahead, windows, set_by, set_at)
SELECT id, version, merchant_id, content ->> 'time_zone', (content -> 'lead_hours')::int, (content -> 'days_ahead')::int,
    content -> 'windows', set_by, set_at FROM merchant_settings WHERE kind = 'pickup_schedule';
INSERT INTO pickup_schedule_versions
    (schedule_id, version, merchant_id, time_zone, lead_hours, days_ahead, windows, set_by, set_at)
SELECT setting_id, version, merchant_id, content ->> 'time_zone', (content -> 'lead_hours')::int,
    (content -> 'days_ahead')::int, content -> 'windows', set_by, set_at
FROM merchant_setting_versions WHERE kind = 'pickup_schedule'
"""


def upgrade() -> None:
    op.create_table(
        "merchant_settings",
        sa.Column("id", sa.Text(), nullable=False),
        *_content("merchant_settings"),
        sa.CheckConstraint("version > 0", name=op.f("merchant_settings_version_check")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("merchant_id", "kind"),
    )
    op.create_table(
        "merchant_setting_versions",
        sa.Column("setting_id", sa.Text(), nullable=False),
        *_content("merchant_setting_versions"),
        sa.CheckConstraint("version >= 1", name=op.f("merchant_setting_versions_version_check")),
        sa.ForeignKeyConstraint(["setting_id"], ["merchant_settings.id"]),
        sa.PrimaryKeyConstraint("setting_id", "version"),
    )
    for statement in MOVE.split(";"):
        op.execute(statement)
    for table in (
        "pickup_schedule_versions",
        "pickup_schedules",
        "default_return_addresses",
        "case_rule_set_versions",
        "case_rule_sets",
    ):
        op.drop_table(table)


def downgrade() -> None:
    for current, versions, key, columns in (
        ("case_rule_sets", "case_rule_set_versions", "rule_set_id", _rules),
        ("default_return_addresses", None, "", _address),
        ("pickup_schedules", "pickup_schedule_versions", "schedule_id", _schedule),
    ):
        op.create_table(
            current,
            sa.Column("id", sa.Text(), nullable=False),
            *columns(current),
            sa.CheckConstraint("version > 0", name=op.f(f"{current}_version_check")),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("merchant_id"),
        )
        if versions is not None:
            op.create_table(
                versions,
                sa.Column(key, sa.Text(), nullable=False),
                *columns(versions),
                sa.CheckConstraint("version >= 1", name=op.f(f"{versions}_version_check")),
                sa.ForeignKeyConstraint([key], [f"{current}.id"]),
                sa.PrimaryKeyConstraint(key, "version"),
            )
    for statement in BACK.split(";"):
        op.execute(statement)
    op.drop_table("merchant_setting_versions")
    op.drop_table("merchant_settings")


def _numbered(*columns: sa.Column[Any]) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        *columns,
    ]


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, postgresql.JSONB(none_as_null=True), nullable=False)


def _set(by: str, at: str) -> list[sa.Column[Any]]:
    return [sa.Column(by, sa.Text(), nullable=False), sa.Column(at, sa.DateTime(timezone=True), nullable=False)]


def _rules(_: str) -> list[sa.schema.SchemaItem]:
    return _numbered(_json("rules"), *_set("published_by", "published_at"))


def _address(_: str) -> list[sa.schema.SchemaItem]:
    return _numbered(_json("address"), *_set("updated_by", "updated_at"))


def _schedule(table: str) -> list[sa.schema.SchemaItem]:
    numbers = ("lead_hours", "days_ahead")
    return [
        *_numbered(sa.Column("time_zone", sa.Text(), nullable=False)),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in numbers),
        _json("windows"),
        *_set("set_by", "set_at"),
        *(sa.CheckConstraint(f"{name} >= 0", name=op.f(f"{table}_{name}_check")) for name in numbers),
    ]


def _content(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f(f"{table}_kind_check")),
    ]
