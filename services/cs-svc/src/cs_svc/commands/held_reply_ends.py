"""The end of replies that wait for an approval, when their conversation is no longer what they were written for."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import HeldReplyLapsed, TraceFields, trace_fields

from cs_svc.domain.held_replies import HELD_REPLY, HeldReply, HeldReplyAction
from cs_svc.settings import Settings
from cs_svc.tables.held_replies import HELD_REPLIES, LOCK_AWAITING


class HeldReplyFields(TraceFields):
    """What every event of a held reply holds."""

    held_reply_id: str
    conversation_id: str
    author_id: str
    amount_minor: int
    currency: str


def held_reply_fields(tx: Transaction, reply: HeldReply) -> HeldReplyFields:
    """The fields of an event of this reply, after its change."""
    return HeldReplyFields(
        **trace_fields(tx, affected_party=reply.buyer_id, applicant=reply.buyer_id, result=reply.state),
        held_reply_id=reply.id,
        conversation_id=reply.conversation_id,
        author_id=reply.author_id,
        amount_minor=reply.amount_minor,
        currency=reply.currency,
    )


async def lapse(tx: Transaction[Settings], conversation_id: str) -> None:
    """End what waits in a locked conversation: it is not sent any more."""
    for reply in await tx.all(LOCK_AWAITING, conversation_id=conversation_id):
        lapsed = HELD_REPLY.apply(reply, HeldReplyAction.LAPSE, SystemContext.of(tx))
        await tx.save(HELD_REPLIES, lapsed, HeldReplyLapsed(**held_reply_fields(tx, lapsed)))
