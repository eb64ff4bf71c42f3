"""The bot: intents, models, which of them answers, and what was answered."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_REASONS = "'requested', 'anger', 'not_sure', 'third_miss', 'no_model', 'no_article', 'intent'"


def _text(name: str, *, null: bool = False) -> sa.Column[Any]:  # Any: its type
    return sa.Column(name, sa.Text(), nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[Any]:  # Any: its type
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _json(name: str, *, null: bool = False) -> sa.Column[Any]:  # Any: its type
    return sa.Column(name, postgresql.JSONB(), nullable=null)


def upgrade() -> None:
    op.create_table(
        "bot_intents",
        _text("language"),
        _text("name"),
        sa.Column("examples", postgresql.ARRAY(sa.Text()), nullable=False),
        _text("answer", null=True),
        _text("action", null=True),
        _json("citations"),
        _text("updated_by"),
        _time("updated_at"),
        sa.PrimaryKeyConstraint("language", "name", name=op.f("bot_intents_pkey")),
    )
    op.create_table(
        "bot_models",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        _text("state"),
        sa.Column("precision", sa.Float(), nullable=False),
        _text("requested_by"),
        _time("requested_at"),
        _time("leased_until", null=True),
        _time("finished_at", null=True),
        _text("data_hash", null=True),
        _text("weights_hash", null=True),
        _json("report", null=True),
        _text("failure", null=True),
        sa.CheckConstraint("state IN ('training', 'ready', 'failed')", name=op.f("bot_models_state_check")),
        sa.CheckConstraint("(state = 'training') = (finished_at IS NULL)", name=op.f("bot_models_finished_at_check")),
        sa.PrimaryKeyConstraint("number", name=op.f("bot_models_pkey")),
    )
    op.create_index("bot_models_training_idx", "bot_models", ["number"], postgresql_where=sa.text("state = 'training'"))
    op.create_table(
        "bot_weights",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        _text("language"),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["bot_models.number"], name=op.f("bot_weights_number_fkey")),
        sa.PrimaryKeyConstraint("number", "language", name=op.f("bot_weights_pkey")),
    )
    op.create_table(
        "bot_activations",
        _text("id"),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("activated_by"),
        _time("activated_at"),
        sa.ForeignKeyConstraint(["number"], ["bot_models.number"], name=op.f("bot_activations_number_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("bot_activations_pkey")),
    )
    _answers()


def _answers() -> None:
    op.create_table(
        "bot_answers",
        _text("id"),
        _text("asker_id"),
        _text("asker_role"),
        _text("conversation_id", null=True),
        _text("language"),
        _text("kind"),
        _text("reason", null=True),
        _text("intent", null=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("model", sa.Integer(), nullable=True),
        _json("citations"),
        _text("question", null=True),
        _time("asked_at"),
        sa.CheckConstraint("kind IN ('answer', 'clarify', 'handover')", name=op.f("bot_answers_kind_check")),
        sa.CheckConstraint(f"reason IN ({_REASONS})", name=op.f("bot_answers_reason_check")),
        sa.CheckConstraint(
            "(kind = 'handover') = (reason IS NOT NULL)", name=op.f("bot_answers_reason_of_handover_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("bot_answers_pkey")),
    )
    op.create_index("bot_answers_asked_idx", "bot_answers", ["asked_at"])
    op.create_index(
        "bot_answers_conversation_idx",
        "bot_answers",
        ["conversation_id", "id"],
        postgresql_where=sa.text("conversation_id IS NOT NULL"),
    )
    op.create_table(
        "bot_marks",
        _text("answer_id"),
        _text("kind"),
        _text("marked_by"),
        _time("marked_at"),
        sa.CheckConstraint("kind IN ('solved', 'unsolved', 'wrong')", name=op.f("bot_marks_kind_check")),
        sa.ForeignKeyConstraint(["answer_id"], ["bot_answers.id"], name=op.f("bot_marks_answer_id_fkey")),
        sa.PrimaryKeyConstraint("answer_id", "kind", "marked_by", name=op.f("bot_marks_pkey")),
    )


def downgrade() -> None:
    for table in ("bot_marks", "bot_answers", "bot_activations", "bot_weights", "bot_models", "bot_intents"):
        op.drop_table(table)
