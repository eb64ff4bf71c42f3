"""Identities: add one, link it to a buyer, and undo the link. Its conversations go with it."""

from dataclasses import replace

from aftercare_chassis.database.mapping import Query
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import (
    ConversationCustomerChanged,
    IdentityAdded,
    IdentityLinked,
    IdentityOptedIn,
    IdentityOptedOut,
    IdentityUnlinked,
    digest,
)
from aftercare_events.catalogue.conversations import LinkProof

from cs_svc.commands import effects
from cs_svc.commands.record import conversation_fields, identity_fields
from cs_svc.domain.channels import Channel
from cs_svc.domain.conversations import Conversation
from cs_svc.domain.errors import IdentityKnown
from cs_svc.domain.identities import IDENTITY, Identity, IdentityAction, canonical
from cs_svc.settings import Settings
from cs_svc.tables.conversations import CONVERSATIONS, LOCK_OF_IDENTITY, LOCK_UNMIXED_OF_IDENTITY
from cs_svc.tables.identities import IDENTITIES, IDENTITY_AT, LOCK_IDENTITY_AT

MOST_MOVED = 500
"""The most conversations of an identity, the oldest ones, that change hands with it in one command."""


async def add(tx: Transaction[Settings], *, channel: Channel, address: str) -> Identity:
    """Store an address that nobody has written from yet, as a customer of its own.

    Raises:
        AddressMalformed: it cannot be an address of the channel.
        IdentityKnown: it is stored already.
    """
    spelt = canonical(channel, address)
    known = await tx.one(IDENTITY_AT, channel=channel, address=spelt)
    if known is not None:
        raise IdentityKnown(identity_id=known.id)
    return await create(tx, channel, spelt)


async def create(tx: Transaction[Settings], channel: Channel, address: str) -> Identity:
    """A new identity with this canonical address."""
    customer_id = tx.new_id("cust")
    new = Identity(
        id=tx.new_id("idt"),
        version=0,
        state=IDENTITY.initial,
        channel=channel,
        address=address,
        customer_id=customer_id,
        buyer_id=customer_id,
        created_at=tx.now,
        updated_at=tx.now,
    )
    return await tx.create(IDENTITIES, new, IdentityAdded(**identity_fields(tx, new)))


async def link(tx: Transaction[Settings], identity_id: str, *, buyer_id: str, reason: str) -> Identity:
    """Link the identity to a buyer, or to another customer; its conversations are theirs from now on.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see IDENTITY.
    """
    before = await tx.lock(IDENTITIES, identity_id)
    linked = replace(IDENTITY.apply(before, IdentityAction.LINK, tx), buyer_id=buyer_id, updated_at=tx.now)
    event = IdentityLinked(**identity_fields(tx, linked), proof=LinkProof.AGENT, reason_hash=digest(reason))
    saved = await tx.save(IDENTITIES, linked, event)
    await _move_conversations(tx, saved, before.buyer_id, LOCK_OF_IDENTITY)
    return saved


async def prove(tx: Transaction[Settings], *, channel: Channel, address: str) -> Identity:
    """Link the identity with this canonical address to the actor, who has given a code that was sent to it.

    Raises:
        IllegalTransition: it is linked already.
    """
    known = await tx.one(LOCK_IDENTITY_AT, channel=channel, address=address)
    identity = known or await create(tx, channel, address)
    linked = IDENTITY.apply(identity, IdentityAction.PROVE, SystemContext(tx.now, tx.settings))
    linked = replace(linked, buyer_id=tx.actor.id, updated_at=tx.now)
    saved = await tx.save(IDENTITIES, linked, IdentityLinked(**identity_fields(tx, linked), proof=LinkProof.CODE))
    await _move_conversations(tx, saved, identity.buyer_id, LOCK_OF_IDENTITY)
    return saved


async def unlink(tx: Transaction[Settings], identity_id: str, *, reason: str) -> Identity:
    """Undo the link: the identity and its conversations are a customer of their own again.

    A conversation that was merged or split stays with the buyer, since parts of it may never have been written over the identity; nothing of
    it is delivered to the address any more.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see IDENTITY.
    """
    before = await tx.lock(IDENTITIES, identity_id)
    separate = IDENTITY.apply(before, IdentityAction.UNLINK, tx)
    separate = replace(separate, buyer_id=before.customer_id, updated_at=tx.now)
    event = IdentityUnlinked(
        **identity_fields(tx, separate), previous_buyer_id=before.buyer_id, reason_hash=digest(reason)
    )
    saved = await tx.save(IDENTITIES, separate, event)
    await _move_conversations(tx, saved, before.buyer_id, LOCK_UNMIXED_OF_IDENTITY)
    return saved


async def set_opted_out(tx: Transaction[Settings], identity_id: str, *, opted_out: bool) -> None:
    """Store that the person asks for no more messages, or for messages again; the same again changes nothing.

    Raises:
        NotFound: see `Transaction.lock`.
    """
    before = await tx.lock(IDENTITIES, identity_id)
    if (before.opted_out_at is not None) == opted_out:
        return
    action = IdentityAction.OPT_OUT if opted_out else IdentityAction.OPT_IN
    changed = replace(IDENTITY.apply(before, action, tx), opted_out_at=tx.now if opted_out else None, updated_at=tx.now)
    event = IdentityOptedOut if opted_out else IdentityOptedIn
    await tx.save(IDENTITIES, changed, event(**identity_fields(tx, changed)))


async def _move_conversations(
    tx: Transaction[Settings], identity: Identity, previous_buyer_id: str, query: Query[Conversation]
) -> None:
    found = await tx.all(query, identity_id=identity.id, buyer_id=previous_buyer_id, rows=MOST_MOVED)
    for before in found:
        moved = replace(before, buyer_id=identity.buyer_id, updated_at=tx.now)
        event = ConversationCustomerChanged(
            **conversation_fields(tx, moved), previous_buyer_id=before.buyer_id, identity_id=identity.id
        )
        await effects.customer_changed(tx, await tx.save(CONVERSATIONS, moved, event))
