"""Conversations that are put off until a time, or until the buyer writes."""

from dataclasses import replace
from datetime import datetime, timedelta

from aftercare_chassis.lifecycle import Context

from cs_svc.domain.conversations import CONVERSATION, Conversation, ConversationAction
from cs_svc.domain.errors import SnoozeTooLong, SnoozeTooShort

LONGEST_SNOOZE = timedelta(days=366)


def snooze(conversation: Conversation, until: datetime, context: Context) -> Conversation:
    """The conversation that is put off until then; an answer that is due stays due. Raises: SnoozeTooShort, SnoozeTooLong."""
    if until <= context.now:
        raise SnoozeTooShort(pointer="/until")
    if until > context.now + LONGEST_SNOOZE:
        raise SnoozeTooLong(pointer="/until", most_days=LONGEST_SNOOZE.days)
    return replace(CONVERSATION.apply(conversation, ConversationAction.SNOOZE, context), snoozed_until=until)


def wake(conversation: Conversation, context: Context) -> Conversation:
    """The conversation that was put off and is back."""
    return replace(CONVERSATION.apply(conversation, ConversationAction.WAKE, context), snoozed_until=None)


def snooze_due(conversation: Conversation, now: datetime) -> ConversationAction | None:
    """`wake` where the time for which the conversation was put off has passed."""
    until = conversation.snoozed_until
    return ConversationAction.WAKE if until is not None and until <= now else None
