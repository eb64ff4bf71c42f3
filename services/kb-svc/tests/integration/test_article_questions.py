"""Questions of editors: other ways in which people ask what an article answers."""

import zipfile
from pathlib import Path
from typing import Any

import httpx
from aftercare_chassis.testing import Harness
from aftercare_events import ArticlePublished
from kb_svc.domain.questions import MOST, PUBLISHED_BYTES
from kb_svc.workers.imports import export_file, import_file

ARTICLE = {
    "kind": "article",
    "slug": "hours",
    "language": "zh-CN",
    "title": "人工服务时间",
    "body": "人工坐席九点到二十一点在线。",
}


async def published(agent: httpx.AsyncClient, **changed: Any) -> dict[str, Any]:
    drafted = (await agent.post("/v1/articles", json=ARTICLE | changed)).json()
    found: dict[str, Any] = (await agent.post(f"/v1/articles/{drafted['id']}/publish")).json()
    return found


async def found(client: httpx.AsyncClient, question: str) -> list[dict[str, Any]]:
    hits: list[dict[str, Any]] = (await client.get("/v1/search", params={"q": question})).json()["data"]
    return hits


async def test_an_article_is_found_by_its_questions_which_no_snippet_shows(empty_kb: Harness) -> None:
    agent, buyer = empty_kb.client("agent", "agent-1"), empty_kb.client("buyer", "buyer-1")
    shown = await published(agent, questions=["半夜有人理我吗", "深夜能找到活人吗"])
    assert shown["questions"] == ["半夜有人理我吗", "深夜能找到活人吗"]
    [hit] = await found(buyer, "半夜")
    assert (hit["slug"], hit["snippet"]) == ("hours", "人工坐席九点到二十一点在线。")
    assert [each["slug"] for each in await found(buyer, "shenye")] == ["hours"], "by its sound as well"


async def test_questions_belong_to_a_version_and_stay_unless_they_are_changed(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    article = await published(agent, questions=["半夜有人理我吗"])
    path = f"/v1/articles/{article['id']}"
    kept = (await agent.patch(path, json={"title": "服务时间"})).json()
    assert kept["questions"] == ["半夜有人理我吗"]
    changed = (await agent.patch(path, json={"questions": ["几点下班", "幾點下班", "周末上班吗"]})).json()
    assert changed["questions"] == ["几点下班", "周末上班吗"], "one that differs only in its characters is the same"
    assert await found(agent, "周末") == [], "a draft is not found"
    await agent.post(f"{path}/publish")
    assert [each["slug"] for each in await found(agent, "周末")] == ["hours"]
    assert await found(agent, "半夜") == []
    assert (await agent.get(path, params={"version": 1})).json()["questions"] == ["半夜有人理我吗"]


async def test_what_is_no_question_is_refused_with_its_place(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    for wrong in ([""], ["x" * 201], ["a\nb"], ["\u200b"], ["x"] * (MOST + 1), "x", [1]):
        problem = empty_kb.problem(
            await agent.post("/v1/articles", json=ARTICLE | {"questions": wrong}), 422, "validation_failed"
        )
        assert problem["errors"][0]["pointer"].startswith("/questions"), wrong


async def test_the_event_of_a_publication_has_the_questions_that_it_has_room_for(empty_kb: Harness) -> None:
    agent = empty_kb.client("agent", "agent-1")
    many = [f"{number:02} " + "问" * 190 for number in range(MOST)]
    await published(agent, questions=many)
    await published(agent, slug="none")
    first, second = [each for each in await empty_kb.published() if isinstance(each, ArticlePublished)]
    assert first.questions is not None
    assert list(first.questions) == many[: len(first.questions)]
    assert 0 < sum(len(each.encode()) for each in first.questions) <= PUBLISHED_BYTES
    assert second.questions is None


async def test_an_import_takes_what_an_export_wrote(empty_kb: Harness, tmp_path: Path) -> None:
    agent = empty_kb.client("agent", "agent-1")
    article = await published(agent, questions=["半夜有人理我吗", "时间: 几点到几点"])
    for name in ("articles.jsonl", "articles.zip"):
        file = tmp_path / name
        assert await export_file(empty_kb.runtime, file) == 0
        assert await import_file(empty_kb.runtime, file) == 0
        assert (await agent.get(f"/v1/articles/{article['id']}")).json()["version"] == 1, name
    head = "---\nkind: article\ntitle: 人工服务时间\n"
    body = "---\n人工坐席九点到二十一点在线。\n"
    for number, questions in enumerate(["", "questions:\n- 周末有人吗\n", "questions:\n"]):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as archive:
            archive.writestr("zh-CN/hours.md", head + questions + body)
        assert await import_file(empty_kb.runtime, tmp_path / f"{number}.zip") == 0
        shown = (await agent.get(f"/v1/articles/{article['id']}")).json()
        expected = [(1, ["半夜有人理我吗", "时间: 几点到几点"]), (2, ["周末有人吗"]), (3, [])][number]
        assert (shown["version"], shown["questions"]) == expected
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("zh-CN/hours.md", head + "questions: 一个\n" + body)
        archive.writestr("zh-CN/other.md", head + "questions:\n- \n" + body)
    assert await import_file(empty_kb.runtime, tmp_path / "bad.zip") == 1
