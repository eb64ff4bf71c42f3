"""What became of the bot's answers, by day and model, and how long questions are kept."""

from typing import Any

from cs_desk import Desk
from test_bot import ask, publish, trained

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
