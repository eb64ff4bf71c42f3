"""Conversations: open, post, assign, close, notify, and mark an answer as overdue."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    ConversationAssigned,
    ConversationClosed,
    ConversationOpened,
    ConversationOverdue,
    ConversationReopened,
    ConversationWoken,
    MessagePosted,
    WakeCause,
)

from cs_svc.commands import attachments, effects, order_references, referrals
from cs_svc.commands.deadlines import conversation_timer
from cs_svc.commands.record import conversation_fields, text_fields
from cs_svc.domain import conversations
from cs_svc.domain.channels import WRITTEN
from cs_svc.domain.conversations import (
    CONVERSATION,
    OVER_API,
    AuthorRole,
    Citation,
    Conversation,
    ConversationAction,
    ConversationState,
    Message,
    ServedBy,
    Source,
)
from cs_svc.domain.errors import ChannelNotWritten, CitationsByAgentsOnly, NoAnswerAwaited
from cs_svc.domain.held_replies import ApprovalNeeded, above_limit
from cs_svc.domain.identities import Identity
from cs_svc.domain.orders import OrderReference
from cs_svc.settings import Settings
from cs_svc.tables.conversations import CONVERSATIONS, LOCK_NOT_NOTIFIED, MESSAGES
from cs_svc.tables.identities import IDENTITIES
from cs_svc.tables.inbound import NEWEST_OF_IDENTITY


async def open_(tx: Transaction[Settings], *, order_id: str | None, case_id: str | None, text: str) -> Conversation:
    """Open a conversation with a first message, about a case, an order or nothing in particular.

    Raises:
        CaseUnknown, OrderUnknown, CaseOfOtherOrder: see `order_references.resolve`.
    """
    reference = await order_references.resolve(tx, order_id, case_id)
    return await start(tx, _new(tx, reference), text)


async def open_with(
    tx: Transaction[Settings], identity_id: str, *, text: str, subject: str | None = None
) -> Conversation:
    """Open a conversation with a first message of an agent to this identity, which is delivered over its channel.

    Raises:
        NotFound: there is no such identity.
        ChannelNotWritten: it is not on a channel over which messages are delivered.
        ApprovalNeeded: the message names an amount above the limit.
    """
    identity = await tx.get(IDENTITIES, identity_id)
    tx.check_condition(identity.version)
    if identity.channel not in WRITTEN:
        raise ChannelNotWritten(channel=identity.channel)
    _check_amounts(tx, text, None)
    return await start(tx, replace(new_over(tx, identity, subject), agent_id=tx.actor.id), text)


def new_over(tx: Transaction[Settings], identity: Identity, subject: str | None) -> Conversation:
    """A conversation with this identity, over its channel, that has no message yet."""
    new = _new(tx, None)
    return replace(new, buyer_id=identity.buyer_id, channel=identity.channel, identity_id=identity.id, subject=subject)


async def newest_over(tx: Transaction[Settings], identity: Identity) -> Conversation | None:
    """The newest conversation with this identity, or the one that it was merged into; None where whose identity it is now has none."""
    newest = await tx.one(NEWEST_OF_IDENTITY, identity_id=identity.id)
    found = None if newest is None else await reached(tx, newest.id)
    # A link may have been undone after its conversation was merged into one of the buyer.
    return found if found is not None and found.buyer_id == identity.buyer_id else None


async def reached(tx: Transaction[Settings], conversation_id: str) -> Conversation | None:
    """The conversation with this id, or the one that it was merged into."""
    found = await tx.find(CONVERSATIONS, conversation_id)
    while found is not None and found.merged_into is not None:
        found = await tx.find(CONVERSATIONS, found.merged_into)
    return found


async def start(tx: Transaction[Settings], new: Conversation, text: str, source: Source = OVER_API) -> Conversation:
    """Store a new conversation with its first message, of the actor."""
    by_buyer = tx.actor.role == AuthorRole.BUYER
    first = replace(new, bot_in_charge=by_buyer and new.channel in tx.settings.bot_channels.split(","))
    conversation = conversations.with_message(first, AuthorRole(tx.actor.role), tx)
    message = new_message(tx, conversation, text=text, source=source)
    opened = ConversationOpened(
        **conversation_fields(tx, conversation),
        channel=conversation.channel,
        bot_in_charge=conversation.bot_in_charge or None,
    )
    saved = await tx.create(CONVERSATIONS, conversation, opened, posted(tx, conversation, message))
    await tx.insert(MESSAGES, message)
    await effects.message_posted(tx, None, saved, message)
    return saved


def _new(tx: Transaction[Settings], reference: OrderReference | None) -> Conversation:
    conversation = Conversation(
        id=tx.new_id("conv"),
        version=0,
        state=CONVERSATION.initial,
        order_id=reference.order_id if reference else None,
        case_id=reference.case_id if reference else None,
        buyer_id=tx.actor.id,
        merchant_id=reference.merchant_id if reference else None,
        created_at=tx.now,
        updated_at=tx.now,
    )
    return CONVERSATION.start(conversation, tx)


async def post(
    tx: Transaction[Settings],
    conversation_id: str,
    *,
    text: str,
    citations: Sequence[Citation] = (),
    case_id: str | None = None,
    source: Source = OVER_API,
    is_approved: bool = False,
    attachment_ids: Sequence[str] = (),
) -> Message:
    """Add a message. A message of the buyer or an agent reopens a closed conversation, which keeps its agent.

    `case_id` is a case for which it is an answer: the event names it, and aftersale-svc shows the message in its timeline.

    Raises:
        CitationsByAgentsOnly: somebody else than an agent cites articles.
        ApprovalNeeded: an agent names an amount above the limit, and nobody else has approved it.
        NotFound, Stale: see `Transaction.lock`.
        CaseUnknown: see `order_references.get_case`.
        AttachmentUnusable: see `attachments.named`.
        CaseNotInConversation: the conversation is about another case or order.
        ActionNotAllowed: a seller writes in a closed conversation.
    """
    if citations and tx.actor.role != AuthorRole.AGENT:
        raise CitationsByAgentsOnly(pointer="/citations")
    before = await tx.lock(CONVERSATIONS, conversation_id)
    if not is_approved:
        _check_amounts(tx, text, before.merchant_id)
    if case_id is not None:
        conversations.check_concerns(before, await order_references.get_case(tx, case_id))
    open_now = replace(CONVERSATION.apply(before, ConversationAction.POST, tx), closed_at=None)
    woken = before.snoozed_until is not None and tx.actor.role == AuthorRole.BUYER
    if woken:
        open_now = replace(open_now, snoozed_until=None)
    files = await attachments.named(tx, conversation_id, attachment_ids)
    source = replace(source, attachments=(*source.attachments, *(each.shown() for each in files)))
    conversation = conversations.with_message(open_now, AuthorRole(tx.actor.role), tx)
    message = new_message(tx, conversation, text=text, citations=citations, case_id=case_id, source=source)
    closed = before.state is ConversationState.CLOSED
    reopened = [ConversationReopened(**conversation_fields(tx, conversation))] if closed else []
    back = [_woken(tx, conversation, WakeCause.BUYER_WROTE)] if woken else []
    saved = await tx.save(CONVERSATIONS, conversation, *reopened, posted(tx, conversation, message), *back)
    await tx.insert(MESSAGES, message)
    await attachments.add(tx, saved, files, message_id=message.id)
    await effects.message_posted(tx, before, saved, message)
    return message


def _check_amounts(tx: Transaction[Settings], text: str, merchant_id: str | None) -> None:
    """Raises: ApprovalNeeded."""
    limits = tx.settings.reply_limits
    if limits and tx.actor.role == AuthorRole.AGENT:
        above = above_limit(text, merchant_id, limits)
        if above is not None:
            raise ApprovalNeeded(amount=above.minor, currency=above.currency)


async def assign(tx: Transaction[Settings], conversation_id: str, *, agent_id: str | None = None) -> Conversation:
    """Assign the conversation to an agent; to the actor where none is named. One that the merchant's people serve is taken back.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see CONVERSATION.
    """
    before = await tx.lock(CONVERSATIONS, conversation_id)
    conversation = CONVERSATION.apply(before, ConversationAction.ASSIGN, tx)
    agent = agent_id or tx.actor.id
    assigned = replace(conversation, agent_id=agent, bot_in_charge=False, served_by=ServedBy.PLATFORM)
    event = ConversationAssigned(**conversation_fields(tx, assigned), agent_id=agent)
    saved = await tx.save(CONVERSATIONS, assigned, event, *await referrals.took_back(tx, before, assigned))
    await effects.conversation_assigned(tx, saved)
    return saved


async def close(tx: Transaction[Settings], conversation_id: str) -> Conversation:
    """Close the conversation; no answer is due any more.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see CONVERSATION.
    """
    before = await tx.lock(CONVERSATIONS, conversation_id)
    closed = conversations.close(before, tx)
    back = [] if before.snoozed_until is None else [_woken(tx, closed, WakeCause.CLOSED)]
    saved = await tx.save(CONVERSATIONS, closed, *back, ConversationClosed(**conversation_fields(tx, closed)))
    await effects.conversation_closed(tx, saved)
    return saved


async def notify(tx: Transaction[Settings], *, order_id: str, case_id: str, code: str) -> None:
    """Add a message of the system to each conversation about the case or its order; at most once per event."""
    event_id = tx.cause.id if tx.cause else None
    for before in await tx.all(LOCK_NOT_NOTIFIED, order_id=order_id, case_id=case_id, event_id=event_id):
        notified = CONVERSATION.apply(before, ConversationAction.NOTIFY, tx)
        conversation = replace(notified, message_count=notified.message_count + 1)
        message = new_message(tx, conversation, code=code)
        saved = await tx.save(CONVERSATIONS, conversation, posted(tx, conversation, message))
        await tx.insert(MESSAGES, message)
        await effects.message_posted(tx, before, saved, message)


@conversation_timer(ConversationAction.MARK_OVERDUE)
async def mark_overdue(tx: Transaction[Settings], conversation: Conversation) -> None:
    """Record that an answer in the locked conversation is overdue.

    Raises:
        NoAnswerAwaited: the buyer waits for no answer.
    """
    if conversation.answer_due_at is None:
        raise NoAnswerAwaited
    overdue = conversations.mark_overdue(conversation, tx)
    event = ConversationOverdue(**conversation_fields(tx, overdue), answer_due_at=conversation.answer_due_at)
    await tx.save(CONVERSATIONS, overdue, event)


def new_message(
    tx: Transaction[Settings],
    conversation: Conversation,
    *,
    text: str | None = None,
    code: str | None = None,
    citations: Sequence[Citation] = (),
    case_id: str | None = None,
    source: Source = OVER_API,
    bot: dict[str, Any] | None = None,  # Any: JSON
) -> Message:
    """A message of the actor, which is not stored yet."""
    return Message(
        id=tx.new_id("msg"),
        conversation_id=conversation.id,
        place=conversation.last_place,
        author_role=AuthorRole(tx.actor.role),
        author_id=tx.actor.id,
        text=text,
        code=code,
        event_id=tx.cause.id if tx.cause and code else None,
        citations=list(citations),
        case_id=case_id,
        sent_at=source.written_at or tx.now,
        channel=source.channel,
        quoted=source.quoted,
        external_id=source.external_id,
        bot=bot,
        attachments=list(source.attachments),
    )


def _woken(tx: Transaction[Settings], conversation: Conversation, cause: WakeCause) -> ConversationWoken:
    return ConversationWoken(**conversation_fields(tx, conversation), cause=cause, agent_id=conversation.agent_id)


def posted(tx: Transaction[Settings], conversation: Conversation, message: Message) -> MessagePosted:
    """The event of a message in the locked conversation."""
    concerned = conversation if message.case_id is None else replace(conversation, case_id=message.case_id)
    return MessagePosted(
        **conversation_fields(tx, concerned),
        **text_fields(message.text or message.code or ""),
        message_id=message.id,
        author_role=message.author_role,
        author_id=message.author_id,
        channel=message.channel,
        for_case=True if message.case_id else None,
    )
