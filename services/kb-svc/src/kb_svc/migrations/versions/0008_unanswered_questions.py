"""Questions that the search did not answer, grouped and counted."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unanswered_questions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("times_settled", sa.Integer(), nullable=True),
        sa.Column("article_id", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 0", name="unanswered_questions_version_check"),
        sa.CheckConstraint("times >= 1", name="unanswered_questions_times_check"),
        sa.CheckConstraint("state IN ('open', 'answered', 'dismissed')", name="unanswered_questions_state_check"),
        sa.CheckConstraint(
            "(state = 'open') = (times_settled IS NULL)", name="unanswered_questions_times_settled_check"
        ),
        sa.CheckConstraint(
            "(state = 'answered') = (article_id IS NOT NULL)", name="unanswered_questions_article_id_check"
        ),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("unanswered_questions_key", "unanswered_questions", ["key"], unique=True)
    op.create_index("unanswered_questions_times_idx", "unanswered_questions", ["state", "times", "id"])
    op.create_index("unanswered_questions_first_idx", "unanswered_questions", ["first_asked_at"])
    op.create_index("unanswered_questions_last_idx", "unanswered_questions", ["last_asked_at"])


def downgrade() -> None:
    op.drop_table("unanswered_questions")
