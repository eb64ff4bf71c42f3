"""Messages of conversations that become one, or two: none is lost, doubled or out of order, and what is read stays read."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from cs_svc.domain.conversations import AuthorRole
from cs_svc.domain.merging import Placed, PlaceUnknown, check_split, interleaved, owed_since, place, read_up_to
from hypothesis import given
from hypothesis import strategies as st

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
PEOPLE = st.sampled_from([AuthorRole.BUYER, AuthorRole.SELLER, AuthorRole.AGENT, AuthorRole.SYSTEM])
# Minutes, in any order: clocks of two processes differ, and places are what counts within a conversation.
WRITTEN = st.lists(st.tuples(PEOPLE, st.integers(0, 20)), max_size=12)


def conversation(name: str, written: list[tuple[AuthorRole, int]]) -> list[Placed]:
    return [
        Placed(
            id=f"{name}-{number}",
            conversation_id=name,
            place=place(number),
            author_role=role,
            sent_at=BEGIN + timedelta(minutes=minute),
        )
        for number, (role, minute) in enumerate(written, 1)
    ]


@given(WRITTEN, WRITTEN)
def test_none_is_lost_doubled_or_out_of_order(
    first: list[tuple[AuthorRole, int]], second: list[tuple[AuthorRole, int]]
) -> None:
    target, source = conversation("target", first), conversation("source", second)
    ordered = interleaved(target, source)
    assert sorted(each.id for each in ordered) == sorted(each.id for each in [*target, *source])
    for whose in (target, source):
        assert [each for each in ordered if each in whose] == whose, "each keeps its own order"
    if all(a.sent_at <= b.sent_at for whose in (target, source) for a, b in pairwise(whose)):
        assert ordered == sorted(ordered, key=lambda each: each.sent_at), "by time, where no clock went back"


@given(WRITTEN, WRITTEN, st.integers(0, 12), st.integers(0, 12))
def test_nothing_unread_becomes_read(
    first: list[tuple[AuthorRole, int]], second: list[tuple[AuthorRole, int]], of_target: int, of_source: int
) -> None:
    ordered = interleaved(conversation("target", first), conversation("source", second))
    read = {"target": place(of_target), "source": place(of_source)}
    number = read_up_to(ordered, read)
    assert all(each.place <= read[each.conversation_id] for each in ordered[:number])
    assert number == len(ordered) or ordered[number].place > read[ordered[number].conversation_id]


@given(WRITTEN, st.integers(0, 13))
def test_a_split_leaves_each_message_in_one_of_the_two(written: list[tuple[AuthorRole, int]], at: int) -> None:
    messages = conversation("whole", written)
    if not 1 < at <= len(messages):
        with pytest.raises(PlaceUnknown):
            check_split(messages, place(at))
        return
    stay, go = check_split(messages, place(at))
    assert [*stay, *go] == messages
    assert go[0].place == place(at)


def test_what_is_owed_is_the_oldest_message_without_an_answer() -> None:
    buyer, agent, system = AuthorRole.BUYER, AuthorRole.AGENT, AuthorRole.SYSTEM
    for written, expected in (
        ([], None),
        ([(buyer, 1), (buyer, 2)], 1),
        ([(buyer, 1), (agent, 2)], None),
        ([(buyer, 1), (agent, 2), (system, 3), (buyer, 4), (system, 5)], 4),
    ):
        since = None if expected is None else BEGIN + timedelta(minutes=expected)
        assert owed_since(conversation("whole", written)) == since
