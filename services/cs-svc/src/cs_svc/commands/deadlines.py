"""The timers of conversations, calls and complaints. The commands that they run are registered where they are defined."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due, TimerCommands
from aftercare_chassis.working_time import Calendar

from cs_svc.commands.sla import clocks
from cs_svc.domain.calls import CALL, Call, CallAction
from cs_svc.domain.complaints import COMPLAINT, Complaint, ComplaintAction
from cs_svc.domain.conversations import CONVERSATION, Conversation, ConversationAction
from cs_svc.domain.held_replies import HELD_REPLY, HeldReply, HeldReplyAction
from cs_svc.domain.referrals import REFERRAL, Referral, ReferralAction
from cs_svc.domain.regulator_complaints import REGULATOR_COMPLAINT, RegulatorAction, RegulatorComplaint
from cs_svc.domain.routing.agents import AGENT, Agent, PresenceAction
from cs_svc.domain.routing.queue import QUEUE_ENTRY, QueueAction, QueueEntry
from cs_svc.domain.sla.clocks import CLOCK, Clock, ClockAction
from cs_svc.domain.snoozing import snooze_due
from cs_svc.domain.surveys import SURVEY, Survey, SurveyAction
from cs_svc.settings import Settings
from cs_svc.tables import calls, complaints, conversations, held_replies, referrals, regulator_complaints, surveys
from cs_svc.tables.routing import agents, queue
from cs_svc.tables.sla import clocks as clock_tables


# A build of revision 0001 does not know `deadline_at`: it leaves the deadline of an answer that it has stored. Remove this
# function with its support.
async def _conversations(tx: Transaction[Settings], due: Sequence[Conversation]) -> Mapping[str, tuple[Conversation]]:
    found = dict[str, tuple[Conversation]]()
    for each in due:
        if each.answer_due_at is None:
            await tx.execute(conversations.CLEAR_DEADLINE, conversation_id=each.id)
        found[each.id] = (each if each.answer_due_at is not None else replace(each, deadline_at=None),)
    return found


# Builds of revisions before 0023 leave another deadline: they do not know when a complaint is to be resolved.
async def _complaints(tx: Transaction[Settings], due: Sequence[Complaint]) -> Mapping[str, tuple[Complaint]]:
    found = dict[str, tuple[Complaint]]()
    for each in due:
        if each.deadline_at != each.next_due_at:
            await tx.execute(complaints.SET_DEADLINE, complaint_id=each.id, next_at=each.next_due_at)
        found[each.id] = (replace(each, deadline_at=each.next_due_at),)
    return found


ClockParts = tuple[Clock, Calendar, QueueEntry | None, str | None]
"""A clock, its calendar, the stay of its conversation in a queue, and the agent of the conversation."""


async def _clocks(tx: Transaction[Settings], due: Sequence[Clock]) -> Mapping[str, ClockParts]:
    ids = sorted({each.conversation_id for each in due})
    live = {row["conversation_id"] for row in await tx.all(clock_tables.LIVE_ENTRIES, ids=ids)}
    locked = {each.conversation_id: each for each in await tx.all(clock_tables.LOCK_ENTRIES, ids=ids)}
    agents_of = {row["id"]: row["agent_id"] for row in await tx.all(clock_tables.AGENTS_OF, ids=ids)}
    calendars = await clocks.calendars_of(tx, due)
    return {
        each.id: (
            each,
            calendars[each.calendar_id],
            locked.get(each.conversation_id),
            agents_of.get(each.conversation_id),
        )
        for each in due
        if each.conversation_id not in live - locked.keys()
    }


def _clock_due(
    clock: Clock, _calendar: Calendar, _entry: QueueEntry | None, _agent: str | None, now: datetime
) -> ClockAction | None:
    return CLOCK.due(clock, now)


SurveyParts = tuple[Survey, Conversation | None]
"""A survey, and the conversation in which its person is invited."""


async def _surveys(tx: Transaction[Settings], due: Sequence[Survey]) -> Mapping[str, SurveyParts]:
    buyers = sorted({each.buyer_id for each in due})
    free = {row["buyer"] for row in await tx.all(surveys.TRY_LOCK_BUYERS, buyers=buyers) if row["locked"]}
    ids = sorted({each.conversation_id for each in due if each.conversation_id is not None})
    locked = {each.id: each for each in await tx.all(surveys.LOCK_FREE_CONVERSATIONS, ids=ids)}
    return {
        each.id: (each, locked.get(each.conversation_id or ""))
        for each in due
        if each.buyer_id in free and (each.conversation_id is None or each.conversation_id in locked)
    }


def _survey_due(survey: Survey, _: Conversation | None, now: datetime) -> SurveyAction | None:
    return SURVEY.due(survey, now)


conversation_timer: TimerCommands[ConversationAction, Settings, Conversation] = TimerCommands(CONVERSATION.due)
snooze_timer: TimerCommands[ConversationAction, Settings, Conversation] = TimerCommands(snooze_due)
complaint_timer: TimerCommands[ComplaintAction, Settings, Complaint] = TimerCommands(COMPLAINT.due)
held_reply_timer: TimerCommands[HeldReplyAction, Settings, HeldReply] = TimerCommands(HELD_REPLY.due)
referral_timer: TimerCommands[ReferralAction, Settings, Referral] = TimerCommands(REFERRAL.due)
regulator_timer: TimerCommands[RegulatorAction, Settings, RegulatorComplaint] = TimerCommands(REGULATOR_COMPLAINT.due)
agent_timer: TimerCommands[PresenceAction, Settings, Agent] = TimerCommands(AGENT.due)
queue_timer: TimerCommands[QueueAction, Settings, QueueEntry] = TimerCommands(QUEUE_ENTRY.due)
call_timer: TimerCommands[CallAction, Settings, Call] = TimerCommands(CALL.due)
clock_timer: TimerCommands[ClockAction, Settings, Clock, Calendar, QueueEntry | None, str | None] = TimerCommands(
    _clock_due
)
survey_timer: TimerCommands[SurveyAction, Settings, Survey, Conversation | None] = TimerCommands(_survey_due)
DEADLINES = (
    Due(conversations.CONVERSATIONS, conversation_timer.act, _conversations),
    Due(conversations.CONVERSATIONS, snooze_timer.act, column="snoozed_until"),
    Due(complaints.COMPLAINTS, complaint_timer.act, _complaints),
    Due(regulator_complaints.REGULATOR_COMPLAINTS, regulator_timer.act),
    Due(held_replies.HELD_REPLIES, held_reply_timer.act),
    Due(referrals.REFERRALS, referral_timer.act),
    Due(calls.CALLS, call_timer.act),
    Due(agents.AGENTS, agent_timer.act),
    Due(queue.QUEUE_ENTRIES, queue_timer.act),
    Due(clock_tables.CLOCKS, clock_timer.act, _clocks),
    Due(surveys.SURVEYS, survey_timer.act, _surveys),
)
