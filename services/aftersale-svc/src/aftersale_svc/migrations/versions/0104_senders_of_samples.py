"""Disputes keep which side has sent the sample of a test: it may correct the waybill."""

import sqlalchemy as sa
from alembic import op

revision = "0104"
down_revision = "0103"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("disputes", sa.Column("sample_from", sa.Text()))
    # No row has the column yet, so the check holds; it need not read them under the lock.
    op.execute(
        "ALTER TABLE disputes ADD CONSTRAINT disputes_sample_from_check CHECK (sample_from IN ('buyer', 'merchant')) NOT VALID"
    )
    op.execute("ALTER TABLE disputes VALIDATE CONSTRAINT disputes_sample_from_check")
    op.execute(
        "UPDATE disputes SET sample_from = lab_tests.sender FROM lab_tests"
        " WHERE lab_tests.id = disputes.lab_test_id AND disputes.state = 'sample_sent'"
    )


def downgrade() -> None:
    op.drop_column("disputes", "sample_from")
