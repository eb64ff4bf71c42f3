"""The steps of a case, as its timeline has them. Times are aware, UTC."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class TimelineStep:
    """One step of a case: who did what, the state after it, and the texts that stay in this database.

    `reason` is the code of why the step rejected or closed the case, or granted a part. `message` is the message in a conversation with customer service that the step is about: `conversation_id`, `message_id` and `text_hash`.
    `on_behalf_of` is the buyer for whom an agent has taken it, `decision_id` the decision that was taken with it, `details` are what was offered, asked for or decided, as codes, amounts and times.
    """

    id: str
    case_id: str
    dispute_id: str | None
    at: datetime
    actor_id: str
    actor_role: str
    action: str
    state: str
    note: str | None
    evidence: list[str]
    message: dict[str, str] | None = None
    reason: str | None = None
    on_behalf_of: str | None = None
    decision_id: str | None = None
    details: dict[str, Any] | None = None  # Any: JSON
