"""Feedback comes in over more channels, and has the sentiment that its words show."""

import sqlalchemy as sa
from aftercare_chassis.database import codes
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_CHANNELS = ("email", "phone", "conversation")


def upgrade() -> None:
    codes.allow_codes("feedback", "channel", *_CHANNELS)
    op.add_column("feedback", sa.Column("suggested_sentiment", sa.Text(), nullable=True))
    op.create_check_constraint(
        "feedback_suggested_sentiment_check",
        "feedback",
        "suggested_sentiment IN ('positive', 'neutral', 'negative')",
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_column("feedback", "suggested_sentiment")
    codes.forbid_codes("feedback", "channel", *_CHANNELS, instead="web")
