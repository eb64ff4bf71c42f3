"""The summary that the bot leaves for the agent when it hands a conversation over."""

from typing import Any

from aftercare_chassis.database.transaction import Transaction

from cs_svc.commands.bot_answers import Reply
from cs_svc.commands.bot_own import OWN_ROWS
from cs_svc.domain.bot import HandoverReason
from cs_svc.domain.bot_handovers import SHOWN, Handover
from cs_svc.domain.conversations import Conversation
from cs_svc.domain.routing.queue import QueueEntry
from cs_svc.settings import Settings
from cs_svc.tables.bot_handovers import ASKED_IN_CONVERSATION, HANDOVERS
from cs_svc.tables.orders import CASES_OF_BUYER, ORDERS_OF_BUYER


async def record(
    tx: Transaction[Settings], conversation: Conversation, replied: Reply, answer_id: str, entry: QueueEntry | None
) -> Handover:
    """Store what the bot was asked, what it found and cited, and what it saw of the buyer's own orders and cases."""
    asked = (await tx.all(ASKED_IN_CONVERSATION, conversation_id=conversation.id, rows=SHOWN))[::-1]
    cited = {
        (each["article_id"], each["article_version"]): {
            name: each[name] for name in ("article_id", "article_version", "slug", "title")
        }
        for row in asked
        for each in row["citations"] or ()
    }
    orders = await tx.all(ORDERS_OF_BUYER, buyer_id=conversation.buyer_id, rows=OWN_ROWS)
    cases = await tx.all(CASES_OF_BUYER, buyer_id=conversation.buyer_id, rows=OWN_ROWS)
    handover = Handover(
        id=tx.new_id("hnd"),
        conversation_id=conversation.id,
        answer_id=answer_id,
        reason=replied.reason or HandoverReason.FAILED,
        language=replied.language,
        asked=[_asked(dict(row)) for row in asked],
        alternatives=[{"intent": name, "confidence": round(share, 4)} for name, share in replied.alternatives],
        articles=list(cited.values()),
        orders=[{"id": each.id, "state": each.state} for each in orders],
        cases=[{"id": each.id, "order_id": each.order_id, "state": each.state} for each in cases],
        queue_entry_id=None if entry is None else entry.id,
        created_at=tx.now,
    )
    await tx.insert(HANDOVERS, handover)
    return handover


def _asked(row: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    return {name: row[name] for name in ("message_id", "kind", "intent", "confidence")}
