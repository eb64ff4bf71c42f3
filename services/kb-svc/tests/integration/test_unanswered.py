"""Questions that the search did not answer: counted together, settled by editors, counted again."""

import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest
from aftercare_chassis.testing import Harness
from aftercare_events import UnansweredQuestionSettled
from kb_svc.domain.unanswered import without_personal

TESTS = Path(__file__).parents[1]
OTHER_MATTERS = """今天北京天气怎么样|怎么做红烧肉|附近哪里有加油站|周杰伦新专辑叫什么|二战什么时候结束的|推荐一部科幻电影|你们招人吗
怎么成为主播|可以以旧换新吗|会员积分怎么用|门店几点开门|怎么开通企业采购|能贷款分期买车吗|你们老板是谁|充电宝能带上飞机吗
what is the weather in paris|how do i bake sourdough bread|who won the world cup|best laptop for gaming|how do I join your loyalty program
where are your stores|do you hire students|can I sell on your marketplace|how do I reset my router|what time is it in tokyo
recommend a good novel|do you have gift cards|how do I become an affiliate|is the app available on android|how many points do I have"""


async def ask(client: httpx.AsyncClient, question: str, **more: Any) -> None:
    response = await client.get("/v1/search", params={"q": question} | more)
    assert response.status_code == 200, response.text


async def listed(agent: httpx.AsyncClient, **filters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await agent.get("/v1/unanswered-questions", params=filters)).json()["data"]
    return found


async def article(agent: httpx.AsyncClient, title: str, body: str) -> str:
    text = {"kind": "article", "slug": "points", "language": "zh-CN", "title": title, "body": body}
    made: dict[str, Any] = (await agent.post("/v1/articles", json=text)).json()
    return str(made["id"])


async def test_questions_that_mean_the_same_words_are_counted_together(empty_kb: Harness) -> None:
    agent, buyer = empty_kb.client("agent", "agent-1"), empty_kb.client("buyer", "buyer-1")
    for question in ("积分怎么兑换？", "积分 怎么兑换", "積分怎麼兌換"):
        await ask(buyer, question)
    await ask(buyer, "how do I redeem points")
    first, second = await listed(agent)
    assert (first["question"], first["times"], first["state"], first["language"]) == (
        "积分怎么兑换？",
        3,
        "open",
        "zh-CN",
    )
    assert (second["times"], second["language"]) == (1, "en")
    assert await listed(agent, language="en") == [second]
    assert "buyer-1" not in str(first), "nobody is named"
    empty_kb.problem(await buyer.get("/v1/unanswered-questions"), 403, "forbidden")


