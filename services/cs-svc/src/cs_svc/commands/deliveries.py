"""Deliveries of messages over channels: queued with the message, made by a worker, and closed with what the channel says."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound

from cs_svc.domain.case_notifications import notification_text
from cs_svc.domain.channels import (
    DELIVERY,
    MOST_ATTEMPTS,
    REPLY_WINDOWS,
    WRITTEN,
    Channel,
    ChannelDeliveryState,
    Delivery,
    DeliveryAction,
    may_be_answered,
    pause,
)
from cs_svc.domain.conversations import AuthorRole, Conversation, Message
from cs_svc.domain.errors import OptedOut, ReplyWindowClosed
from cs_svc.domain.identities import Identity
from cs_svc.integrations.channels.port import Outcome, Outgoing, Sent
from cs_svc.settings import Settings
from cs_svc.tables.conversations import CONVERSATIONS, LATEST_OF_BUYER, MESSAGES
from cs_svc.tables.deliveries import (
    DELIVERIES,
    LOCK_BY_EXTERNAL_ID,
    LOCK_DELIVERY,
    MOVE_DELIVERY,
    NEXT_DELIVERY,
    SENT_SINCE,
)
from cs_svc.tables.identities import IDENTITIES

WORKER = "channel-deliveries"
LEASE = timedelta(minutes=2)
"""How long a worker has a delivery to itself."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery under a lease. `repeated`: an attempt before has begun, and nobody knows what became of it. `belongs`: the address is still that of
    the conversation's buyer."""

    delivery: Delivery
    outgoing: Outgoing
    repeated: bool
    belongs: bool


async def queue(tx: Transaction[Settings], conversation: Conversation, message: Message) -> None:
    """Have the message delivered to the identity of the conversation, where it has one on a channel that is written. The log of a call is for those
    who serve: it is not delivered where the conversation of the call was merged into one that is.

    Raises:
        OptedOut, ReplyWindowClosed: a person writes, and that identity takes no message now. Nothing is delivered of what the system writes to who
            has opted out.
    """
    if conversation.identity_id is None or conversation.channel not in WRITTEN or message.channel is Channel.PHONE:
        return
    identity: Identity = await tx.get(IDENTITIES, conversation.identity_id)
    if not _belongs(conversation, identity):
        return  # The link was undone, and the conversation stayed with the buyer.
    if message.author_role is not AuthorRole.SYSTEM:
        check_takes_messages(tx, identity)
    elif identity.opted_out_at is not None:
        return
    delivery = Delivery(
        id=tx.new_id("dlv"),
        conversation_id=conversation.id,
        message_id=message.id,
        identity_id=conversation.identity_id,
        channel=conversation.channel,
        due_at=tx.now,
        created_at=tx.now,
        updated_at=tx.now,
    )
    await tx.insert(DELIVERIES, delivery)
    tx.wake(WORKER)


def _belongs(conversation: Conversation, identity: Identity) -> bool:
    """Whether the address is the buyer's with whom the conversation is; after its link was undone it is not."""
    return conversation.buyer_id in (identity.buyer_id, identity.customer_id)


async def is_possible(tx: Transaction[Settings], conversation: Conversation) -> bool:
    """Whether a message in the conversation reaches the buyer now; also where it is read over the API alone."""
    if conversation.identity_id is None or conversation.channel not in WRITTEN:
        return True
    identity: Identity = await tx.get(IDENTITIES, conversation.identity_id)
    return identity.opted_out_at is None and may_be_answered(identity.channel, identity.last_inbound_at, tx.now)


def check_takes_messages(tx: Transaction[Settings], identity: Identity) -> None:
    """Check that messages can be sent to this identity now. Raises: OptedOut, ReplyWindowClosed."""
    if identity.opted_out_at is not None:
        raise OptedOut
    if not may_be_answered(identity.channel, identity.last_inbound_at, tx.now):
        raise ReplyWindowClosed(
            channel=identity.channel, hours=int(REPLY_WINDOWS[identity.channel] / timedelta(hours=1))
        )


async def claim(tx: Transaction[Settings]) -> Claimed | datetime | None:
    """Lease the delivery that has been due longest; the time at which the next one is due where none is, None where there is none at all."""
    delivery = await tx.one(NEXT_DELIVERY)
    if delivery is None or delivery.due_at is None:
        return None
    if delivery.due_at > tx.now:
        return delivery.due_at
    leased = replace(delivery, leased_at=tx.now, due_at=tx.now + LEASE)
    _store(tx, leased)
    conversation: Conversation = await tx.get(CONVERSATIONS, delivery.conversation_id)
    identity: Identity = await tx.get(IDENTITIES, delivery.identity_id)
    return Claimed(
        leased,
        await _outgoing(tx, delivery, conversation, identity),
        repeated=delivery.leased_at is not None,
        belongs=_belongs(conversation, identity),
    )


