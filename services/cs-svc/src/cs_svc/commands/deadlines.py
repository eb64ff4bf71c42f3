"""The timers of cs-svc: which command acts once the `deadline_at` of a row has passed."""

from aftercare_chassis.jobs.deadlines import Due

from cs_svc.commands import complaints, conversations
from cs_svc.settings import Settings
from cs_svc.tables.complaints import COMPLAINTS
from cs_svc.tables.conversations import CONVERSATIONS

DEADLINES: tuple[Due[Settings], ...] = (
    Due(CONVERSATIONS, conversations.mark_overdue),
    Due(COMPLAINTS, complaints.mark_overdue),
)
