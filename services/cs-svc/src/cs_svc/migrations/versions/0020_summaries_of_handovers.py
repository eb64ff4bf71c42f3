"""What the bot leaves for agents when it hands conversations over."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_DOCUMENTS = ("asked", "alternatives", "articles", "orders", "cases")
_REASONS = "reason IN ('requested', 'anger', 'not_sure', 'third_miss', 'no_model', 'no_article', 'intent', 'too_many', 'failed')"


def upgrade() -> None:
    op.create_table(
        "bot_handovers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("answer_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        *(sa.Column(name, JSONB(), nullable=False) for name in _DOCUMENTS),
        sa.Column("queue_entry_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_REASONS, name="bot_handovers_reason_check"),
        sa.PrimaryKeyConstraint("id", name="bot_handovers_pkey"),
    )
    op.create_index("bot_handovers_conversation_idx", "bot_handovers", ["conversation_id", "id"])


def downgrade() -> None:
    op.drop_table("bot_handovers")
