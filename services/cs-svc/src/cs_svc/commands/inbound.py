"""What came in over channels: stored once, and posted in the conversation that it belongs to."""

from copy import copy
from dataclasses import replace
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import NotFound

from cs_svc.commands import attachments, calls, conversations, deliveries, identities, media, survey_replies
from cs_svc.domain.attachments import AttachedFile
from cs_svc.domain.channels import Channel, ChannelDeliveryState, DeliveryAction, pause
from cs_svc.domain.conversations import Message, Source
from cs_svc.domain.errors import AddressMalformed
from cs_svc.domain.identities import Identity, canonical
from cs_svc.domain.inbound import INBOUND, MOST_AN_HOUR, Inbound, InboundAction, ListedInbound
from cs_svc.integrations.channels.port import CallReport, Content, DeliveryReport, InboundMessage, Irrelevant
from cs_svc.settings import Settings
from cs_svc.tables.conversations import FIRST_MESSAGE
from cs_svc.tables.deliveries import DELIVERIES
from cs_svc.tables.identities import IDENTITY_AT, NOTE_INBOUND
from cs_svc.tables.inbound import (
    INBOX,
    LOCK_INBOUND,
    MOVE_INBOUND,
    NEXT_INBOUND,
    STORE_INBOUND,
    WRITTEN_SINCE,
)

WORKER = "channel-inbox"


async def store(tx: Transaction[Settings], channel: Channel, push_id: str, raw: bytes) -> bool:
    """Store what came in, once however often it comes; whether it is new."""
    row = Inbound(id=tx.new_id("in"), channel=channel, push_id=push_id, due_at=tx.now, received_at=tx.now, raw=raw)
    values = {column.name: getattr(row, column.name) for column in INBOX.columns}
    tx.wake(WORKER)
    return await tx.execute(STORE_INBOUND, **values) == 1


async def next_due(tx: Transaction[Settings]) -> Inbound | None:
    """What is to be processed first, locked, whether or not it is due."""
    return await tx.one(NEXT_INBOUND)


async def apply(tx: Transaction[Settings], inbound: Inbound, content: Content) -> Inbound:
    """Post a message, or store a report. What has no effect is kept with the reason."""
    match content:
        case Irrelevant():
            why: str | None = content.why
        case DeliveryReport():
            if await _is_early(tx, inbound.channel, content):
                return postpone(tx, inbound, "delivery_under_way")
            why = await _report(tx, inbound.channel, content)
        case CallReport():
            why = await calls.report(tx, content)
        case InboundMessage():
            why = await _post(tx, inbound.channel, content)
    return _move(tx, replace(inbound, why=why), InboundAction.IGNORE if why else InboundAction.APPLY)


def reject(tx: Transaction[Settings], inbound: Inbound, why: str) -> Inbound:
    """What came in cannot be read."""
    return _move(tx, replace(inbound, why=why), InboundAction.REJECT)


def postpone(tx: Transaction[Settings], inbound: Inbound, why: str) -> Inbound:
    """Process it again later: our own code failed."""
    return _move(tx, replace(inbound, why=why), InboundAction.POSTPONE)


async def redrive(tx: Transaction[Settings], inbound_id: str) -> ListedInbound:
    """Process again what was ignored or could not be read.

    Raises:
        NotFound: there is nothing with this id.
        IllegalTransition, ActionNotAllowed: see INBOUND.
    """
    found = await tx.one(LOCK_INBOUND, inbound_id=inbound_id)
    if found is None:
        raise NotFound(what=INBOX.name)
    tx.check_condition()
    again = replace(INBOUND.apply(found, InboundAction.REDRIVE, tx), why=None, due_at=tx.now, finished_at=None)
    _store(tx, again)
    tx.wake(WORKER)
    return again


def _move(tx: Transaction[Settings], inbound: Inbound, action: InboundAction) -> Inbound:
    again = action is InboundAction.POSTPONE
    moved = replace(
        INBOUND.apply(inbound, action, tx),
        attempts=inbound.attempts + 1,
        due_at=tx.now + pause(inbound.attempts) if again else None,
        finished_at=None if again else tx.now,
    )
    _store(tx, moved)
    return moved


def _store(tx: Transaction[Settings], moved: Inbound | ListedInbound) -> None:
    tx.change(
        INBOX.name,
        MOVE_INBOUND,
        inbound_id=moved.id,
        new_state=moved.state,
        new_why=moved.why,
        new_attempts=moved.attempts,
        new_due_at=moved.due_at,
        new_finished_at=moved.finished_at,
    )


