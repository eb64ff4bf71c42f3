"""What people reply to an invitation over a channel: a score, or that they want no more of them."""

from aftercare_chassis.database.transaction import Transaction

from cs_svc.commands import service_ratings, surveys
from cs_svc.domain.conversations import ConversationState
from cs_svc.domain.surveys import ASKED, asks_for_no_more, score_in
from cs_svc.settings import Settings
from cs_svc.tables.conversations import CONVERSATIONS
from cs_svc.tables.service_ratings import RATING_OF_CONVERSATION
from cs_svc.tables.surveys import OF_CONVERSATION


async def take(tx: Transaction[Settings], conversation_id: str, text: str) -> bool:
    """Take the reply of the actor, a buyer, where it answers the survey of this conversation; whether it does. Other messages are for people."""
    score, no_more = score_in(text), asks_for_no_more(text)
    if score is None and not no_more:
        return False
    survey = await tx.as_system().one(OF_CONVERSATION, conversation_id=conversation_id)
    if survey is None or survey.state not in ASKED or survey.buyer_id != tx.actor.id:
        return False
    if no_more:
        await surveys.set_preference(tx, opted_out=True)
        return True
    conversation = await tx.lock(CONVERSATIONS, conversation_id)
    rated = await tx.as_system().one(RATING_OF_CONVERSATION, conversation_id=conversation_id)
    if score is None or rated is not None or conversation.state is not ConversationState.CLOSED:
        return False
    scores = {"helpfulness": score}
    await service_ratings.rate_conversation(tx, conversation_id=conversation_id, scores=scores, text=None)
    return True
