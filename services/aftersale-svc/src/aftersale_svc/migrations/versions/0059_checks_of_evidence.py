"""Files are refused for their codec, and where their check is not possible in time; accepted ones say whether they were scanned."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

CONSTRAINT = "evidence_files_refused_because_check"
CAUSES = (
    "'not_uploaded', 'size_differs', 'hash_differs', 'type_differs', 'too_large_decoded', 'malformed', "
    "'metadata_track', 'infected', 'check_limit'"
)


def upgrade() -> None:
    _set_causes(f"{CAUSES}, 'codec_unsupported', 'check_unavailable'")
    op.add_column("evidence_files", sa.Column("scanned", sa.Boolean(), nullable=True))
    op.execute(
        "UPDATE evidence_files SET deadline_at = now() + interval '24 hours' "
        "WHERE state = 'uploaded' AND deadline_at IS NULL"
    )


def downgrade() -> None:
    op.drop_column("evidence_files", "scanned")
    # Refused files keep their row: the older build reads the cause that is nearest to theirs.
    op.execute("UPDATE evidence_files SET refused_because = 'malformed' WHERE refused_because = 'codec_unsupported'")
    op.execute("UPDATE evidence_files SET refused_because = 'check_limit' WHERE refused_because = 'check_unavailable'")
    _set_causes(CAUSES)


def _set_causes(causes: str) -> None:
    op.drop_constraint(op.f(CONSTRAINT), "evidence_files", type_="check")
    op.create_check_constraint(op.f(CONSTRAINT), "evidence_files", f"refused_because IN ({causes})")
