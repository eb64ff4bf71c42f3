"""One-time codes: asked for by a buyer, sent by a worker, and given back by the buyer, to whom the address is linked then."""

from dataclasses import dataclass, replace
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound

from cs_svc.commands import identities
from cs_svc.domain.channels import WRITTEN, Channel
from cs_svc.domain.errors import ChannelNotWritten
from cs_svc.domain.identities import canonical
from cs_svc.domain.link_codes import (
    LINK_CODE,
    MOST_AN_HOUR,
    VALID,
    LinkCode,
    LinkCodeAction,
    LinkCodeExpired,
    TooManyLinkCodes,
    hashed,
    is_right,
    new_code,
    text_of,
)
from cs_svc.integrations.channels.port import Outcome, Outgoing, Sent
from cs_svc.settings import Settings
from cs_svc.tables.identities import IDENTITY_AT
from cs_svc.tables.link_codes import (
    ASKED_SINCE,
    LINK_CODES,
    LOCK_ASKING,
    LOCK_LINK_CODE,
    MOVE_LINK_CODE,
    NEXT_LINK_CODE,
)

WORKER = "link-codes"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A code that is about to be sent: the message has it, and nothing else does."""

    link_code: LinkCode
    outgoing: Outgoing


async def ask(tx: Transaction[Settings], *, channel: Channel, address: str) -> LinkCode:
    """Have a code sent to the address; whether anybody writes from it makes no difference.

    Raises:
        ChannelNotWritten: nothing is sent over the channel.
        AddressMalformed: it cannot be an address of the channel.
        TooManyLinkCodes: the buyer, or somebody for this address, has asked for many.
    """
    if channel not in WRITTEN:
        raise ChannelNotWritten(channel=channel)
    spelt, buyer_id = canonical(channel, address), tx.actor.id
    for whose in sorted((f"link-codes of {buyer_id}", f"link-codes to {channel} {spelt}")):
        await tx.lock_all(LOCK_ASKING, whose=whose)
    since = tx.now - timedelta(hours=1)
    [found] = await tx.all(ASKED_SINCE, buyer_id=buyer_id, channel=channel, address=spelt, since=since)
    if found["asked"] >= MOST_AN_HOUR:
        raise TooManyLinkCodes(most=MOST_AN_HOUR)
    new = LinkCode(
        id=tx.new_id("lc"),
        buyer_id=buyer_id,
        channel=channel,
        address=spelt,
        state=LINK_CODE.initial,
        due_at=tx.now,
        expires_at=tx.now + VALID,
        created_at=tx.now,
    )
    await tx.insert(LINK_CODES, new)
    tx.wake(WORKER)
    return new


async def claim(tx: Transaction[Settings]) -> Claimed | None:
    """Make the next code that is to be sent. It counts as sent from now on: after a fault the buyer asks for another one."""
    found = await tx.one(NEXT_LINK_CODE)
    if found is None:
        return None
    code = new_code()
    sent = replace(
        LINK_CODE.apply(found, LinkCodeAction.SEND, tx),
        code_hash=hashed(found.id, code, tx.settings.signing_key),
        due_at=None,
    )
    _store(tx, sent)
    known = await tx.one(IDENTITY_AT, channel=found.channel, address=found.address)
    outgoing = Outgoing(
        delivery_id=found.id,
        conversation_id=found.id,
        address=found.address,
        text=text_of(code),
        subject="验证码 / Code",
        answers=None,
        last_inbound_at=known.last_inbound_at if known else None,
    )
    return Claimed(sent, outgoing)


async def close(tx: Transaction[Settings], link_code: LinkCode, sent: Sent) -> None:
    """Store that the channel did not take the code, where it did not."""
    current = await tx.one(LOCK_LINK_CODE, code_id=link_code.id)
    if (
        sent.outcome is Outcome.SENT
        or current is None
        or (current.state, LinkCodeAction.FAIL) not in LINK_CODE.transitions
    ):
        return
    _store(tx, replace(LINK_CODE.apply(current, LinkCodeAction.FAIL, tx), why=sent.why))


async def confirm(tx: Transaction[Settings], code_id: str, *, code: str) -> LinkCode:
    """Link the address to the buyer who gives the code. A wrong one is counted: the code is blocked after the last attempt.

    Raises:
        NotFound: the buyer has asked for no such code.
        LinkCodeExpired: its time has passed.
        IllegalTransition: it was used or blocked, or is not sent; or the address is linked already.
    """
    found = await tx.one(LOCK_LINK_CODE, code_id=code_id)
    if found is None or found.buyer_id != tx.actor.id:
        raise NotFound(what=LINK_CODES.name)
    tx.check_condition()
    used = LINK_CODE.apply(found, LinkCodeAction.CONFIRM, tx)
    if tx.now >= found.expires_at:
        raise LinkCodeExpired
    if not is_right(found, code, tx.settings.signing_key):
        left = found.attempts_left - 1
        action = LinkCodeAction.TRY if left else LinkCodeAction.BLOCK
        used = replace(LINK_CODE.apply(found, action, tx), attempts_left=left, why="wrong_code")
    else:
        await identities.prove(tx, channel=found.channel, address=found.address)
        used = replace(used, why=None)
    _store(tx, used)
    return used


def _store(tx: Transaction[Settings], moved: LinkCode) -> None:
    tx.change(
        LINK_CODES.name,
        MOVE_LINK_CODE,
        code_id=moved.id,
        new_state=moved.state,
        new_code_hash=moved.code_hash,
        new_attempts_left=moved.attempts_left,
        new_why=moved.why,
        new_due_at=moved.due_at,
    )