async def _is_early(tx: Transaction[Settings], channel: Channel, found: DeliveryReport) -> bool:
    """Whether the report came before the end of the attempt of which it is has been stored."""
    if found.delivery_id is None:
        return False
    delivery = await tx.find(DELIVERIES, found.delivery_id)
    return delivery is not None and delivery.channel is channel and delivery.state is ChannelDeliveryState.QUEUED


async def _report(tx: Transaction[Settings], channel: Channel, found: DeliveryReport) -> str | None:
    action = DeliveryAction.CONFIRM if found.delivered else DeliveryAction.BOUNCE
    delivery = await deliveries.report(
        tx, action, channel=channel, external_id=found.external_id, delivery_id=found.delivery_id, why=found.why
    )
    return None if delivery is not None else "delivery_unknown"


async def _post(tx: Transaction[Settings], channel: Channel, found: InboundMessage) -> str | None:
    """Post the message as its author; the reason where it is not."""
    try:
        address = canonical(channel, found.address)
    except AddressMalformed as error:
        return error.code
    identity = await tx.one(IDENTITY_AT, channel=channel, address=address)
    identity = identity or await identities.create(tx, channel, address)
    [row] = await tx.all(WRITTEN_SINCE, identity_id=identity.id, since=tx.now - timedelta(hours=1))
    if row["written"] >= MOST_AN_HOUR:
        return "too_many_messages"
    author = _as_buyer(tx, identity.buyer_id)
    written_at = min(found.written_at or tx.now, tx.now)
    conversation_id = await _conversation(tx, identity, found)
    of_words_alone = not (found.files or found.media)  # a file is for people, whatever is written beside it
    if (
        conversation_id is not None
        and of_words_alone
        and await survey_replies.take(author, conversation_id, found.text)
    ):
        await tx.execute(NOTE_INBOUND, identity_id=identity.id, at=written_at)
        return None
    files = _announced(tx, found)
    source = Source(
        channel=channel, quoted=found.quoted, external_id=found.external_id, written_at=written_at, attachments=files
    )
    if conversation_id is None:
        new = conversations.new_over(author, identity, found.subject)
        opened = await conversations.start(author, new, found.text, source)
        message = await tx.one(FIRST_MESSAGE, conversation_id=opened.id)
    else:
        message = await conversations.post(author, conversation_id, text=found.text, source=source)
    await tx.execute(NOTE_INBOUND, identity_id=identity.id, at=written_at)
    if found.takes_messages is not None:
        await identities.set_opted_out(tx, identity.id, opted_out=not found.takes_messages)
    if message is not None:
        await _attach(tx, channel, message, found)
    return None


async def _conversation(tx: Transaction[Settings], identity: Identity, found: InboundMessage) -> str | None:
    """The conversation that the message belongs to, of those of its author; None for a new one.

    A code of ours proves that somebody has our mail, which people forward: it opens no conversation of somebody else.
    """
    conversation_id = found.conversation_id
    if found.delivery_id is not None:
        delivery = await tx.find(DELIVERIES, found.delivery_id)
        conversation_id = delivery.conversation_id if delivery is not None else conversation_id
    if conversation_id is not None:
        named = await conversations.reached(tx, conversation_id)
        if named is not None and named.buyer_id == identity.buyer_id:
            return named.id
    if not found.continues:
        return None
    newest = await conversations.newest_over(tx, identity)
    return newest.id if newest is not None else None


def _announced(tx: Transaction[Settings], found: InboundMessage) -> tuple[AttachedFile, ...]:
    """How the message shows its files: those in it, then those that the channel keeps."""
    files = [
        AttachedFile(id=tx.new_id("att"), media_type=each.media_type, size_bytes=each.size_bytes, name=each.name)
        for each in found.files
    ]
    kept_there = [
        AttachedFile(id=tx.new_id("att"), media_type=each.media_type, size_bytes=None, name=each.name)
        for each in found.media
    ]
    return (*files, *kept_there)


async def _attach(tx: Transaction[Settings], channel: Channel, message: Message, found: InboundMessage) -> None:
    ids = [each["id"] for each in message.attachments]
    for attachment_id, file in zip(ids, found.files, strict=False):
        await attachments.receive(tx, attachment_id, message, channel, file)
    for attachment_id, kept_there in zip(ids[len(found.files) :], found.media, strict=True):
        await media.queue(tx, attachment_id, channel, message, kept_there)


def _as_buyer(tx: Transaction[Settings], buyer_id: str) -> Transaction[Settings]:
    """This transaction with the author of what came in as its actor."""
    acting = copy(tx)
    acting.actor = Actor(buyer_id, "buyer")
    return acting
