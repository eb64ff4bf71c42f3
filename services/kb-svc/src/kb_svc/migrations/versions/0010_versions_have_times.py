"""Versions have a state and the times from which and until which they are in force; drafts may be approved.

Builds of 0009 publish versions that are in force at once.
"""

from typing import Any

import sqlalchemy as sa
from aftercare_chassis.database import codes, indexes
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_PUBLISHED = "'scheduled', 'in_force', 'superseded', 'expired', 'withdrawn'"
_OF_DRAFTS = ("submitted_by", "approved_by", "rejected_by", "reason")


def upgrade() -> None:
    codes.allow_codes("articles", "state", "expired")
    _add("articles", sa.Column("newest", sa.Integer(), nullable=False, server_default="0"))
    _add("articles", _time("changes_at"))
    _check("articles", "newest", "newest >= 0")
    _add("drafts", sa.Column("state", sa.Text(), nullable=False, server_default="draft"))
    for name in _OF_DRAFTS:
        _add("drafts", sa.Column(name, sa.Text(), nullable=True))
    for name in ("submitted_at", "approved_at"):
        _add("drafts", _time(name))
    _check("drafts", "state", "state IN ('draft', 'submitted', 'approved')")
    _check("drafts", "submitted_by", "state = 'draft' OR submitted_by IS NOT NULL")
    _check("drafts", "approved_by", "(state = 'approved') = (approved_by IS NOT NULL)")
    _versions()
    indexes.create(
        "articles_changes_at_idx", "articles", ["changes_at"], postgresql_where=sa.text("changes_at IS NOT NULL")
    )


def _versions() -> None:
    table = "article_versions"
    _add(table, sa.Column("state", sa.Text(), nullable=False, server_default="in_force"))
    _add(table, sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()))
    for name in ("effective_until", "ended_at"):
        _add(table, _time(name))
    _add(table, sa.Column("approved_by", sa.Text(), nullable=True))
    op.execute("UPDATE article_versions SET effective_from = published_at")
    op.execute(
        "UPDATE article_versions v SET state = 'superseded', ended_at = n.published_at FROM article_versions n"
        " WHERE n.article_id = v.article_id AND n.number = v.number + 1"
    )
    # When an article was retired is not known: its last version counts as withdrawn by now.
    op.execute(
        "UPDATE article_versions v SET state = 'withdrawn', ended_at = now() FROM articles a"
        " WHERE a.id = v.article_id AND a.state = 'retired' AND v.ended_at IS NULL"
    )
    _check(table, "state", f"state IN ({_PUBLISHED})")
    _check(table, "effective_until", "effective_until > effective_from")
    _check(table, "ended_at", "(state IN ('scheduled', 'in_force')) = (ended_at IS NULL)")


def _time(name: str) -> sa.Column[Any]:  # Any: its type
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _add(table: str, column: sa.Column[Any]) -> None:  # Any: its type
    op.add_column(table, column, if_not_exists=True)


def _check(table: str, name: str, condition: str) -> None:
    full = f"{table}_{name}_check"
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {full}")
    op.create_check_constraint(full, table, condition, postgresql_not_valid=True)


def downgrade() -> None:
    op.drop_index("articles_changes_at_idx", table_name="articles")
    codes.forbid_codes("articles", "state", "expired", instead="published")
    for name in ("approved_by", "ended_at", "effective_until", "effective_from", "state"):
        op.drop_column("article_versions", name)
    for name in ("approved_at", "submitted_at", *_OF_DRAFTS, "state"):
        op.drop_column("drafts", name)
    for name in ("changes_at", "newest"):
        op.drop_column("articles", name)
