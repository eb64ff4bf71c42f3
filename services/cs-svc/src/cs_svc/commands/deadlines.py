"""The timers of conversations and complaints. The commands that they run are registered where they are defined."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due, TimerCommands

from cs_svc.domain.complaints import COMPLAINT, Complaint, ComplaintAction
from cs_svc.domain.conversations import CONVERSATION, Conversation, ConversationAction
from cs_svc.settings import Settings
from cs_svc.tables import complaints, conversations


# A build of revision 0001 does not know `deadline_at`: it leaves the deadline of an answer that it has stored. Remove these
# two functions with its support, for `TimerCommands.of_row`.
async def _conversation(tx: Transaction[Settings], conversation_id: str) -> tuple[Conversation]:
    conversation = await tx.lock(conversations.CONVERSATIONS, conversation_id)
    if conversation.answer_due_at is not None:
        return (conversation,)
    await tx.execute(conversations.CLEAR_DEADLINE, conversation_id=conversation.id)
    return (replace(conversation, deadline_at=None),)


async def _complaint(tx: Transaction[Settings], complaint_id: str) -> tuple[Complaint]:
    complaint = await tx.lock(complaints.COMPLAINTS, complaint_id)
    if complaint.answer_due_at is not None:
        return (complaint,)
    await tx.execute(complaints.CLEAR_DEADLINE, complaint_id=complaint.id)
    return (replace(complaint, deadline_at=None),)


conversation_timer: TimerCommands[ConversationAction, Settings, Conversation] = TimerCommands(
    _conversation, CONVERSATION.due
)
complaint_timer: TimerCommands[ComplaintAction, Settings, Complaint] = TimerCommands(_complaint, COMPLAINT.due)
DEADLINES = (
    Due(conversations.CONVERSATIONS, conversation_timer.act),
    Due(complaints.COMPLAINTS, complaint_timer.act),
)
