"""Conversations that become one, or two. No message is lost, doubled or out of order, and each keeps its id, time and origin.

Both conversations are locked in the order of their ids, then what belongs to them as by those who write in one of them, so that no two commands wait
for each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aftercare_chassis.database.notifications import keyed
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import NotFound
from aftercare_events import ConversationMerged, ConversationMergedInto, ConversationOpened, ConversationSplit

from cs_svc.commands import effects, order_references, read_marks
from cs_svc.commands.record import conversation_fields
from cs_svc.domain import merging as domain
from cs_svc.domain.conversations import CONVERSATION, Conversation, ConversationAction, ServedBy
from cs_svc.domain.live import LIVE
from cs_svc.domain.merging import MOST_MOVED, ConversationUnknown, Placed, TooManyMessages, place
from cs_svc.domain.read_marks import ReadMark
from cs_svc.settings import Settings
from cs_svc.tables import moved_messages as tables
from cs_svc.tables.attachments import MOVE_OF_MESSAGES, MOVE_OTHERS
from cs_svc.tables.conversations import CONVERSATIONS, LOCK_CONVERSATIONS
from cs_svc.tables.read_marks import MARKS_OF_CONVERSATION


async def merge(tx: Transaction[Settings], conversation_id: str, *, into_id: str) -> Conversation:
    """Let the messages of a conversation be in another one of the same customer, which goes on with all of them; it cannot be undone.

    Raises:
        NotFound: there is no such conversation.
        ConversationUnknown: there is none with the id `into_id`.
        Stale: the request's If-Match names another version.
        ConversationsDiffer, TooManyMessages: see there.
        ConversationGone: one of them was merged before.
        IllegalTransition, ActionNotAllowed: see CONVERSATION.
    """
    source, target = await _lock_both(tx, conversation_id, into_id)
    domain.check_alike(target, source)
    gone = domain.merged_away(source, target.id, tx)
    stay = await tx.all(tables.PLACED, conversation_id=target.id, rows=MOST_MOVED + 1)
    come = await tx.all(tables.MOVABLE, source_id=source.id, target_id=target.id, rows=MOST_MOVED + 1)
    if len(stay) + len(come) > MOST_MOVED:
        raise TooManyMessages(most=MOST_MOVED)
    ordered = domain.interleaved(stay, come)
    merged = domain.absorb(target, source, len(ordered), tx)
    closed = await tx.save(CONVERSATIONS, gone, ConversationMerged(**conversation_fields(tx, gone), into_id=target.id))
    event = ConversationMergedInto(**conversation_fields(tx, merged), from_id=source.id, messages=len(ordered))
    saved = await tx.save(CONVERSATIONS, merged, event)
    marks = [*await _marks(tx, target.id), *await _marks(tx, source.id)]
    await _move(tx, target.id, ordered, merged.places_skipped)
    await tx.execute(tables.MOVE_NOTES, from_id=source.id, to_id=target.id)
    await tx.execute(MOVE_OTHERS, from_id=source.id, to_id=target.id)
    _mark(tx, target.id, marks, ordered, merged.places_skipped)
    await effects.conversation_merged(tx, closed, saved)
    _wake(tx, source.id, target.id)
    return saved


async def split(
    tx: Transaction[Settings], conversation_id: str, *, from_place: str, order_id: str | None, case_id: str | None
) -> Conversation:
    """Let the messages from this place on be in a new conversation of the same customer, about another order or case where one is named.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        PlaceUnknown, TooManyMessages: see there.
        CaseUnknown, OrderUnknown, CaseOfOtherOrder: see `order_references.resolve`; they are the customer's.
        IllegalTransition, ActionNotAllowed: see CONVERSATION.
    """
    before = await tx.lock(CONVERSATIONS, conversation_id)
    shortened = CONVERSATION.apply(before, ConversationAction.SPLIT, tx)
    found = await tx.all(tables.PLACED, conversation_id=before.id, rows=before.message_count)
    stay, go = domain.check_split(found, from_place)
    left = replace(
        shortened, message_count=len(stay), places_skipped=before.places_skipped + before.message_count - len(stay)
    )
    left = domain.with_owed(left, domain.owed_since(stay), tx)
    new = await _new(tx, before, go, order_id, case_id)
    event = ConversationSplit(**conversation_fields(tx, left), new_id=new.id, messages=len(go))
    saved = await tx.save(CONVERSATIONS, left, event)
    opened = ConversationOpened(**conversation_fields(tx, new), channel=new.channel, split_from_id=before.id)
    made = await tx.create(CONVERSATIONS, new, opened)
    marks = await _marks(tx, before.id)
    await _move(tx, made.id, go, 0)
    _mark(tx, made.id, marks, go, 0)
    await effects.conversation_split(tx, saved, made)
    _wake(tx, before.id, made.id)
    return made


async def _lock_both(tx: Transaction[Settings], source_id: str, target_id: str) -> tuple[Conversation, Conversation]:
    locked = {each.id: each for each in await tx.lock_all(LOCK_CONVERSATIONS, ids=[source_id, target_id])}
    if source_id not in locked:
        raise NotFound(what=CONVERSATIONS.name)
    tx.check_condition(locked[source_id].version)
    if target_id not in locked:
        raise ConversationUnknown(pointer="/into_id")
    return locked[source_id], locked[target_id]


async def _new(
    tx: Transaction[Settings], before: Conversation, go: Sequence[Placed], order_id: str | None, case_id: str | None
) -> Conversation:
    """The new conversation with these messages, about what is named, else about what it was about before."""
    named = tx.as_system()
    named.actor = Actor(before.buyer_id, "buyer")  # what a customer sees is theirs
    about = await order_references.resolve(named, order_id, case_id)
    same_merchant = about is None or about.merchant_id == before.merchant_id
    new = replace(
        before,
        id=tx.new_id("conv"),
        version=0,
        message_count=len(go),
        places_skipped=0,
        order_id=before.order_id if about is None else about.order_id,
        case_id=before.case_id if about is None else about.case_id,
        merchant_id=before.merchant_id if about is None else about.merchant_id,
        tags=[],
        bot_in_charge=False,
        snoozed_until=None,
        merchant_sees_from=domain.shown_from(before, go) if same_merchant else None,
        served_by=before.served_by if same_merchant else ServedBy.PLATFORM,
        created_at=tx.now,
        updated_at=tx.now,
    )
    return domain.with_owed(CONVERSATION.start(new, tx), domain.owed_since(go), tx)


async def _move(tx: Transaction[Settings], to_id: str, ordered: Sequence[Placed], skipped: int) -> None:
    """Let the messages be in this conversation, in this order, at the places after those that it skips."""
    ids = [each.id for each in ordered]
    places = [place(skipped + number) for number in range(1, len(ids) + 1)]
    await tx.execute(tables.MOVE_MESSAGES, to_id=to_id, ids=ids, places=places)
    await tx.execute(tables.MOVE_DELIVERIES, to_id=to_id, ids=ids)
    await tx.execute(MOVE_OF_MESSAGES, to_id=to_id, ids=ids)


async def _marks(tx: Transaction[Settings], conversation_id: str) -> list[ReadMark]:
    return await tx.all(MARKS_OF_CONVERSATION, conversation_id=conversation_id)


def _mark(
    tx: Transaction[Settings], conversation_id: str, marks: Sequence[ReadMark], ordered: Sequence[Placed], skipped: int
) -> None:
    """Let each reader have read in the moved messages up to the first one that they had not read."""
    readers: dict[tuple[str, str], list[ReadMark]] = {}
    for each in marks:
        readers.setdefault((each.reader_role, each.reader_id), []).append(each)
    for of_reader in readers.values():
        read = domain.read_up_to(ordered, _places(of_reader, "read_place"))
        delivered = domain.read_up_to(ordered, _places(of_reader, "delivered_place"))
        moved = replace(
            of_reader[0],
            conversation_id=conversation_id,
            read_place=place(skipped + read),
            delivered_place=place(skipped + delivered),
            updated_at=tx.now,
        )
        read_marks.put(tx, moved)


def _places(marks: Sequence[ReadMark], name: str) -> Mapping[str, str]:
    return {each.conversation_id: getattr(each, name) for each in marks}


def _wake(tx: Transaction[Settings], *conversation_ids: str) -> None:
    for each in conversation_ids:
        tx.wake(keyed(LIVE, each))
