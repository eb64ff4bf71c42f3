"""Calls with customers, as the telephone system reports them."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_OUTCOMES = "outcome IN ('resolved', 'follow_up', 'called_back', 'not_reached', 'wrong_number', 'spam')"


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("identity_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("line", sa.Text(), nullable=True),
        sa.Column("conversation_id", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_seconds", sa.Integer(), nullable=True),
        sa.Column("recording", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name="calls_version_check"),
        sa.CheckConstraint("state IN ('ringing', 'answered', 'ended', 'missed', 'disposed')", name="calls_state_check"),
        sa.CheckConstraint("direction IN ('inbound', 'outbound')", name="calls_direction_check"),
        sa.CheckConstraint(_OUTCOMES, name="calls_outcome_check"),
        sa.PrimaryKeyConstraint("id", name="calls_pkey"),
        sa.UniqueConstraint("external_id", name="calls_external_key"),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name="calls_identity_id_fkey"),
    )
    for name, column in (("state", "state"), ("agent", "agent_id"), ("identity", "identity_id")):
        op.create_index(f"calls_{name}_idx", "calls", [column, "id"])


def downgrade() -> None:
    op.drop_table("calls")