async def _outgoing(
    tx: Transaction[Settings], delivery: Delivery, conversation: Conversation, identity: Identity
) -> Outgoing:
    message = await tx.get(MESSAGES, delivery.message_id)
    answered = await tx.one(LATEST_OF_BUYER, conversation_id=conversation.id)
    [lately] = await tx.all(SENT_SINCE, identity_id=identity.id, since=tx.now - timedelta(hours=1))
    return Outgoing(
        delivery_id=delivery.id,
        conversation_id=conversation.id,
        address=identity.address,
        text=_text(message, delivery.channel),
        subject=conversation.subject,
        answers=answered.external_id if answered else None,
        last_inbound_at=identity.last_inbound_at,
        sent_lately=lately["sent"],
    )


def _text(message: Message, channel: Channel) -> str:
    """What is delivered. A notification of the system is in both languages where there is space for them."""
    if message.text is not None:
        return message.text
    code = message.code or ""
    both = (notification_text(code, "zh-CN"), notification_text(code, "en"))
    return "\n\n".join(both) if channel is Channel.EMAIL else both[0]


async def close(tx: Transaction[Settings], delivery: Delivery, sent: Sent) -> Delivery:
    """Store what became of the attempt; one that may succeed later is repeated, `MOST_ATTEMPTS` times at most.

    Raises:
        NotFound: there is no such delivery.
    """
    current = await _lock(tx, delivery.id)
    if current.leased_at != delivery.leased_at or current.state is not ChannelDeliveryState.QUEUED:
        return current  # its lease had ended, and another worker has it
    ended = replace(current, leased_at=None, attempts=current.attempts + 1, why=sent.why)
    if sent.outcome is Outcome.SENT:
        return _move(
            tx, replace(ended, external_id=sent.external_id, segments=sent.segments, due_at=None), DeliveryAction.SEND
        )
    if sent.outcome is Outcome.REFUSED or ended.attempts >= MOST_ATTEMPTS:
        return _move(tx, replace(ended, due_at=None), DeliveryAction.FAIL)
    return _move(tx, replace(ended, due_at=tx.now + pause(current.attempts)), DeliveryAction.ATTEMPT)


async def report(
    tx: Transaction[Settings],
    action: DeliveryAction,
    *,
    channel: Channel,
    external_id: str | None = None,
    delivery_id: str | None = None,
    why: str | None = None,
) -> Delivery | None:
    """Store what the channel reports about a message that it took; None where it is none of ours. A report that says nothing new, or came late,
    has no effect."""
    if delivery_id is not None:
        found = await tx.one(LOCK_DELIVERY, delivery_id=delivery_id)
    else:
        found = await tx.one(LOCK_BY_EXTERNAL_ID, channel=channel, external_id=external_id)
    if found is None or found.channel is not channel:
        return None
    if (found.state, action) not in DELIVERY.transitions:
        return found
    return _move(tx, replace(found, why=why, due_at=None), action)


async def retry(tx: Transaction[Settings], delivery_id: str) -> Delivery:
    """Attempt a delivery that has failed again.

    Raises:
        NotFound: there is no such delivery.
        IllegalTransition, ActionNotAllowed: see DELIVERY.
    """
    delivery = await _lock(tx, delivery_id)
    tx.wake(WORKER)
    return _move(tx, replace(delivery, attempts=0, due_at=tx.now, leased_at=None, why=None), DeliveryAction.RETRY)


async def _lock(tx: Transaction[Settings], delivery_id: str) -> Delivery:
    found = await tx.one(LOCK_DELIVERY, delivery_id=delivery_id)
    if found is None:
        raise NotFound(what=DELIVERIES.name)
    return found


def _move(tx: Transaction[Settings], delivery: Delivery, action: DeliveryAction) -> Delivery:
    moved = replace(DELIVERY.apply(delivery, action, tx), updated_at=tx.now)
    _store(tx, moved)
    return moved


def _store(tx: Transaction[Settings], moved: Delivery) -> None:
    tx.change(
        DELIVERIES.name,
        MOVE_DELIVERY,
        delivery_id=moved.id,
        new_state=moved.state,
        new_why=moved.why,
        new_attempts=moved.attempts,
        new_due_at=moved.due_at,
        new_leased_at=moved.leased_at,
        new_external_id=moved.external_id,
        new_segments=moved.segments,
        new_updated_at=moved.updated_at,
    )
