"""Random histories of versions in time: what is read at any time is what was published and withdrawn, and the events say the same."""

from random import Random
from typing import Any

import httpx
import pytest
from aftercare_chassis.testing import Harness
from aftercare_events import (
    ArticlePublished,
    ArticleVersionExpired,
    ArticleVersionTookEffect,
    ArticleVersionWithdrawn,
)
from version_desk import Desk


@pytest.fixture
def desk(empty_kb: Harness) -> Desk:
    return Desk(empty_kb)


Plan = tuple[int, float, float | None]


def oracle(published: list[Plan], withdrawn: dict[int, float], retired: float | None, at: float) -> int | None:
    """The version in force at a time, by what was published and withdrawn alone."""
    begun = [each for each in published if each[1] <= at and withdrawn.get(each[0], each[1]) >= each[1]]
    if not begun or (retired is not None and at >= retired):
        return None
    number, _, until = max(begun, key=lambda each: (each[1], each[0]))
    return None if until is not None and at >= until else number


@pytest.mark.parametrize("seed", range(4))
async def test_any_history_reads_as_what_was_published_and_withdrawn(desk: Desk, seed: int) -> None:
    random, now = Random(seed), 0.0
    published: list[Plan] = []
    withdrawn: dict[int, float] = {}
    retired: float | None = None
    for step in range(28):
        move = random.choice(["publish", "publish", "wait", "wait", "timer", "withdraw"]) if published else "publish"
        if move == "publish":
            begin = random.choice([None, now + random.choice([1, 2, 5])])
            until = random.choice([None, None, (begin or now) + random.choice([1, 3])])
            made = await desk.publish(f"text {len(published) + 1}", hours=begin, until=until)
            published.append((made["version"], now if begin is None else begin, until))
        elif move == "wait":
            now += (hours := random.choice([0.5, 1, 2]))
            desk.kb.clock.advance(hours=hours)
        elif move == "timer":
            await desk.kb.run_due()
        else:
            number, begin, _ = random.choice(published)
            response = await desk.agent.post(f"{desk.path}/versions/{number}/withdraw")
            could = begin > now and number not in withdrawn
            assert response.status_code == (200 if could else 409), (step, response.text)
            withdrawn |= {number: now} if could else {}
    await desk.kb.run_due()
    current = await state_of(desk.agent, desk.path)
    expected = oracle(published, withdrawn, retired, now)
    assert (current["version"] if current["state"] == "published" else None) == expected
    assert await desk.found("text") == ([] if expected is None else [expected])
    retired = now
    assert (await desk.agent.post(f"{desk.path}/retire")).status_code == 200
    for half_hours in range(-1, int(now * 2) + 12):
        text = await desk.shown(half_hours / 2)
        number = oracle(published, withdrawn, retired, half_hours / 2)
        assert text == (None if number is None else f"text {number}"), (half_hours, published, withdrawn)
    assert await states_by_events(desk) == await desk.states()


async def state_of(client: httpx.AsyncClient, path: str) -> dict[str, Any]:
    body: dict[str, Any] = (await client.get(path)).json()
    return body


async def states_by_events(desk: Desk) -> list[str]:
    """The states of the versions by the events alone."""
    states: dict[int, str] = {}
    for event in await desk.kb.published():
        if isinstance(event, ArticlePublished):
            if event.result == "published":
                states = {number: "superseded" if each == "in_force" else each for number, each in states.items()}
            states[event.article_version] = "in_force" if event.result == "published" else event.result
        elif isinstance(event, ArticleVersionTookEffect):
            if event.replaces is not None:
                assert states[event.replaces] == "in_force"
                states[event.replaces] = "superseded"
            states[event.article_version] = "in_force"
        elif isinstance(event, ArticleVersionExpired):
            assert states[event.article_version] == "in_force"
            states[event.article_version] = "expired"
        elif isinstance(event, ArticleVersionWithdrawn):
            states[event.article_version] = "withdrawn"
    ended = {"in_force": "withdrawn", "scheduled": "withdrawn"}
    return [ended.get(states[number], states[number]) for number in sorted(states)]
