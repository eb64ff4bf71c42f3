"""Conversations that become one, or two: in which order their messages are then, and what is owed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import merge as merge_sorted
from itertools import accumulate

from aftercare_chassis.lifecycle import Context
from aftercare_chassis.refusals import Kind, Refusal

from cs_svc.domain.conversations import CONVERSATION, AuthorRole, Conversation, ConversationAction, with_turn

MOST_MOVED = 5_000
"""The most messages that change their conversation or their place in one command."""


class ConversationsDiffer(Refusal):
    """Two conversations cannot become one; `what` is in what they differ: `buyer` or `order`, or `none` where they are the same one."""

    kind, code = Kind.CONFLICT, "conversations_differ"
    zh = "两个会话不能合并（不同之处：{what}）：须为同一顾客、同一订单的两个会话。"
    en = "These conversations cannot become one (they differ in: {what}); both are of one customer and one order."


class ConversationUnknown(Refusal):
    """The conversation into which another one is to be merged does not exist."""

    kind, code = Kind.INVALID, "conversation_unknown"
    zh = "未找到要并入的会话。"
    en = "There is no such conversation to merge into."


class TooManyMessages(Refusal):
    """More messages would be moved than one command moves; `most` is the most."""

    kind, code = Kind.CONFLICT, "too_many_messages"
    zh = "一次最多移动 {most} 条消息。"
    en = "At most {most} messages are moved at once."


class PlaceUnknown(Refusal):
    """A conversation is to be split at a place that has no message, or at its first message."""

    kind, code = Kind.INVALID, "place_unknown"
    zh = "请填写第一条之后的一条消息的位置。"
    en = "Give the place of a message after the first one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A message where it is now."""

    id: str
    conversation_id: str
    place: str
    author_role: AuthorRole
    sent_at: datetime


def place(number: int) -> str:
    """The place with this number."""
    return f"{number:08d}"


def interleaved(target: Sequence[Placed], source: Sequence[Placed]) -> list[Placed]:
    """The messages of both in the order of time. Those of each keep their order, also where clocks of processes differed; at the same
    time those of the target come first."""
    return [each for _, _, _, each in merge_sorted(_timed(target, 0), _timed(source, 1))]


def _timed(messages: Sequence[Placed], which: int) -> Iterable[tuple[datetime, int, int, Placed]]:
    latest = accumulate((each.sent_at for each in messages), max)
    return ((at, which, number, each) for number, (at, each) in enumerate(zip(latest, messages, strict=True)))


def read_up_to(ordered: Sequence[Placed], read: Mapping[str, str]) -> int:
    """How many of the first messages somebody has read, who had read each conversation up to these places."""
    for number, each in enumerate(ordered):
        if each.place > read.get(each.conversation_id, ""):
            return number
    return len(ordered)


def owed_since(messages: Iterable[Placed]) -> datetime | None:
    """When the oldest message of the buyer was posted that has no answer; None where each has one."""
    since: datetime | None = None
    for each in messages:
        if each.author_role is AuthorRole.BUYER:
            since = since or each.sent_at
        elif each.author_role is not AuthorRole.SYSTEM:
            since = None
    return since


def with_owed(conversation: Conversation, since: datetime | None, context: Context) -> Conversation:
    """The conversation in which an answer to a message of this time is owed; None: no answer is."""
    due = None if since is None else since + timedelta(hours=context.settings.reply_hours)
    return with_turn(CONVERSATION.reschedule(replace(conversation, answer_due_at=due), context))


def check_alike(target: Conversation, source: Conversation) -> None:
    """Check that two conversations may become one. Raises: ConversationsDiffer."""
    if target.id == source.id:
        raise ConversationsDiffer(what="none")
    if target.buyer_id != source.buyer_id:
        raise ConversationsDiffer(what="buyer")
    if None not in (target.order_id, source.order_id) and target.order_id != source.order_id:
        raise ConversationsDiffer(what="order")


def absorb(target: Conversation, source: Conversation, messages: int, context: Context) -> Conversation:
    """The open target with so many messages, those of the source among them: their places follow all that were given before, so that who
    has followed it up to the last one misses none.

    It is about what both were about; the earliest answer that is owed stays owed. It keeps its own address and agent where it has one.
    """
    absorbed = CONVERSATION.apply(target, ConversationAction.ABSORB, context)
    about = source if target.order_id is None else target
    same_case = about is source or source.case_id in (None, target.case_id)
    reached = source if target.identity_id is None else target
    due = [each.answer_due_at for each in (target, source) if each.answer_due_at is not None]
    marked = [each.overdue_at for each in (target, source) if each.overdue_at is not None]
    changed = replace(
        absorbed,
        order_id=about.order_id,
        case_id=about.case_id if same_case else None,
        merchant_id=about.merchant_id,
        channel=reached.channel,
        identity_id=reached.identity_id,
        subject=reached.subject,
        agent_id=target.agent_id or source.agent_id,
        tags=sorted({*target.tags, *source.tags}),
        merchant_sees_from=_seen_after_merge(target, source, messages),
        places_skipped=target.message_count + target.places_skipped,
        message_count=messages,
        answer_due_at=min(due, default=None),
        overdue_at=max(marked, default=None),
        snoozed_until=None if source.answer_due_at else target.snoozed_until,
    )
    return with_turn(CONVERSATION.reschedule(changed, context))


def _seen_after_merge(target: Conversation, source: Conversation, messages: int) -> str | None:
    """From where the merchant's people see the merged conversation: all of it, or what comes from now on where something was hidden from them."""
    if target.merchant_sees_from is None and source.merchant_sees_from is None:
        return None
    return place(target.message_count + target.places_skipped + messages + 1)


def shown_from(before: Conversation, go: Sequence[Placed]) -> str | None:
    """The place of the first message that the merchant's people see of those that go to a conversation of their own, where they saw not all."""
    first = before.merchant_sees_from
    if first is None:
        return None
    return place(1 + sum(each.place < first for each in go))


def merged_away(source: Conversation, target_id: str, context: Context) -> Conversation:
    """The source, which is closed and leads to the target."""
    closed = CONVERSATION.apply(source, ConversationAction.MERGE, context)
    gone = replace(
        closed,
        merged_into=target_id,
        answer_due_at=None,
        snoozed_until=None,
        closed_at=source.closed_at or context.now,
    )
    return with_turn(gone)


def check_split(messages: Sequence[Placed], from_place: str) -> tuple[Sequence[Placed], Sequence[Placed]]:
    """The messages that stay, and those from this place on, which go. Raises: PlaceUnknown, TooManyMessages."""
    at = next((number for number, each in enumerate(messages) if each.place == from_place), 0)
    if at == 0:
        raise PlaceUnknown(pointer="/from_place")
    if len(messages) - at > MOST_MOVED:
        raise TooManyMessages(most=MOST_MOVED)
    return messages[:at], messages[at:]
