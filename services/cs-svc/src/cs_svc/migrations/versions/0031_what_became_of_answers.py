"""Why an answer of the bot was wrong, and indexes for what became of its answers."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bot_marks", sa.Column("reason", sa.Text(), nullable=True), if_not_exists=True)
    op.execute("ALTER TABLE bot_marks DROP CONSTRAINT IF EXISTS bot_marks_reason_check")
    reasons = "reason IN ('other_question', 'wrong_facts', 'outdated', 'incomplete')"
    op.create_check_constraint("bot_marks_reason_check", "bot_marks", reasons, postgresql_not_valid=True)
    indexes.create("bot_answers_asker_idx", "bot_answers", ["asker_id", "id"])
    kept = sa.text("question IS NOT NULL")
    indexes.create("bot_answers_question_idx", "bot_answers", ["asked_at"], postgresql_where=kept)


def downgrade() -> None:
    op.drop_index("bot_answers_question_idx", "bot_answers")
    op.drop_index("bot_answers_asker_idx", "bot_answers")
    op.drop_column("bot_marks", "reason")
