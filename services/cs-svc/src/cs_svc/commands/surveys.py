"""Surveys: invite, remind, expire, and end those of who has asked for no more."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import SurveyInvited, SurveyPreferenceSet, SurveyReminded, trace_fields

from cs_svc.commands import conversations, deliveries, effects
from cs_svc.commands.deadlines import survey_timer
from cs_svc.commands.survey_answers import end
from cs_svc.commands.survey_schedule import survey_fields
from cs_svc.domain.channels import WRITTEN
from cs_svc.domain.conversations import CONVERSATION, Conversation, ConversationAction, ConversationState
from cs_svc.domain.surveys import (
    SURVEY,
    SkipCause,
    Survey,
    SurveyAction,
    SurveyPreference,
    SurveySubject,
    notification_code,
)
from cs_svc.settings import Settings
from cs_svc.tables.conversations import CONVERSATIONS, MESSAGES
from cs_svc.tables.ratings import RATING_OF_CASE
from cs_svc.tables.service_ratings import RATING_OF_CONVERSATION
from cs_svc.tables.surveys import (
    INVITED_SINCE,
    LOCK_ASKED_OF_BUYER,
    LOCK_BUYER,
    PREFERENCE_OF,
    PREFERENCES,
    SURVEYS,
)


@survey_timer(SurveyAction.INVITE)
async def invite(tx: Transaction[Settings], survey: Survey, conversation: Conversation | None) -> None:
    """Invite the person of the locked survey in the locked conversation, if there is one; or skip the survey, with the cause."""
    cause = await _cause_to_skip(tx, survey, conversation)
    if cause is not None:
        await end(tx, replace(survey, skipped_because=cause), SurveyAction.SKIP)
        return
    invited = replace(SURVEY.apply(survey, SurveyAction.INVITE, tx), invited_at=tx.now, updated_at=tx.now)
    await tx.save(SURVEYS, invited, SurveyInvited(**survey_fields(tx, invited)))
    await _write(tx, invited, conversation, reminder=False)


async def _cause_to_skip(
    tx: Transaction[Settings], survey: Survey, conversation: Conversation | None
) -> SkipCause | None:
    preference = await tx.one(PREFERENCE_OF, buyer_id=survey.buyer_id)
    if preference is not None and preference.opted_out:
        return SkipCause.OPTED_OUT
    if await _is_rated(tx, survey):
        return SkipCause.RATED
    if conversation is not None:
        if not _is_as_it_was(survey, conversation):
            return SkipCause.REOPENED
        if not await deliveries.is_possible(tx, conversation):
            return SkipCause.UNREACHABLE
    since = tx.now - timedelta(days=tx.settings.survey_pause_days)
    [row] = await tx.all(INVITED_SINCE, buyer_id=survey.buyer_id, since=since)
    return SkipCause.INVITED_LATELY if row["invited"] else None


def _is_as_it_was(survey: Survey, conversation: Conversation) -> bool:
    """Whether the conversation is still the person's, and has its messages; one that is to be rated goes on no more."""
    of_it = survey.subject is SurveySubject.CONVERSATION
    is_there = conversation.buyer_id == survey.buyer_id and conversation.merged_into is None
    return is_there and not (of_it and conversation.state is ConversationState.OPEN)


async def _is_rated(tx: Transaction[Settings], survey: Survey) -> bool:
    if survey.subject is SurveySubject.CASE:
        return await tx.one(RATING_OF_CASE, case_id=survey.rated_case_id) is not None
    return await tx.one(RATING_OF_CONVERSATION, conversation_id=survey.conversation_id) is not None


@survey_timer(SurveyAction.REMIND)
async def remind(tx: Transaction[Settings], survey: Survey, conversation: Conversation | None) -> None:
    """Remind the person of the locked survey, once; nothing is written in a conversation that goes on."""
    reminded = replace(SURVEY.apply(survey, SurveyAction.REMIND, tx), reminded_at=tx.now, updated_at=tx.now)
    await tx.save(SURVEYS, reminded, SurveyReminded(**survey_fields(tx, reminded)))
    if conversation is None or not _is_as_it_was(survey, conversation):
        return
    if await deliveries.is_possible(tx, conversation):
        await _write(tx, reminded, conversation, reminder=True)


@survey_timer(SurveyAction.EXPIRE)
async def expire(tx: Transaction[Settings], survey: Survey, _: Conversation | None) -> None:
    """End the locked survey, which nobody has answered in time."""
    await end(tx, survey, SurveyAction.EXPIRE)


async def _write(tx: Transaction[Settings], survey: Survey, before: Conversation | None, *, reminder: bool) -> None:
    """Add the message to the conversation and have it delivered over its channel."""
    if before is None:
        return
    over_channel = before.identity_id is not None and before.channel in WRITTEN
    code = notification_code(survey, over_channel=over_channel, reminder=reminder)
    notified = CONVERSATION.apply(before, ConversationAction.NOTIFY, tx)
    conversation = replace(notified, message_count=notified.message_count + 1)
    message = conversations.new_message(tx, conversation, code=code)
    # A conversation has each event once; no event of another service caused this message.
    message = replace(message, event_id=uuid5(NAMESPACE_URL, f"{survey.id}/{code}"))
    saved = await tx.save(CONVERSATIONS, conversation, conversations.posted(tx, conversation, message))
    await tx.insert(MESSAGES, message)
    await effects.message_posted(tx, before, saved, message)


async def set_preference(tx: Transaction[Settings], *, opted_out: bool) -> SurveyPreference:
    """Store whether the actor, a buyer, wants no more invitations; what they are asked now ends then. The same again changes nothing."""
    buyer_id = tx.actor.id
    await tx.lock_all(LOCK_BUYER, buyer_id=buyer_id)
    known = await tx.one(PREFERENCE_OF, buyer_id=buyer_id)
    if known is not None and known.opted_out == opted_out:
        return known
    if opted_out:
        await _end_all(tx, await tx.lock_all(LOCK_ASKED_OF_BUYER, buyer_id=buyer_id))
    new = SurveyPreference(
        id=tx.new_id("spref"), version=0, buyer_id=buyer_id, opted_out=opted_out, created_at=tx.now, updated_at=tx.now
    )
    preference = new if known is None else replace(known, opted_out=opted_out, updated_at=tx.now)
    event = SurveyPreferenceSet(
        **trace_fields(
            tx, affected_party=buyer_id, applicant=buyer_id, result="opted_out" if opted_out else "opted_in"
        ),
        preference_id=preference.id,
        buyer_id=buyer_id,
        opted_out=opted_out,
    )
    return await (tx.create if known is None else tx.save)(PREFERENCES, preference, event)


async def _end_all(tx: Transaction[Settings], asked: Sequence[Survey]) -> None:
    for each in asked:
        await end(tx, each, SurveyAction.OPT_OUT)
