"""What became of the bot's answers, by day and model, and how long questions are kept."""

from typing import Any

import pytest
from bot_desk import BotDesk
from cs_desk import Desk
from test_bot import ask, publish, trained


@pytest.fixture
def bots(desk: Desk) -> BotDesk:
    return BotDesk(desk)


HELPED, AGAIN = "退款什么时候到账", "钱多久退回来"


async def mark(desk: Desk, answer: dict[str, Any], kind: str, who: str = "buyer", **more: str) -> Any:
    return await getattr(desk, who).post(f"/v1/bot/answers/{answer['id']}/mark", json={"kind": kind, **more})


async def days(desk: Desk) -> list[dict[str, Any]]:
    response = await desk.agent.get("/v1/bot/days")
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["data"]
    return found


async def test_only_what_was_confirmed_and_not_asked_again_is_contained(desk: Desk) -> None:
    await publish(desk)
    await trained(desk)
    helped, silent = await ask(desk, HELPED), await ask(desk, "转人工")
    assert silent["kind"] == "handover"
    await mark(desk, helped, "solved")
    [day] = await days(desk)
    names = ("model", "asked", "answered", "handed_over", "solved", "asked_again", "contained", "containment")
    assert [day[name] for name in names] == [1, 2, 1, 1, 1, 0, 1, 0.5]
    desk.harness.clock.advance(hours=24)
    desk._clients.clear()
    again = await ask(desk, AGAIN)
    assert again["intent"] == helped["intent"]
    newest, first = await days(desk)
    assert [first[name] for name in names] == [1, 2, 1, 1, 1, 1, 0, 0.0]
    assert [newest[name] for name in names] == [1, 1, 1, 0, 0, 0, 0, 0.0]
    desk.harness.clock.advance(hours=24 * 8)
    desk._clients.clear()
    await ask(desk, HELPED)
    assert [each["asked_again"] for each in await days(desk)] == [0, 0, 1], (
        "after more than a week it is another matter"
    )


async def test_what_was_answered_before_a_conversation_was_reopened_is_not_contained(bots: BotDesk) -> None:
    await bots.prepare()
    conversation = await bots.open()
    await bots.switch(conversation, True)
    await bots.work()
    [message] = await bots.of_bot(conversation)
    await mark(bots.desk, {"id": message["bot"]["answer_id"]}, "solved")
    path = f"/v1/conversations/{conversation['id']}"
    assert (await bots.desk.buyer.post(f"{path}/close")).status_code == 200
    assert [(each["asked_again"], each["contained"]) for each in await days(bots.desk)] == [(0, 1)]
    assert (await bots.desk.agent.post(f"{path}/reopen")).status_code == 200
    assert [(each["asked_again"], each["contained"]) for each in await days(bots.desk)] == [(1, 0)]
    figures = (await bots.desk.agent.get("/v1/bot/figures")).json()
    assert (figures["solved"], figures["contained"]) == (1, 0)


async def test_a_message_after_a_week_reopens_no_answer(bots: BotDesk) -> None:
    await bots.prepare()
    conversation = await bots.open()
    await bots.switch(conversation, True)
    await bots.work()
    await bots.desk.buyer.post(f"/v1/conversations/{conversation['id']}/close")
    bots.harness.clock.advance(hours=24 * 8)
    bots.desk._clients.clear()
    await bots.write(conversation, "你好")
    assert [each["asked_again"] for each in await days(bots.desk)] == [0]


async def test_an_agent_states_what_was_wrong(desk: Desk) -> None:
    await publish(desk)
    await trained(desk)
    answer = await ask(desk, HELPED)
    await mark(desk, answer, "solved")
    marked = await mark(desk, answer, "wrong", "agent", reason="outdated")
    assert marked.json()["reason"] == "outdated"
    assert [(each["wrong"], each["contained"]) for each in await days(desk)] == [(1, 0)]
    assert (await mark(desk, answer, "solved", reason="outdated")).status_code == 422
    assert (await mark(desk, answer, "wrong", "agent", reason="ugly")).status_code == 422


async def test_words_of_questions_are_deleted_and_their_counts_stay(desk: Desk) -> None:
    await trained(desk)
    await ask(desk, "转人工")
    desk.harness.clock.advance(hours=24 * 179)
    await desk.harness.run_workers("bot-questions")
    kept = "SELECT count(question) FROM bot_answers"
    assert await desk.harness.runtime.pool.fetchval(kept) == 1
    desk.harness.clock.advance(hours=24 * 2)
    await desk.harness.run_workers("bot-questions")
    assert await desk.harness.runtime.pool.fetchval(kept) == 0
    assert await desk.harness.runtime.pool.fetchval("SELECT count(*) FROM bot_answers") == 1
