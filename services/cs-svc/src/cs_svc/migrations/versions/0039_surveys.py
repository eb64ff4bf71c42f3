"""Surveys, and who wants no invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_OPTIONAL = (
    "conversation_id",
    "rated_case_id",
    "order_id",
    "case_id",
    "merchant_id",
    "agent_id",
    "skipped_because",
    "rating_id",
)
_TIMES = ("deadline_at", "invited_at", "reminded_at", "ended_at")
_CHECKS = {
    "version": "version > 0",
    "state": "state IN ('scheduled', 'invited', 'reminded', 'answered', 'expired', 'opted_out', 'skipped')",
    "subject": "subject IN ('conversation', 'case')",
    "channel": "channel IN ('web', 'email', 'wechat', 'qq', 'sms', 'phone')",
    "skipped_because": "skipped_because IN ('opted_out', 'invited_lately', 'rated', 'reopened', 'unreachable')",
    "cause_when_skipped": "(state = 'skipped') = (skipped_because IS NOT NULL)",
    "rating_when_answered": "(state = 'answered') = (rating_id IS NOT NULL)",
    "case_is_rated": "(subject = 'case') = (rated_case_id IS NOT NULL)",
    "conversation_is_rated": "subject = 'case' OR conversation_id IS NOT NULL",
}


def upgrade() -> None:
    op.create_table(
        "surveys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("state", "subject", "buyer_id", "channel")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _OPTIONAL),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in _TIMES),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("created_at", "updated_at")),
        *(sa.CheckConstraint(rule, name=f"surveys_{name}_check") for name, rule in _CHECKS.items()),
        sa.PrimaryKeyConstraint("id", name="surveys_pkey"),
    )
    of_conversation = sa.text("subject = 'conversation'")
    op.create_index(
        "surveys_of_conversation_key", "surveys", ["conversation_id"], unique=True, postgresql_where=of_conversation
    )
    op.create_index("surveys_of_case_key", "surveys", ["rated_case_id"], unique=True)
    op.create_index("surveys_buyer_idx", "surveys", ["buyer_id", "id"])
    for name, column in (("invited", "invited_at"), ("due", "deadline_at")):
        present = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"surveys_{name}_idx", "surveys", [column], postgresql_where=present)
    op.create_table(
        "survey_preferences",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("created_at", "updated_at")),
        sa.CheckConstraint("version > 0", name="survey_preferences_version_check"),
        sa.PrimaryKeyConstraint("id", name="survey_preferences_pkey"),
    )
    op.create_index("survey_preferences_buyer_key", "survey_preferences", ["buyer_id"], unique=True)


def downgrade() -> None:
    op.drop_table("survey_preferences")
    op.drop_table("surveys")
