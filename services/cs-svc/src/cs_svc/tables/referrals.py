"""Offers of conversations from the platform's customer service to the merchant's, and back."""

from aftercare_chassis.database.columns import aggregate, one_of, text, timestamp
from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Listing, Query, Rows
from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, select
from sqlalchemy import text as sql

from cs_svc.domain.conversations import ServedBy
from cs_svc.domain.referrals import Referral, ReferralState
from cs_svc.tables.schema import metadata

referrals = Table(
    "referrals",
    metadata,
    *aggregate(),
    *one_of("state", ReferralState),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    text("buyer_id"),
    text("order_id"),
    text("merchant_id"),
    *one_of("offered_to", ServedBy),
    text("reason"),
    text("shared_from", null=True),
    text("offered_by"),
    text("answered_by", null=True),
    text("answer", null=True),
    timestamp("deadline_at", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    Index("referrals_conversation_idx", "conversation_id", "id"),
    Index("referrals_merchant_idx", "merchant_id", "id"),
    Index("referrals_open_key", "conversation_id", unique=True, postgresql_where=sql("state = 'offered'")),
    Index("referrals_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
)
# Both sides and nobody else: why one hands a conversation to the other is not for the buyer.
_SEEN_BY: SeenBy = {"seller": referrals.c.merchant_id, "agent": None, "arbitrator": None, "admin": None}
REFERRALS = Rows(referrals, Referral, _SEEN_BY)
REFERRAL_LIST = Listing(
    referrals, Referral, filters=("state", "offered_to", "conversation_id", "merchant_id"), seen_by=_SEEN_BY
)
LOCK_OPEN_REFERRAL = Query(
    select(referrals)
    .where(referrals.c.conversation_id == bindparam("conversation_id"), referrals.c.state == sql("'offered'"))
    .with_for_update(key_share=True),
    Referral,
)
"""The offer of a conversation that nobody has answered, whoever asks."""
