"""Further submissions of complaints, and complaints that agents separate and merge."""

import sqlalchemy as sa
from aftercare_chassis.database import codes, indexes
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
# Every earlier build works with the weaker rule, and writes no message_id.
compatible_with = "0001"

_TABLE = "complaint_submissions"
_COLUMNS = ("conversation_id", "message_id", "merged_into")


def upgrade() -> None:
    codes.allow_codes("complaints", "outcome", "merged")
    for name in _COLUMNS:
        op.add_column("complaints", sa.Column(name, sa.Text(), nullable=True), if_not_exists=True)
    separated: sa.Column[bool] = sa.Column("separated", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("complaints", separated, if_not_exists=True)
    _create_submissions()
    indexes.create(
        "complaints_unresolved_key",
        "complaints",
        ["subject_id", "channel"],
        unique=True,
        postgresql_where=sa.text("state != 'resolved' AND NOT separated"),
    )
    indexes.create(
        "complaints_message_key",
        "complaints",
        ["message_id"],
        unique=True,
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    # Complaints that an agent separated are unresolved beside the one that they were in.
    op.drop_index("complaints_open_key", table_name="complaints", if_exists=True)


def _create_submissions() -> None:
    texts = ("text", "submitted_by")
    optional = ("conversation_id", "message_id", "merged_from", "separated_to", "reason")
    op.create_table(
        _TABLE,
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "complaint_id", "channel", *texts)),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("likeness", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in optional),
        sa.CheckConstraint("channel IN ('web', 'api', 'phone', 'message', 'case')", name=f"{_TABLE}_channel_check"),
        sa.CheckConstraint("likeness BETWEEN 0 AND 100", name=f"{_TABLE}_likeness_check"),
        sa.PrimaryKeyConstraint("id", name=f"{_TABLE}_pkey"),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=f"{_TABLE}_complaint_id_fkey"),
        if_not_exists=True,
    )
    op.create_index(f"{_TABLE}_complaint_idx", _TABLE, ["complaint_id", "id"], if_not_exists=True)
    present = sa.text("message_id IS NOT NULL")
    op.create_index(f"{_TABLE}_message_idx", _TABLE, ["message_id"], postgresql_where=present, if_not_exists=True)


def downgrade() -> None:
    op.create_index(
        "complaints_open_key",
        "complaints",
        ["subject_id", "channel"],
        unique=True,
        postgresql_where=sa.text("state != 'resolved'"),
    )
    for name in ("complaints_message_key", "complaints_unresolved_key"):
        op.drop_index(name, table_name="complaints")
    op.drop_table(_TABLE)
    for name in ("separated", *_COLUMNS):
        op.drop_column("complaints", name)
    codes.forbid_codes("complaints", "outcome", "merged", instead="explained")
