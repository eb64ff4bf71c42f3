"""Events that can only be handled after an event of another aggregate: a closed conversation awaits its order."""

from collections.abc import Callable
from typing import Any

from aftercare_chassis.consumer.errors import Retry
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.testing import Harness
from aftercare_events import ConversationClosed

_EXISTS = "SELECT 1 FROM tallies WHERE id = $1"
_INSERT = "INSERT INTO tallies (id, version, owner, count) VALUES ($1, 1, 'buyer-1', 1)"


def after_its_order(tries: list[str], unavailable: set[str]) -> Callable[[Transaction, ConversationClosed], Any]:
    """A handler that needs the tally of an order, which an event of another topic creates.

    Each call is added to `tries`. For orders in `unavailable` the database does not answer.
    """

    async def closed(tx: Transaction, event: ConversationClosed) -> None:
        order = event.order_id or ""
        tries.append(order)
        if order in unavailable:
            raise TimeoutError
        if await tx.connection.fetchval(_EXISTS, f"tally_{order}") is None:
            raise Retry(awaits=order)
        await tx.connection.execute(_INSERT, f"closed_{order}")

    return closed


def conversation_closed(harness: Harness, order: str) -> ConversationClosed:
    trace = {"affected_party": "b", "applicant": "b", "handler": "b", "result": "closed", "time": harness.clock.now()}
    return ConversationClosed(**trace, conversation_id=f"conv_{order}", order_id=order, buyer_id="b")


async def is_handled(harness: Harness, order: str) -> bool:
    """Whether the conversation of this order was handled."""
    return await harness.runtime.pool.fetchval(_EXISTS, f"closed_{order}") is not None
