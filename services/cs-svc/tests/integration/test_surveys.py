"""Surveys: one invitation after a conversation or a case, one reminder, an end, and an opt-out that holds for all of them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aftercare_chassis.testing import Harness
from cs_desk import CASE, SCORES, Desk, made
from cs_svc import main

OF_CONVERSATION = {"helpfulness": 5, "attitude": 4, "speed": 2}
ALL_TIME = {"from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}


@pytest.fixture
async def asking(postgres_url: str) -> AsyncIterator[Desk]:
    """An installation with surveys, after the events of buyer-1's order and of an open case about it."""
    async with Harness.start(main.service, postgres_url, survey_conversations=True, survey_cases=True) as harness:
        desk = Desk(harness)
        await desk.order()
        await desk.case()
        yield desk


async def closed(desk: Desk) -> str:
    """A conversation of buyer-1 that agent-1 had and closed."""
    path = f"/v1/conversations/{(await desk.conversation())['id']}"
    assert (await desk.agent.post(f"{path}/assign", json={})).is_success
    assert (await desk.agent.post(f"{path}/close")).is_success
    return path.rpartition("/")[2]


async def after(desk: Desk, hours: float) -> None:
    desk.harness.clock.advance(hours=hours)
    await desk.harness.run_due()


async def surveys(desk: Desk) -> list[dict[str, Any]]:
    """Oldest first."""
    found: list[dict[str, Any]] = (await desk.agent.get("/v1/surveys")).json()["data"]
    return found[::-1]


async def states(desk: Desk) -> list[str]:
    return [each["state"] for each in await surveys(desk)]


async def notices(desk: Desk, conversation_id: str) -> list[str]:
    """What the system wrote in the conversation, as its customer reads it."""
    shown = (await desk.buyer.get(f"/v1/conversations/{conversation_id}", headers={"Accept-Language": "en"})).json()
    return [each["text"] for each in shown["messages"] if each["author_role"] == "system"]


async def test_without_the_setting_nobody_is_asked(prepared: Desk) -> None:
    await closed(prepared)
    await prepared.completed()
    await after(prepared, 24 * 30)
    assert await surveys(prepared) == []


async def test_a_person_is_invited_once_reminded_once_and_the_survey_expires(asking: Desk) -> None:
    conversation = await closed(asking)
    assert (await states(asking), await notices(asking, conversation)) == (["scheduled"], [])
    await after(asking, 1.1)
    assert await states(asking) == ["invited"]
    [invitation] = await notices(asking, conversation)
    assert "please rate" in invitation
    await after(asking, 72.1)
    assert await states(asking) == ["reminded"]
    assert len(await notices(asking, conversation)) == 2
    await after(asking, 24 * 7.1)
    await after(asking, 24 * 30)
    assert await states(asking) == ["expired"]
    assert len(await notices(asking, conversation)) == 2
    assert (await asking.buyer.get(f"/v1/conversations/{conversation}")).json()["state"] == "closed"
    [figures] = (await asking.agent.get("/v1/surveys/figures", params=ALL_TIME)).json()["data"]
    assert (figures["invited"], figures["expired"], figures["response_rate"]) == (1, 1, 0.0)
    for name in ("SurveyScheduled", "SurveyInvited", "SurveyReminded", "SurveyEnded"):
        assert len(await asking.events(name)) == 1, name


async def test_a_rating_answers_the_survey(asking: Desk) -> None:
    conversation = await closed(asking)
    await after(asking, 1.1)
    body = {"conversation_id": conversation, "scores": OF_CONVERSATION}
    rating = made(await asking.buyer.post("/v1/conversation-ratings", json=body))
    await after(asking, 24 * 30)
    [survey] = await surveys(asking)
    assert (survey["state"], survey["rating_id"], survey["reminded_at"]) == ("answered", rating["id"], None)
    assert len(await notices(asking, conversation)) == 1
    [ended] = await asking.events("SurveyEnded")
    assert (ended.result, ended.rating_id, ended.reminded, ended.agent_id) == (
        "answered",
        rating["id"],
        False,
        "agent-1",
    )
    [figures] = (await asking.agent.get("/v1/surveys/figures", params=ALL_TIME)).json()["data"]
    assert (figures["channel"], figures["answered"], figures["response_rate"]) == ("web", 1, 1.0)


