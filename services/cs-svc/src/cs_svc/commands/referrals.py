"""Conversations that go from the platform's customer service to the merchant's, and back. The conversation is locked before its offer, as by
those who close or merge it; the timer locks the offer alone."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare_chassis.database.notifications import keyed
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import Actor, SystemContext
from aftercare_events import (
    ConversationServiceChanged,
    ConversationWoken,
    Event,
    ReferralAccepted,
    ReferralDeclined,
    ReferralExpired,
    ReferralLapsed,
    ReferralOffered,
    ReferralWithdrawn,
    ServiceCause,
    WakeCause,
    digest,
)

from cs_svc.commands import order_references
from cs_svc.commands.deadlines import referral_timer
from cs_svc.commands.record import conversation_fields, referral_fields
from cs_svc.commands.routing import demand
from cs_svc.commands.sla import clocks
from cs_svc.domain import referrals as domain
from cs_svc.domain.conversations import Conversation, ServedBy
from cs_svc.domain.live import SIGNALS, referral_signal
from cs_svc.domain.orders import OrderReference
from cs_svc.domain.referrals import (
    REFERRAL,
    SIDES,
    AboutAnotherOrder,
    OrderNeeded,
    Referral,
    ReferralAction,
    ReferralLapse,
    ReferralOpen,
)
from cs_svc.settings import Settings
from cs_svc.tables.conversations import CONVERSATIONS
from cs_svc.tables.referrals import LOCK_OPEN_REFERRAL, REFERRALS


async def offer(
    tx: Transaction[Settings], conversation_id: str, *, reason: str, order_id: str | None, shared_from: str | None
) -> Referral:
    """Offer the conversation to the other side: agents to the merchant, its people to the platform.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        NotServed, ReferralOpen, OrderNeeded, AboutAnotherOrder: see there.
        OrderUnknown: the customer has no such order.
        IllegalTransition, ActionNotAllowed: see CONVERSATION.
    """
    conversation = await tx.lock(CONVERSATIONS, conversation_id)
    to = domain.check_offer(conversation, tx.actor.role, tx)
    open_ = await tx.one(LOCK_OPEN_REFERRAL, conversation_id=conversation_id)
    if open_ is not None:
        raise ReferralOpen(referral_id=open_.id)
    about = await _about(tx, conversation, order_id)
    new = Referral(
        id=tx.new_id("rfr"),
        version=0,
        state=REFERRAL.initial,
        conversation_id=conversation.id,
        buyer_id=conversation.buyer_id,
        order_id=about.order_id,
        merchant_id=about.merchant_id,
        offered_to=to,
        reason=reason,
        shared_from=shared_from,
        offered_by=tx.actor.id,
        created_at=tx.now,
        updated_at=tx.now,
    )
    offered = REFERRAL.start(new, tx)
    _signal(tx, offered)
    event = ReferralOffered(**referral_fields(tx, offered), reason_hash=digest(reason))
    return await tx.create(REFERRALS, offered, event)


async def _about(tx: Transaction[Settings], conversation: Conversation, order_id: str | None) -> OrderReference:
    """The order by which the conversation concerns the merchant."""
    if conversation.order_id is not None and order_id not in (None, conversation.order_id):
        raise AboutAnotherOrder(pointer="/order_id", order_id=conversation.order_id)
    named = tx.as_system()
    named.actor = Actor(conversation.buyer_id, "buyer")  # what a customer sees is theirs
    found = await order_references.resolve(named, conversation.order_id or order_id, None)
    if found is None:
        raise OrderNeeded(pointer="/order_id")
    return found


async def accept(tx: Transaction[Settings], referral_id: str) -> Referral:
    """Serve the conversation from now on: an agent has it then, or the merchant's people do.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        OtherSideActs: the actor's own side has offered it.
        IllegalTransition: the offer was answered, withdrawn, or has ended.
    """
    conversation, referral = await _lock_both(tx, referral_id)
    accepted = replace(_applied(tx, referral, ReferralAction.ACCEPT), answered_by=tx.actor.id)
    agent = tx.actor.id if referral.offered_to is ServedBy.PLATFORM else None
    served = domain.referred(conversation, referral, agent, SystemContext.of(tx))
    await _serve(tx, conversation, served, ServiceCause.ACCEPTED)
    return await _save(tx, accepted, ReferralAccepted(**referral_fields(tx, accepted)))


async def _serve(
    tx: Transaction[Settings], before: Conversation, served: Conversation, cause: ServiceCause
) -> Conversation:
    fields = conversation_fields(tx, served)
    events: list[Event] = [
        ConversationServiceChanged(**fields, served_by=served.served_by, agent_id=served.agent_id, cause=cause)
    ]
    if before.snoozed_until is not None:
        events.append(ConversationWoken(**fields, cause=WakeCause.SET, agent_id=served.agent_id))
    saved = await tx.save(CONVERSATIONS, served, *events)
    await demand.conversation_referred(tx, saved)
    if before.snoozed_until is not None:
        await clocks.conversation_woken(tx, saved)
    return saved


async def decline(tx: Transaction[Settings], referral_id: str, *, reason: str) -> Referral:
    """Leave the conversation with who offered it. Raises: as `accept`."""
    _, referral = await _lock_both(tx, referral_id)
    declined = _applied(tx, referral, ReferralAction.DECLINE)
    declined = replace(declined, answered_by=tx.actor.id, answer=reason)
    return await _save(tx, declined, ReferralDeclined(**referral_fields(tx, declined), reason_hash=digest(reason)))


async def withdraw(tx: Transaction[Settings], referral_id: str) -> Referral:
    """Take an offer back that nobody has answered.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        OtherSideActs: the other side has offered it.
        IllegalTransition: the offer was answered, or has ended.
    """
    _, referral = await _lock_both(tx, referral_id)
    withdrawn = _applied(tx, referral, ReferralAction.WITHDRAW)
    return await _save(tx, withdrawn, ReferralWithdrawn(**referral_fields(tx, withdrawn)))


@referral_timer(ReferralAction.EXPIRE)
async def expire(tx: Transaction[Settings], referral: Referral) -> None:
    """End a locked offer that nobody has answered in time; the conversation stays where it is."""
    expired = REFERRAL.apply(referral, ReferralAction.EXPIRE, tx)
    await _save(tx, expired, ReferralExpired(**referral_fields(tx, expired)))


async def lapse(tx: Transaction[Settings], conversation_id: str, cause: ReferralLapse) -> None:
    """End the offer of a locked conversation, if there is one: it is no longer what was offered."""
    referral = await tx.one(LOCK_OPEN_REFERRAL, conversation_id=conversation_id)
    if referral is not None:
        lapsed = REFERRAL.apply(referral, ReferralAction.LAPSE, SystemContext.of(tx))
        await _save(tx, lapsed, ReferralLapsed(**referral_fields(tx, lapsed), cause=cause))


async def took_back(tx: Transaction[Settings], before: Conversation, conversation: Conversation) -> Sequence[Event]:
    """The events of a locked conversation that an agent takes: those of one that the merchant's people served, whose offer lapses."""
    if before.served_by is conversation.served_by:
        return ()
    await lapse(tx, conversation.id, ReferralLapse.TAKEN_BACK)
    return (
        ConversationServiceChanged(
            **conversation_fields(tx, conversation),
            served_by=conversation.served_by,
            agent_id=conversation.agent_id,
            cause=ServiceCause.TAKEN_BACK,
        ),
    )


def _applied(tx: Transaction[Settings], referral: Referral, action: ReferralAction) -> Referral:
    return REFERRAL.apply(referral, action, tx, SIDES[tx.actor.role])


async def _lock_both(tx: Transaction[Settings], referral_id: str) -> tuple[Conversation, Referral]:
    """The conversation and its offer. Who is offered one may not see the conversation yet."""
    found = await tx.get(REFERRALS, referral_id)
    tx.check_condition(found.version)
    conversation = await tx.as_system().lock(CONVERSATIONS, found.conversation_id)
    return conversation, await tx.lock(REFERRALS, referral_id)


async def _save(tx: Transaction[Settings], referral: Referral, event: Event) -> Referral:
    _signal(tx, referral)
    return await tx.save(REFERRALS, referral, event)


def _signal(tx: Transaction[Settings], referral: Referral) -> None:
    tx.wake(keyed(SIGNALS, referral_signal(referral.conversation_id, tx.actor, referral.id, referral.state)))
