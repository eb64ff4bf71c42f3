"""Connections that follow growing lists get each row once, in order, however their reads and the commits interleave."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aftercare_chassis.http import fan_out
from aftercare_chassis.http.fan_out import FanOut, Subscription
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.testing import until
from hypothesis import given, settings
from hypothesis import strategies as st

READER, OUTSIDER = Actor("reader-1", "reader"), Actor("outsider-1", "outsider")


@dataclass(frozen=True)
class Line:
    place: str


@dataclass(frozen=True)
class Lines:
    rows: Sequence[Line]

    def seen_by(self, actor: Actor) -> Sequence[Line] | None:
        return None if actor == OUTSIDER else self.rows


@dataclass
class Process:
    """A runtime without a database: `lists` are what is committed, `reads` how many lists each read was of."""

    lists: dict[str, list[Line]] = field(default_factory=dict)
    listeners: dict[str, Any] = field(default_factory=dict)
    reads: list[int] = field(default_factory=list)
    failures: int = 0

    def leaving(self) -> bool:
        return False

    @asynccontextmanager
    async def reader(self) -> AsyncIterator["Process"]:
        await asyncio.sleep(0)
        yield self

    def add(self, key: str, *, notify: bool = True) -> None:
        rows = self.lists.setdefault(key, [])
        rows.append(Line(f"{len(rows) + 1:04d}"))
        if notify:
            self.listeners["list"](key)

    async def read(self, _: Any, places: Mapping[str, str]) -> dict[str, Lines]:
        if self.failures:
            self.failures -= 1
            raise TimeoutError
        self.reads.append(len(places))
        found = {key: [each for each in self.lists.get(key, []) if each.place > place] for key, place in places.items()}
        await asyncio.sleep(0)  # what was read is older than what is committed meanwhile
        return {key: Lines(rows[: fan_out.PAGE]) for key, rows in found.items() if rows}


@dataclass
class Follower:
    """What one connection was given; None: it may see the list no longer."""

    actor: Actor = READER
    given: list[str | None] = field(default_factory=list)

    def take(self, _: str, rows: Sequence[Line] | None) -> None:
        self.given += [None] if rows is None else [each.place for each in rows]

    def of(self, key: str, place: str = "") -> Subscription[Line]:
        return Subscription(key, place, self.actor, self.take)

    async def has(self, *places: str | None) -> None:
        async def found() -> bool:
            return self.given == list(places)

        await until(found, f"given {places}")


async def at_once() -> None:
    await asyncio.sleep(0)


@given(steps=st.lists(st.sampled_from(["add", "follow", "wait"]), max_size=30))
@settings(max_examples=60, deadline=None)
def test_each_follower_gets_each_row_once(steps: list[str]) -> None:
    async def run() -> None:
        process, followers, following = Process(), [], []
        lists = FanOut[Line](process, "list", process.read)  # type: ignore[arg-type]
        for step in steps:
            if step == "add":
                process.add("a")
            elif step == "wait":
                await asyncio.sleep(0)
            else:
                followers.append(Follower())
                following.append(asyncio.create_task(lists.follow([followers[-1].of("a")], at_once)))
        await asyncio.gather(*following)
        for each in followers:
            await each.has(*(row.place for row in process.lists.get("a", [])))

    asyncio.run(run())


async def test_a_follower_resumes_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fan_out, "PAGE", 3)
    process, follower, paces = Process(), Follower(), 0
    lists = FanOut[Line](process, "list", process.read)  # type: ignore[arg-type]
    for _ in range(9):
        process.add("a")

    async def pace() -> None:
        nonlocal paces
        paces += 1

    await lists.follow([follower.of("a", "0002")], pace)
    assert (follower.given, paces) == ([f"{each:04d}" for each in range(3, 10)], 3)


async def test_one_read_serves_all_followers_of_all_lists() -> None:
    process, followers = Process(), [Follower() for _ in range(20)]
    lists = FanOut[Line](process, "list", process.read)  # type: ignore[arg-type]
    for number, each in enumerate(followers):
        await lists.follow([each.of(str(number % 5))], at_once)
    process.reads.clear()
    for number in range(5):
        process.add(str(number))
    for each in followers:
        await each.has("0001")
    assert process.reads == [5]


async def test_a_lost_notification_and_a_failed_read_are_made_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fan_out, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr(fan_out, "RETRY_SECONDS", 0.01)
    process, follower = Process(), Follower()
    lists = FanOut[Line](process, "list", process.read)  # type: ignore[arg-type]
    await lists.follow([follower.of("a")], at_once)
    process.failures = 2
    process.add("a", notify=False)
    await follower.has("0001")


async def test_who_may_see_a_list_no_longer_is_given_nothing_of_it() -> None:
    process, follower, outsider = Process(), Follower(), Follower(OUTSIDER)
    lists = FanOut[Line](process, "list", process.read)  # type: ignore[arg-type]
    subscribed = follower.of("a")
    await lists.follow([subscribed, outsider.of("a")], at_once)
    for _ in range(3):
        process.add("a")
    await follower.has("0001", "0002", "0003")
    assert outsider.given == [None]
    lists.leave(subscribed)
    process.add("a")
    await asyncio.sleep(0)
    assert follower.given == ["0001", "0002", "0003"]
