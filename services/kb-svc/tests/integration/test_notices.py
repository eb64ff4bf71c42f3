"""Public notice: a version is announced for days before it takes effect, and may be withdrawn until then."""

from datetime import timedelta

import pytest
from aftercare_chassis.testing import Harness
from version_desk import TEXT, Desk


@pytest.fixture
async def desk(empty_kb: Harness) -> Desk:
    """An article with a notice period of seven days, the first version of which is in force."""
    desk = Desk(empty_kb)
    made = await desk.agent.post("/v1/articles", json=TEXT)
    desk.path = f"/v1/articles/{made.json()['id']}"
    await desk.agent.post(f"{desk.path}/publish")
    assert (await desk.agent.patch(desk.path, json={"notice_days": 7})).status_code == 200
    return desk


async def test_a_version_is_announced_for_the_days_of_its_article(desk: Desk) -> None:
    announced = await desk.publish("Within fifteen days.")
    assert (announced["version_state"], announced["effective_from"][:10]) == (
        "scheduled",
        (desk.start + timedelta(days=7)).date().isoformat(),
    )
    [notice] = (await desk.buyer.get("/v1/notices", params={"kind": "policy"})).json()["data"]
    assert (notice["version"], notice["in_force"], notice["notice_days"]) == (2, 1, 7)
    assert (await desk.buyer.get("/v1/notices", params={"kind": "article"})).json()["data"] == []
    difference = await desk.buyer.get(f"{desk.path}/versions/1/diff/2")
    assert [each["change"] for each in difference.json()["data"]] == ["changed"]
    desk.kb.clock.advance(hours=7 * 24)
    await desk.kb.run_due()
    assert await desk.shown() == "Within fifteen days."
    assert (await desk.kb.client("buyer", "b-1").get("/v1/notices")).json()["data"] == []


async def test_a_shorter_notice_is_refused_and_a_longer_one_is_not(desk: Desk) -> None:
    await desk.agent.patch(desk.path, json={"body": "Within fifteen days."})
    early = await desk.agent.post(f"{desk.path}/publish", json={"effective_from": desk.at(7 * 24 - 1)})
    problem = desk.kb.problem(early, 422, "notice_too_short")
    assert problem["notice_days"] == 7
    shortened = await desk.agent.patch(desk.path, json={"notice_days": 6})
    desk.kb.problem(shortened, 409, "notice_shortened")
    late = await desk.agent.post(f"{desk.path}/publish", json={"effective_from": desk.at(8 * 24)})
    assert late.status_code == 200
    for wrong in (-1, 366, "seven"):
        assert (await desk.agent.patch(desk.path, json={"notice_days": wrong})).status_code == 422


async def test_what_is_announced_is_withdrawn_before_it_takes_effect(desk: Desk) -> None:
    await desk.publish("Within fifteen days.")
    assert (await desk.agent.post(f"{desk.path}/versions/2/withdraw")).status_code == 200
    assert (await desk.buyer.get("/v1/notices")).json()["data"] == []
    desk.kb.clock.advance(hours=8 * 24)
    await desk.kb.run_due()
    assert (await desk.kb.client("buyer", "b-1").get(desk.path)).json()["body"] == TEXT["body"]
