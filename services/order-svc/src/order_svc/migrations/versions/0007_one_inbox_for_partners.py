"""Pushes of couriers and callbacks of payment providers are stored in one inbox.

The couriers' table becomes the inbox, and the recorded callbacks move into it. Builds before this revision go on under the
old names, which are views now, so that nothing is lost while both run. A later revision can drop the views.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
# Every build before writes and reads the same columns under the old names.
compatible_with = "0001"

_COURIER_INBOX = """
CREATE VIEW courier_inbox AS
SELECT id, endpoint_id, partner, push_id, state, why, reports, attempts, due_at, received_at, tries_since, finished_at, raw
FROM partner_inbox WHERE source = 'courier'
"""
# The message id and the hash of the content as they were recorded; what was refused since has no message id.
_PAYMENT_WEBHOOK = """
CREATE VIEW payment_webhook AS
SELECT partner AS provider,
       CASE state WHEN 'refused' THEN coalesce(substring(push_id FROM '^refused:[^:]*:[0-9a-f]{64} (.*)$'), '')
                  ELSE left(push_id, -72) END AS message_id,
       CASE state WHEN 'refused' THEN 'sha256:' || substring(push_id FROM '^refused:[^:]*:([0-9a-f]{64})')
                  ELSE right(push_id, 71) END AS content_hash,
       CASE WHEN state = 'ignored' THEN 'ignored' WHEN state IN ('received', 'waiting', 'applied') THEN 'accepted'
            WHEN state = 'unreadable' THEN 'unreadable' ELSE why END AS verdict,
       received_at
FROM partner_inbox WHERE source = 'payment'
"""
# Ids sort by time, as those that the service makes. Of what was refused the message id was recorded too.
_INSERT = """
INSERT INTO partner_inbox (id, source, partner, push_id, state, why, attempts, received_at, tries_since, finished_at)
SELECT 'push_' || lpad(to_hex((extract(epoch FROM callback.received_at) * 1000)::bigint), 12, '0')
               || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 19),
       'payment', callback.provider,
       CASE WHEN callback.verdict IN ('accepted', 'ignored') THEN callback.message_id || ' ' || callback.content_hash
            ELSE 'refused:' || callback.verdict || ':' || substr(callback.content_hash, 8) || ' ' || callback.message_id END,
       CASE callback.verdict WHEN 'accepted' THEN 'applied' WHEN 'ignored' THEN 'ignored' ELSE 'refused' END,
       CASE WHEN callback.verdict NOT IN ('accepted', 'ignored') THEN callback.verdict END,
       CASE WHEN callback.verdict IN ('accepted', 'ignored') THEN 1 ELSE 0 END,
       callback.received_at, callback.received_at, callback.received_at
FROM {callbacks} AS callback
ON CONFLICT DO NOTHING
"""
_INSERT_THROUGH_VIEW = f"""
CREATE FUNCTION insert_payment_webhook() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {_INSERT.format(callbacks="(SELECT NEW.*)")};
    IF FOUND THEN RETURN NEW; END IF;
    RETURN NULL;
END $$
"""
_ON_INSERT = """
CREATE TRIGGER inserted INSTEAD OF INSERT ON payment_webhook FOR EACH ROW EXECUTE FUNCTION insert_payment_webhook()
"""


def upgrade() -> None:
    op.rename_table("courier_inbox", "partner_inbox")
    for suffix in ("state_check", "pkey", "endpoint_id_fkey"):
        op.execute(f"ALTER TABLE partner_inbox RENAME CONSTRAINT courier_inbox_{suffix} TO partner_inbox_{suffix}")
    for suffix in ("finished_idx", "waiting_idx"):
        op.execute(f"ALTER INDEX courier_inbox_{suffix} RENAME TO partner_inbox_{suffix}")
    op.add_column("partner_inbox", sa.Column("source", sa.Text(), server_default="courier", nullable=False))
    op.add_column("partner_inbox", sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("partner_inbox", sa.Column("headers", postgresql.JSONB(), nullable=True))
    op.alter_column("partner_inbox", "endpoint_id", nullable=True)
    op.create_check_constraint(op.f("partner_inbox_source_check"), "partner_inbox", "source IN ('courier', 'payment')")
    op.create_check_constraint(
        op.f("partner_inbox_endpoint_check"), "partner_inbox", "(source = 'courier') = (endpoint_id IS NOT NULL)"
    )
    op.drop_constraint("courier_inbox_push_key", "partner_inbox", type_="unique")
    op.create_unique_constraint(
        "partner_inbox_push_key",
        "partner_inbox",
        ["source", "partner", "endpoint_id", "push_id"],
        postgresql_nulls_not_distinct=True,
    )
    op.drop_index("courier_inbox_due_idx", "partner_inbox")
    op.create_index(
        "partner_inbox_due_idx", "partner_inbox", ["source", "due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.drop_index("courier_inbox_state_idx", "partner_inbox")
    op.create_index("partner_inbox_state_idx", "partner_inbox", ["source", "state", "id"])
    op.execute(_INSERT.format(callbacks="payment_webhook"))
    op.drop_table("payment_webhook")
    for statement in (_COURIER_INBOX, _PAYMENT_WEBHOOK, _INSERT_THROUGH_VIEW, _ON_INSERT):
        op.execute(statement)


def downgrade() -> None:
    op.execute("CREATE TEMPORARY TABLE callbacks AS SELECT * FROM payment_webhook")
    op.execute("DROP VIEW payment_webhook")
    op.execute("DROP FUNCTION insert_payment_webhook")
    op.execute("DROP VIEW courier_inbox")
    op.create_table(
        "payment_webhook",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("provider", "message_id", "content_hash", "verdict", name="payment_webhook_message_key"),
    )
    op.create_index("payment_webhook_received_idx", "payment_webhook", ["received_at"])
    op.execute(
        "INSERT INTO payment_webhook (provider, message_id, content_hash, verdict, received_at)"
        " SELECT * FROM callbacks ORDER BY received_at ON CONFLICT DO NOTHING"
    )
    op.execute("DROP TABLE callbacks")
    op.execute("DELETE FROM partner_inbox WHERE source = 'payment'")
    op.drop_index("partner_inbox_state_idx", "partner_inbox")
    op.drop_index("partner_inbox_due_idx", "partner_inbox")
    op.drop_constraint("partner_inbox_push_key", "partner_inbox", type_="unique")
    op.alter_column("partner_inbox", "endpoint_id", nullable=False)
    for column in ("headers", "deadline_at", "source"):
        op.drop_column("partner_inbox", column)
    op.rename_table("partner_inbox", "courier_inbox")
    for suffix in ("state_check", "pkey", "endpoint_id_fkey"):
        op.execute(f"ALTER TABLE courier_inbox RENAME CONSTRAINT partner_inbox_{suffix} TO courier_inbox_{suffix}")
    for suffix in ("finished_idx", "waiting_idx"):
        op.execute(f"ALTER INDEX partner_inbox_{suffix} RENAME TO courier_inbox_{suffix}")
    op.create_unique_constraint("courier_inbox_push_key", "courier_inbox", ["endpoint_id", "push_id"])
    op.create_index(
        "courier_inbox_due_idx", "courier_inbox", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index("courier_inbox_state_idx", "courier_inbox", ["state", "id"])