async def test_who_has_rated_already_is_not_invited(asking: Desk) -> None:
    body = {"conversation_id": await closed(asking), "scores": OF_CONVERSATION}
    made(await asking.buyer.post("/v1/conversation-ratings", json=body))
    await after(asking, 1.1)
    [survey] = await surveys(asking)
    assert (survey["state"], survey["skipped_because"]) == ("skipped", "rated")


async def test_a_conversation_that_was_opened_again_is_not_asked_about(asking: Desk) -> None:
    conversation = await closed(asking)
    made(await asking.buyer.post(f"/v1/conversations/{conversation}/messages", json={"text": "还有一个问题"}))
    await after(asking, 1.1)
    [survey] = await surveys(asking)
    assert (survey["state"], survey["skipped_because"]) == ("skipped", "reopened")
    assert await notices(asking, conversation) == []


async def test_one_person_is_invited_once_in_fourteen_days(asking: Desk) -> None:
    await closed(asking)
    await closed(asking)
    await after(asking, 1.1)
    assert sorted(await states(asking)) == ["invited", "skipped"]
    assert len(await asking.events("SurveyInvited")) == 1
    await after(asking, 24 * 15)
    await closed(asking)
    await after(asking, 1.1)
    assert len(await asking.events("SurveyInvited")) == 2


async def test_who_asks_for_no_more_is_neither_reminded_nor_invited(asking: Desk) -> None:
    conversation = await closed(asking)
    await after(asking, 1.1)
    preference = (await asking.buyer.post("/v1/survey-preferences", json={"opted_out": True})).json()
    assert (preference["buyer_id"], preference["opted_out"]) == ("buyer-1", True)
    again = (await asking.buyer.post("/v1/survey-preferences", json={"opted_out": True})).json()
    assert again["version"] == preference["version"]
    await after(asking, 24 * 20)
    await closed(asking)
    await after(asking, 1.1)
    first, second = await surveys(asking)
    assert (first["state"], second["state"], second["skipped_because"]) == ("opted_out", "skipped", "opted_out")
    assert len(await notices(asking, conversation)) == 1
    [event] = await asking.events("SurveyPreferenceSet")
    assert (event.buyer_id, event.opted_out, event.handler) == ("buyer-1", True, "buyer-1")
    await asking.buyer.post("/v1/survey-preferences", json={"opted_out": False})
    await closed(asking)
    await after(asking, 1.1)
    assert (await states(asking))[-1] == "invited"


async def test_a_completed_case_is_asked_about_where_it_has_a_conversation(asking: Desk) -> None:
    conversation = (await asking.conversation())["id"]
    await asking.completed()
    await after(asking, 1.1)
    [survey] = await surveys(asking)
    assert (survey["state"], survey["rated_case_id"], survey["conversation_id"]) == ("invited", CASE, conversation)
    assert "after-sale case is complete; please rate it" in (await notices(asking, conversation))[-1]
    made(await asking.buyer.post("/v1/ratings", json={"case_id": CASE, "scores": SCORES}))
    assert await states(asking) == ["answered"]


async def test_a_case_without_a_conversation_is_in_the_list_of_its_buyer(asking: Desk) -> None:
    await asking.completed()
    await after(asking, 1.1)
    [survey] = (await asking.buyer.get("/v1/surveys?state=invited")).json()["data"]
    assert (survey["rated_case_id"], survey["conversation_id"]) == (CASE, None)
    assert (await asking.other_buyer.get("/v1/surveys")).json()["data"] == []
    asking.harness.problem(await asking.other_buyer.get(f"/v1/surveys/{survey['id']}"), 404, "not_found")


async def test_timers_of_two_processes_invite_once(asking: Desk) -> None:
    conversation = await closed(asking)
    asking.harness.clock.advance(hours=1.1)
    await asyncio.gather(*(asking.harness.run_due() for _ in range(4)))
    assert len(await notices(asking, conversation)) == len(await asking.events("SurveyInvited")) == 1
