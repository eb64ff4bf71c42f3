"""Feedback."""

from aftercare_chassis.database.columns import aggregate, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Rows
from sqlalchemy import CheckConstraint, Index, Table

from cs_svc.domain.feedback import Feedback, FeedbackChannel, FeedbackState, Sentiment
from cs_svc.tables.schema import metadata
from cs_svc.tables.visibility import seen_by

feedback = Table(
    "feedback",
    metadata,
    *aggregate(),
    *one_of("state", FeedbackState),
    *one_of("channel", FeedbackChannel),
    text("source", null=True),
    *one_of("sentiment", Sentiment, null=True),
    *one_of("suggested_sentiment", Sentiment, null=True),
    text("order_id", null=True),
    text("case_id", null=True),
    text("buyer_id", null=True),
    text("merchant_id", null=True),
    text("recorded_by"),
    text("owner_id", null=True),
    text("text"),
    text("answer", null=True),
    text("improvement", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    CheckConstraint("(state = 'open') = (answer IS NULL)", name="answer_unless_open"),
    CheckConstraint("(state = 'improved') = (improvement IS NOT NULL)", name="improvement_when_improved"),
    Index("feedback_buyer_idx", "buyer_id", "id"),
    Index("feedback_merchant_idx", "merchant_id", "id"),
    Index("feedback_state_idx", "state", "id"),
)

FEEDBACK = Rows(feedback, Feedback, seen_by(feedback))
FEEDBACK_LIST = Listing(
    feedback,
    Feedback,
    filters=("state", "channel", "suggested_sentiment", "case_id", "owner_id"),
    seen_by=seen_by(feedback),
)
