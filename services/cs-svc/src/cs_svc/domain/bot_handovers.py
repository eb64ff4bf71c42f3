"""What the bot leaves for the agent when it hands a conversation over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cs_svc.domain.bot import HandoverReason

SHOWN = 10
"""So many of the last messages are in a summary, and so many summaries of a conversation are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One hand-over with its summary: rows are only inserted.

    `asked` are the last messages that the bot had to answer, oldest first: each with the id, and the kind, intent and confidence of the answer.
    `alternatives` are the intents that the last one may have. `articles` are the versions that it has cited in the conversation, `orders` and `cases` the buyer's own
    as they were. `queue_entry_id` is the stay in a queue that began with it, None where there is none.
    """

    id: str
    conversation_id: str
    answer_id: str
    reason: HandoverReason
    language: str
    asked: list[dict[str, Any]]  # Any: JSON
    alternatives: list[dict[str, Any]]  # Any: JSON
    articles: list[dict[str, Any]]  # Any: JSON
    orders: list[dict[str, Any]]  # Any: JSON
    cases: list[dict[str, Any]]  # Any: JSON
    queue_entry_id: str | None
    created_at: datetime
