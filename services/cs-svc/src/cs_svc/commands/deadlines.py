"""The timers of conversations and complaints. The commands that they run are registered where they are defined."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due, TimerCommands

from cs_svc.domain.complaints import COMPLAINT, Complaint, ComplaintAction
from cs_svc.domain.conversations import CONVERSATION, Conversation, ConversationAction
from cs_svc.settings import Settings
from cs_svc.tables import complaints, conversations


# A build of revision 0001 does not know `deadline_at`: it leaves the deadline of an answer that it has stored. Remove these
# two functions with its support.
async def _conversations(tx: Transaction[Settings], due: Sequence[Conversation]) -> Mapping[str, tuple[Conversation]]:
    found = dict[str, tuple[Conversation]]()
    for each in due:
        if each.answer_due_at is None:
            await tx.execute(conversations.CLEAR_DEADLINE, conversation_id=each.id)
        found[each.id] = (each if each.answer_due_at is not None else replace(each, deadline_at=None),)
    return found


async def _complaints(tx: Transaction[Settings], due: Sequence[Complaint]) -> Mapping[str, tuple[Complaint]]:
    found = dict[str, tuple[Complaint]]()
    for each in due:
        if each.answer_due_at is None:
            await tx.execute(complaints.CLEAR_DEADLINE, complaint_id=each.id)
        found[each.id] = (each if each.answer_due_at is not None else replace(each, deadline_at=None),)
    return found


conversation_timer: TimerCommands[ConversationAction, Settings, Conversation] = TimerCommands(CONVERSATION.due)
complaint_timer: TimerCommands[ComplaintAction, Settings, Complaint] = TimerCommands(COMPLAINT.due)
DEADLINES = (
    Due(conversations.CONVERSATIONS, conversation_timer.act, _conversations),
    Due(complaints.COMPLAINTS, complaint_timer.act, _complaints),
)