async def test_a_question_with_an_article_is_not_on_the_list(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    id = await article(agent, "积分怎么兑换", "积分在个人中心兑换。")
    await agent.post(f"/v1/articles/{id}/publish")
    await ask(agent, "积分怎么兑换")
    await ask(agent, "怎么预约安装师傅", language="en")
    assert await listed(agent) == [], "one is answered, the other was asked of a part of the articles only"


async def test_an_article_settles_a_question_and_it_is_counted_whether_it_is_asked_again(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    await ask(agent, "怎么预约安装师傅")
    [question] = await listed(agent)
    path, id = f"/v1/unanswered-questions/{question['id']}", await article(agent, "安装", "送装一体。")
    problem = empty_kb.problem(
        await agent.post(f"{path}/answer", json={"article_id": id}), 409, "article_not_published"
    )
    assert problem["state"] == "draft"
    empty_kb.problem(await agent.post(f"{path}/answer", json={"article_id": "art_none"}), 404, "not_found")
    await agent.post(f"/v1/articles/{id}/publish")
    settled = (await agent.post(f"{path}/answer", json={"article_id": id})).json()
    assert (settled["state"], settled["article_id"], settled["asked_again"]) == ("answered", id, 0)
    await ask(agent, "怎么预约安装师傅?")
    [again] = await listed(agent, state="answered")
    assert (again["times"], again["asked_again"]) == (2, 1), "the article does not have the words of the question"
    assert (await agent.post(f"{path}/reopen")).json()["asked_again"] == 0
    dismissed = (await agent.post(f"{path}/dismiss")).json()
    assert (dismissed["state"], dismissed["article_id"]) == ("dismissed", None)
    empty_kb.problem(await agent.post(f"{path}/answer", json={"article_id": id}), 409, "illegal_transition")
    events = [each for each in await empty_kb.published() if isinstance(each, UnansweredQuestionSettled)]
    assert [(each.state, each.article_id) for each in events] == [("answered", id), ("open", None), ("dismissed", None)]
    assert "安装" not in "".join(each.model_dump_json() for each in events)


async def test_addresses_and_long_numbers_are_not_kept(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    await ask(agent, "手机 138 0013 8000 邮箱 li.wei@example.com 的积分")
    await ask(agent, "手机 13900139000 邮箱 wang@example.com 的积分")
    [question] = await listed(agent)
    assert (question["question"], question["times"]) == ("手机 … 邮箱 … 的积分", 2)


@pytest.mark.parametrize(
    "personal",
    [
        "138.0013.8000",
        "138/0013/8000",
        "(0755)8888-9999",
        "138\u200b0013\u200b8000",
        "１３８，００１３，８０００",
        "138-0013–8000",
        "一三八零零一三八〇〇〇",
        "li.wei＠example.com",
        "ord_0196a3c85d1c70f4b8e2d4a6c8f0b2d4",
    ],
)
def test_personal_data_is_recognised_however_it_is_written(personal: str) -> None:
    assert without_personal(f"我的 {personal} 怎么改") in ("我的 … 怎么改", "我的 (… 怎么改")


@pytest.mark.parametrize(
    "question", ["满300减50怎么用", "7天无理由, 15天换货", "return within 30 days", "第一二章", "window_days"]
)
def test_what_is_nobodys_is_kept(question: str) -> None:
    assert without_personal(question) == question


async def test_random_words_do_not_fill_the_list(empty_kb: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    agent, pool = empty_kb.client("agent", "agent-1"), empty_kb.runtime.pool
    await ask(agent, "怎么预约安装师傅")
    copies = "SELECT 'unq_' || n, version, n::text, state, language, question, times, first_asked_at, last_asked_at"
    names = "id, version, key, state, language, question, times, first_asked_at, last_asked_at"
    source = "unanswered_questions, generate_series(1, 2000) AS n"
    await pool.execute(f"INSERT INTO unanswered_questions ({names}) {copies} FROM {source}")
    await ask(agent, "xkqzv")
    await ask(agent, "怎么预约安装师傅")
    assert await pool.fetchval("SELECT count(*) FROM unanswered_questions") == 2001
    assert (await listed(agent))[0]["times"] == 2, "those that are known are counted"


async def test_questions_about_other_matters_are_recognised(seeded_kb: Harness) -> None:
    agent = seeded_kb.client("agent", "agent-1")
    questions = tomllib.loads((TESTS / "questions.toml").read_text(encoding="utf-8"))
    answered = [question for of_language in questions.values() for question in of_language]
    others = OTHER_MATTERS.replace("\n", "|").split("|")
    found = [await _unanswered(seeded_kb, agent, asked) for asked in (answered, others)]
    assert found[0] <= 0.05 * len(answered), "these are answered"
    assert found[1] >= 0.7 * len(others), "these are not"


async def _unanswered(kb: Harness, agent: httpx.AsyncClient, questions: list[str]) -> int:
    before: int = await kb.runtime.pool.fetchval("SELECT count(*) FROM unanswered_questions")
    for question in questions:
        await ask(agent, question)
    after: int = await kb.runtime.pool.fetchval("SELECT count(*) FROM unanswered_questions")
    return after - before
