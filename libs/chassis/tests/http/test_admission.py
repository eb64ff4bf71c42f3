"""Which requests run, which wait and which are refused, by their priority and by who sends them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from aftercare_chassis.http.admission import LONGEST_QUEUE, STANDING_QUEUE, Admission, Place, Priority
from aftercare_chassis.http.errors import Overloaded, ShareUsedUp
from aftercare_chassis.http.metrics import AdmissionMetrics
from aftercare_chassis.refusals import Refusal
from prometheus_client import CollectorRegistry

LIMIT = 2


class Clock:
    """The time of the event loop, which a test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: self.now, raising=False)


class Requests:
    """Requests that wait, and in which order they had their turns."""

    def __init__(self) -> None:
        self.metrics = CollectorRegistry()
        self.admission = Admission(LIMIT, 1.0, AdmissionMetrics(self.metrics))
        self.turns: list[str] = []
        self.refused: dict[str, Refusal] = {}

    async def fill(self) -> None:
        assert [self.admission.enter() for _ in range(LIMIT)] == [True] * LIMIT

    async def send(self, name: str, caller: str = "m-1", priority: Priority = Priority.READ) -> "asyncio.Task[None]":
        task = asyncio.create_task(self._run(name, caller, priority))
        for _ in range(2):  # it waits; another one that has to give way ends
            await asyncio.sleep(0)
        return task

    async def _run(self, name: str, caller: str, priority: Priority) -> None:
        try:
            await self.admission.wait(priority, caller)
        except Refusal as refusal:
            self.refused[name] = refusal
        else:
            self.turns.append(name)

    async def end_one(self) -> None:
        """A request ends; the next one begins."""
        self.admission.leave()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    def value(self, name: str, **labels: str) -> float:
        return self.metrics.get_sample_value(name, labels) or 0.0


@pytest.fixture
async def requests() -> Requests:
    return Requests()


@pytest.fixture
async def clock(requests: Requests) -> AsyncIterator[Clock]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield Clock(monkeypatch)


async def test_requests_run_at_once_up_to_the_limit(requests: Requests) -> None:
    await requests.fill()
    assert not requests.admission.enter()
    requests.admission.leave()
    assert requests.admission.enter()


async def test_nobody_overtakes_those_who_wait(requests: Requests) -> None:
    await requests.fill()
    await requests.send("first")
    requests.admission.leave()
    assert (requests.admission.running, requests.admission.enter()) == (LIMIT, False)


async def test_a_caller_with_many_requests_has_no_more_turns_than_others(requests: Requests) -> None:
    await requests.fill()
    for number in range(20):
        await requests.send(f"flood-{number}", "m-1")
    await requests.send("one", "m-2")
    await requests.send("two", "m-2")
    for _ in range(5):
        await requests.end_one()
    assert requests.turns == ["flood-0", "one", "flood-1", "two", "flood-2"]


async def test_kinds_have_turns_by_their_priority_and_none_has_none(requests: Requests) -> None:
    await requests.fill()
    for priority in Priority:
        for number in range(20):
            await requests.send(f"{priority.name} {number}", priority=priority)
    for _ in range(sum(Priority)):
        await requests.end_one()
    assert Counter(name.split()[0] for name in requests.turns) == {each.name: each.value for each in Priority}


async def test_turns_that_were_not_used_are_not_made_up_for(requests: Requests) -> None:
    await requests.fill()
    for number in range(30):
        await requests.send(f"READ {number}")
    for _ in range(20):
        await requests.end_one()
    for number in range(10):
        await requests.send(f"COMMAND {number}", priority=Priority.COMMAND)
    for _ in range(10):
        await requests.end_one()
    assert Counter(name.split()[0] for name in requests.turns[20:]) == {"COMMAND": 7, "READ": 3}


async def test_a_burst_waits_and_is_served(requests: Requests) -> None:
    await requests.fill()
    for number in range(LONGEST_QUEUE * LIMIT):
        await requests.send(str(number))
    assert not requests.refused
    for _ in range(LONGEST_QUEUE * LIMIT):
        await requests.end_one()
    assert (len(requests.turns), requests.admission.waiting, requests.admission.running) == (100, 0, LIMIT)


async def test_what_finds_no_room_is_refused_at_once(requests: Requests) -> None:
    await requests.fill()
    for number in range(LONGEST_QUEUE * LIMIT):
        await requests.send(str(number))
    refusal = requests.admission.refusal(Priority.READ, "m-1")
    await requests.send("late")
    assert isinstance(refusal, Overloaded)
    assert list(requests.refused) == ["late"]
    assert requests.value("aftercare_http_shed_total", priority="read", code="overloaded") == 2


