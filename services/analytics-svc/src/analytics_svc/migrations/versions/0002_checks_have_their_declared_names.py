"""CHECKs have the names that the tables declare.

Earlier builds applied the naming convention to the full names of the first revision once more:
`refund_facts_refund_facts_amount_check_check`.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
# No statement of any build names a CHECK.
compatible_with = "0001"

_RENAME = """
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT relname, conname, regexp_replace(conname, '^' || relname || '_(' || relname || '_.*_check)_check$', '\\1') AS name
        FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
        WHERE contype = 'c' AND relnamespace = 'public'::regnamespace
    LOOP
        IF found.name <> found.conname THEN
            EXECUTE format('ALTER TABLE %I RENAME CONSTRAINT %I TO %I', found.relname, found.conname, found.name);
        END IF;
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute(_RENAME)
    op.execute(
        "ALTER TABLE refund_facts RENAME CONSTRAINT refund_facts_amount_check TO refund_facts_amount_minor_check"
    )


def downgrade() -> None:
    """Put back the one name that differs from the first revision's."""
    op.execute(
        "ALTER TABLE refund_facts RENAME CONSTRAINT refund_facts_amount_minor_check TO refund_facts_amount_check"
    )
