"""Evidence files, what the worker has yet to look at, and which files are like others."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = "'photo', 'video', 'document', 'delivery_receipt', 'call_record'"
TYPES = "'image/jpeg', 'image/png', 'image/webp', 'image/heic', 'video/mp4', 'application/pdf'"
STATES = "'pending', 'uploaded', 'accepted', 'refused', 'expired'"
CAUSES = (
    "'not_uploaded', 'size_differs', 'hash_differs', 'type_differs', 'too_large_decoded', 'malformed', "
    "'metadata_track', 'infected', 'check_limit'"
)


def upgrade() -> None:
    op.create_table(
        "evidence_files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("owner_buyer_id", sa.Text(), nullable=True),
        sa.Column("owner_merchant_id", sa.Text(), nullable=True),
        sa.Column("uploader_id", sa.Text(), nullable=False),
        sa.Column("uploader_role", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("whose_turn", sa.Text(), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_because", sa.Text(), nullable=True),
        sa.Column("copy_type", sa.Text(), nullable=True),
        sa.Column("copy_sha256", sa.Text(), nullable=True),
        sa.Column("thumbnail_sha256", sa.Text(), nullable=True),
        sa.Column("look", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("evidence_files_version_check")),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("evidence_files_kind_check")),
        sa.CheckConstraint(f"media_type IN ({TYPES})", name=op.f("evidence_files_media_type_check")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("evidence_files_state_check")),
        sa.CheckConstraint(f"refused_because IN ({CAUSES})", name=op.f("evidence_files_refused_because_check")),
        sa.CheckConstraint(f"copy_type IN ({TYPES})", name=op.f("evidence_files_copy_type_check")),
        sa.CheckConstraint("size > 0", name=op.f("evidence_files_size_check")),
        sa.CheckConstraint(
            "num_nonnulls(owner_buyer_id, owner_merchant_id) <= 1", name=op.f("evidence_files_owner_check")
        ),
        sa.CheckConstraint(
            "(state = 'refused') = (refused_because IS NOT NULL)", name=op.f("evidence_files_refused_check")
        ),
        sa.CheckConstraint(
            "(state = 'accepted') = (copy_sha256 IS NOT NULL) AND (copy_sha256 IS NULL) = (copy_type IS NULL)",
            name=op.f("evidence_files_accepted_check"),
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("evidence_files_order_idx", "evidence_files", ["order_id", "id"])
    op.create_index(
        "evidence_files_sha256_idx", "evidence_files", ["sha256"], postgresql_where=sa.text("state = 'accepted'")
    )
    op.create_index(
        "evidence_files_look_idx",
        "evidence_files",
        ["look"],
        postgresql_include=["id"],
        postgresql_where=sa.text("look IS NOT NULL"),
    )
    op.create_table(
        "evidence_checks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["evidence_files.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("evidence_checks_due_idx", "evidence_checks", ["due_at"])
    op.create_table(
        "evidence_matches",
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("other_id", sa.Text(), nullable=False),
        sa.Column("same_hash", sa.Boolean(), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["evidence_files.id"]),
        sa.ForeignKeyConstraint(["other_id"], ["evidence_files.id"]),
        sa.PrimaryKeyConstraint("file_id", "other_id"),
    )
    op.create_index("evidence_matches_other_idx", "evidence_matches", ["other_id"])


def downgrade() -> None:
    for table in ("evidence_matches", "evidence_checks", "evidence_files"):
        op.drop_table(table)
