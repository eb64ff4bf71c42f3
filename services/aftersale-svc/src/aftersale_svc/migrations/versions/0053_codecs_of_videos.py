"""A video is refused where its codec is none of those that are decoded."""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

CONSTRAINT = "evidence_files_refused_because_check"
CAUSES = (
    "'not_uploaded', 'size_differs', 'hash_differs', 'type_differs', 'too_large_decoded', 'malformed', "
    "'metadata_track', 'infected', 'check_limit'"
)


def upgrade() -> None:
    op.drop_constraint(op.f(CONSTRAINT), "evidence_files", type_="check")
    op.create_check_constraint(
        op.f(CONSTRAINT), "evidence_files", f"refused_because IN ({CAUSES}, 'codec_unsupported')"
    )


def downgrade() -> None:
    # Files that were refused for their codec keep their row: the older build reads the cause that is nearest to it.
    op.execute("UPDATE evidence_files SET refused_because = 'malformed' WHERE refused_because = 'codec_unsupported'")
    op.drop_constraint(op.f(CONSTRAINT), "evidence_files", type_="check")
    op.create_check_constraint(op.f(CONSTRAINT), "evidence_files", f"refused_because IN ({CAUSES})")
