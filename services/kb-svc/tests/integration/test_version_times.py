"""Versions with times: scheduled, in force from their time, expired, withdrawn, and what was in force when."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from aftercare_chassis.jobs.deadlines import Deadlines
from aftercare_chassis.testing import Harness
from aftercare_events import (
    ArticlePublished,
    ArticleVersionExpired,
    ArticleVersionTookEffect,
    ArticleVersionWithdrawn,
)
from version_desk import Desk


def instant(body: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(body[name])


@pytest.fixture
def desk(empty_kb: Harness) -> Desk:
    return Desk(empty_kb)


async def test_a_version_takes_effect_at_its_time(desk: Desk) -> None:
    await desk.publish("Within seven days.")
    scheduled = await desk.publish("Within fifteen days.", hours=2)
    assert (scheduled["version"], scheduled["version_state"], scheduled["state"]) == (2, "scheduled", "published")
    assert await desk.shown() == "Within seven days."
    assert (await desk.found("seven"), await desk.found("fifteen")) == ([1], [])
    desk.kb.clock.advance(hours=1)
    await desk.kb.run_due()
    assert await desk.states() == ["in_force", "scheduled"]
    desk.kb.clock.advance(hours=1)
    await desk.kb.run_due()
    assert await desk.shown() == "Within fifteen days."
    assert (await desk.found("seven"), await desk.found("fifteen")) == ([], [2])
    assert await desk.states() == ["superseded", "in_force"]
    [event] = await desk.events(ArticleVersionTookEffect)
    assert (event.article_version, event.replaces, event.handler) == (2, 1, "system")
    assert event.effective_at == desk.start + timedelta(hours=2)


async def test_a_publication_has_its_times_in_its_event(desk: Desk) -> None:
    await desk.publish("Within seven days.", hours=1, until=3)
    [event] = await desk.events(ArticlePublished)
    assert (event.effective_at, event.effective_until, event.result) == (
        desk.start + timedelta(hours=1),
        desk.start + timedelta(hours=3),
        "scheduled",
    )


async def test_a_first_version_that_is_scheduled_is_public_by_its_number(desk: Desk) -> None:
    scheduled = await desk.publish("Within seven days.", hours=2)
    assert (scheduled["state"], scheduled["version"]) == ("draft", 1)
    assert (await desk.buyer.get("/v1/articles")).json()["data"] == []
    assert (await desk.buyer.get(desk.path, params={"version": 1})).json()["body"] == "Within seven days."
    desk.kb.clock.advance(hours=2)
    await desk.kb.run_due()
    assert [each["state"] for each in (await desk.buyer.get("/v1/articles")).json()["data"]] == ["published"]


async def test_a_version_expires_and_none_comes_back(desk: Desk) -> None:
    await desk.publish("Within seven days.")
    await desk.publish("Within fifteen days, this month.", until=5)
    desk.kb.clock.advance(hours=5)
    await desk.kb.run_due()
    assert await desk.states() == ["superseded", "expired"]
    assert await desk.found("days") == []
    article = (await desk.buyer.get(desk.path)).json()
    assert (article["state"], article["version_state"], article["version"]) == ("expired", "expired", 2)
    assert (await desk.shown(0), await desk.shown(4.9), await desk.shown(5)) == (
        "Within fifteen days, this month.",
        "Within fifteen days, this month.",
        None,
    )
    [event] = await desk.events(ArticleVersionExpired)
    assert (event.article_version, event.effective_until) == (2, desk.start + timedelta(hours=5))
    again = await desk.publish("Within seven days, again.")
    assert (again["state"], again["version_state"], await desk.found("again")) == ("published", "in_force", [3])


async def test_what_was_in_force_is_read_by_a_time(desk: Desk) -> None:
    await desk.publish("one")
    desk.kb.clock.advance(hours=1)
    await desk.publish("two")
    await desk.publish("three", hours=3)
    assert [await desk.shown(hours) for hours in (-1, 0, 0.9, 1, 2.9, 3, 100)] == [
        None,
        "one",
        "one",
        "two",
        "two",
        "three",
        "three",
    ]
    both = await desk.buyer.get(desk.path, params={"at": desk.at(1), "version": 1})
    desk.kb.problem(both, 422, "version_or_time")
    for bad in ("yesterday", "2026-03-02T09:00:00", ""):
        assert (await desk.buyer.get(desk.path, params={"at": bad})).status_code == 422


async def test_a_scheduled_version_is_withdrawn(desk: Desk) -> None:
    await desk.publish("one")
    await desk.publish("two", hours=2)
    withdrawn = await desk.agent.post(f"{desk.path}/versions/2/withdraw")
    assert (withdrawn.status_code, withdrawn.json()["version_state"]) == (200, "withdrawn")
    desk.kb.clock.advance(hours=3)
    await desk.kb.run_due()
    assert (await desk.shown(), await desk.shown(3), await desk.states()) == ("one", "one", ["in_force", "withdrawn"])
    [event] = await desk.events(ArticleVersionWithdrawn)
    assert (event.article_version, event.handler) == (2, "agent-1")
    for number in (1, 2):
        again = await desk.agent.post(f"{desk.path}/versions/{number}/withdraw")
        desk.kb.problem(again, 409, "illegal_transition")
    desk.kb.problem(await desk.agent.post(f"{desk.path}/versions/9/withdraw"), 404, "not_found")
    assert (await desk.publish("three"))["version"] == 3, "its number is not used again"


async def test_times_that_are_not_possible_are_refused(desk: Desk) -> None:
    await desk.publish("one")
    await desk.agent.patch(desk.path, json={"body": "two"})
    for times, pointer in (
        ({"effective_from": desk.at(-1)}, "/effective_from"),
        ({"effective_until": desk.at(-1)}, "/effective_until"),
        ({"effective_from": desk.at(2), "effective_until": desk.at(2)}, "/effective_until"),
    ):
        refused = await desk.agent.post(f"{desk.path}/publish", json=times)
        problem = desk.kb.problem(refused, 422, "effective_times_invalid")
        assert [each["pointer"] for each in problem["errors"]] == [pointer]
    naive = await desk.agent.post(f"{desk.path}/publish", json={"effective_from": "2026-03-02T09:00:00"})
    desk.kb.problem(naive, 422, "validation_failed")


async def test_a_late_timer_changes_nothing_of_what_was_in_force(desk: Desk) -> None:
    await desk.publish("one")
    await desk.publish("two", hours=1)
    desk.kb.clock.advance(hours=2)
    await desk.publish("three")  # before the timer has run
    await desk.kb.run_due()
    assert [await desk.shown(hours) for hours in (0.9, 1, 1.9, 2)] == ["one", "two", "two", "three"]
    assert await desk.states() == ["superseded", "superseded", "in_force"]
    assert len(await desk.events(ArticleVersionTookEffect)) == 1


async def test_a_clock_that_is_behind_does_not_publish_before_the_version_in_force(desk: Desk) -> None:
    first = await desk.publish("one")
    desk.kb.clock.advance(seconds=-2)
    second = await desk.publish("two")
    assert second["version_state"] == "in_force"
    assert instant(second, "effective_from") == instant(first, "effective_from")
    desk.kb.clock.advance(seconds=2)
    assert (await desk.shown(), await desk.shown(0)) == ("two", "two")


async def test_many_timers_and_a_publication_at_once_take_effect_once(desk: Desk) -> None:
    await desk.publish("one")
    await desk.publish("two", hours=1)
    await desk.agent.patch(desk.path, json={"body": "three"})
    desk.kb.clock.advance(hours=1)
    timers = [Deadlines(desk.kb.runtime, desk.kb.service.deadlines) for _ in range(4)]
    publication, *_ = await asyncio.gather(desk.agent.post(f"{desk.path}/publish"), *(timer.fire() for timer in timers))
    assert publication.status_code == 200, publication.text
    assert [each.article_version for each in await desk.events(ArticleVersionTookEffect)] == [2]
    assert await desk.states() == ["superseded", "superseded", "in_force"]
    assert [each.sequence for each in await desk.kb.envelopes()] == list(range(1, len(await desk.kb.envelopes()) + 1))


async def test_the_end_of_an_article_ends_its_versions(desk: Desk) -> None:
    await desk.publish("one")
    await desk.publish("two", hours=2)
    desk.kb.clock.advance(hours=1)
    assert (await desk.agent.post(f"{desk.path}/retire")).status_code == 200
    desk.kb.clock.advance(hours=2)
    await desk.kb.run_due()
    assert await desk.states() == ["withdrawn", "withdrawn"]
    assert [await desk.shown(hours) for hours in (0.5, 1, 2.5)] == ["one", None, None]
    assert await desk.events(ArticleVersionTookEffect) == []
