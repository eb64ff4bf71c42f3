"""Messages in conversations with customer service that are answers for a case."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import MessagePosted

from aftersale_svc.commands.record import step
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASES, STEPS

LEAVE_MESSAGE = "leave_message"
"""The step in the timeline. It changes nothing in the case, so no lifecycle table has it."""


async def message_posted(tx: Transaction[Settings], event: MessagePosted) -> None:
    """Show a message that is an answer for a case in the timeline of the case: who left it, when and where, not what it says.

    A message for a case that is not known here, or of other people, is left out.
    """
    if not event.for_case or event.case_id is None:
        return
    case = await tx.find(CASES, event.case_id)
    if case is None or (case.order_id, case.buyer_id) != (event.order_id, event.buyer_id):
        return
    message = {
        "conversation_id": event.conversation_id,
        "message_id": event.message_id,
        "text_hash": event.text_hash,
    }
    left = replace(
        step(tx, case, LEAVE_MESSAGE),
        at=event.time,
        actor_id=event.author_id,
        actor_role=event.author_role,
        message=message,
    )
    await tx.insert(STEPS, left)
