"""What the bot has left for agents."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftercare_chassis.database.transaction import Reader

from cs_svc.domain.bot_handovers import SHOWN, Handover
from cs_svc.tables.bot_days import DAYS
from cs_svc.tables.bot_handovers import HANDOVERS_OF_CONVERSATION
from cs_svc.tables.bot_turns import TEXTS_OF
from cs_svc.tables.conversations import CONVERSATIONS

MOST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Handovers:
    """The hand-overs of a conversation, newest first, and by the id the texts of the messages that they name."""

    rows: list[Handover]
    texts: dict[str, str]


async def handovers(reader: Reader, conversation_id: str) -> Handovers:
    """The hand-overs of a conversation. Raises: NotFound."""
    await reader.get(CONVERSATIONS, conversation_id)
    rows = await reader.all(HANDOVERS_OF_CONVERSATION, conversation_id=conversation_id, rows=SHOWN)
    ids = sorted({each["message_id"] for row in rows for each in row.asked})
    found = await reader.all(TEXTS_OF, ids=ids) if ids else []
    return Handovers(rows, {row["id"]: row["text"] or "" for row in found})


async def days(reader: Reader, since: datetime) -> list[dict[str, Any]]:  # Any: numbers
    """By day in UTC and model, what became of the questions since then, newest first; at most `MOST_DAYS` rows."""
    return [dict(row) for row in await reader.all(DAYS, since=since, rows=MOST_DAYS)]