async def test_the_newest_of_a_flood_gives_way_to_others(requests: Requests) -> None:
    await requests.fill()
    for number in range(LONGEST_QUEUE * LIMIT - 1):
        await requests.send(str(number), "m-1")
    await requests.send("other", "m-2")
    assert requests.admission.refusal(Priority.READ, "m-2") is None
    assert isinstance(requests.admission.refusal(Priority.READ, "m-1"), ShareUsedUp)
    await requests.send("another", "m-2")
    assert {name: type(each) for name, each in requests.refused.items()} == {"98": ShareUsedUp}


async def test_reads_give_way_to_commands_but_not_all_of_them(requests: Requests) -> None:
    await requests.fill()
    for number in range(LONGEST_QUEUE * LIMIT):
        await requests.send(f"read-{number}")
    for number in range(LONGEST_QUEUE * LIMIT):
        assert (requests.admission.refusal(Priority.COMMAND, "m-1") is None) == (number < 67)
        await requests.send(f"command-{number}", priority=Priority.COMMAND)
    refused = Counter(name.split("-")[0] for name in requests.refused)
    assert refused == {"read": 67, "command": 33}


async def test_a_queue_that_is_not_emptied_is_kept_short(requests: Requests, clock: Clock) -> None:
    await requests.fill()
    for number in range(LONGEST_QUEUE * LIMIT):
        await requests.send(str(number))
    clock.now += 0.9
    await requests.end_one()
    assert not requests.refused
    clock.now += 0.2
    await requests.end_one()
    assert (len(requests.refused), requests.admission.waiting) == (98 + 1, 0)


async def test_few_wait_where_the_queue_is_not_emptied(requests: Requests, clock: Clock) -> None:
    await requests.fill()
    await requests.send("first", "m-1")
    clock.now += 0.6
    await requests.send("second", "m-1")
    clock.now += 0.6
    for number in range(STANDING_QUEUE * LIMIT):
        await requests.send(str(number), "m-1")
    assert len(requests.refused) == 2
    assert requests.admission.waiting == STANDING_QUEUE * LIMIT


async def test_those_that_wait_are_refused_though_none_ends(requests: Requests) -> None:
    requests.admission = Admission(LIMIT, 0.01, AdmissionMetrics(CollectorRegistry()))
    await requests.fill()
    task = await requests.send("stuck")
    async with asyncio.timeout(30):
        await task
    assert list(requests.refused) == ["stuck"]


async def test_a_request_that_is_cancelled_while_it_waits_has_no_turn(requests: Requests) -> None:
    await requests.fill()
    first, _ = await requests.send("first"), await requests.send("second")
    first.cancel()
    await asyncio.sleep(0)
    assert requests.admission.waiting == 1
    await requests.end_one()
    assert requests.turns == ["second"]


async def test_a_request_that_is_cancelled_as_its_turn_comes_passes_it_on(requests: Requests) -> None:
    await requests.fill()
    first, _ = await requests.send("first"), await requests.send("second")
    requests.admission.leave()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await asyncio.sleep(0)
    assert (requests.turns, requests.admission.running) == (["second"], LIMIT)


async def test_a_request_that_is_cancelled_before_its_turn_comes_takes_no_place(requests: Requests) -> None:
    await requests.fill()
    first, _ = await requests.send("first"), await requests.send("second")
    first.cancel()
    requests.admission.leave()  # before the task of the first one runs again
    await asyncio.gather(first, return_exceptions=True)
    assert first.cancelled()
    assert (requests.turns, requests.admission.running, requests.admission.waiting) == (["second"], LIMIT, 0)


async def test_a_request_that_is_cancelled_before_it_gives_way_is_only_cancelled(
    requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aftercare_chassis.http.admission.LONGEST_QUEUE", 1)
    await requests.fill()
    first = [await requests.send(f"first-{number}", "m-1") for number in range(LIMIT)]

    async def cancel_and_send() -> None:
        first[-1].cancel()
        await requests.admission.wait(Priority.READ, "m-2")
        requests.turns.append("other")

    other = asyncio.create_task(cancel_and_send())
    await asyncio.gather(first[-1], return_exceptions=True)
    assert first[-1].cancelled()
    assert not other.done()
    await requests.end_one()
    await requests.end_one()
    assert (requests.turns, requests.admission.running, requests.admission.waiting) == (["first-0", "other"], LIMIT, 0)


async def test_a_place_is_left_once_and_can_be_taken_again(requests: Requests) -> None:
    assert requests.admission.enter()
    place = Place(requests.admission)
    place.leave()
    place.leave()
    assert requests.admission.running == 0
    place.take_again()
    assert requests.value("aftercare_http_running") == 1
    place.leave()
    assert requests.admission.running == 0
