"""Synonyms that administrators set: versioned, in use at once in every process, and refused where they make no sense."""

from typing import Any

import httpx
import pytest
from aftercare_chassis.testing import Harness
from aftercare_events import SearchSynonymsSet
from aftercare_language.synonyms import shipped
from kb_svc.domain.articles import Language
from kb_svc.domain.synonyms import MOST_MEANINGS, MOST_OF_ONE, MOST_TYPED, checked

PATH = "/v1/search/synonyms"


@pytest.fixture
async def admin(empty_kb: Harness) -> httpx.AsyncClient:
    agent = empty_kb.client("agent", "agent-1")
    text = {
        "kind": "article",
        "slug": "x",
        "language": "zh-CN",
        "title": "上门安装",
        "body": "空调和热水器可以预约上门安装。",
    }
    article = (await agent.post("/v1/articles", json=text)).json()
    await agent.post(f"/v1/articles/{article['id']}/publish")
    return empty_kb.client("admin", "admin-1")


def zh(**synonyms: list[str]) -> dict[str, Any]:
    return {"language": "zh-CN", "synonyms": [{"meant": meant, "typed": typed} for meant, typed in synonyms.items()]}


async def found(client: httpx.AsyncClient, question: str) -> list[str]:
    return [hit["slug"] for hit in (await client.get("/v1/search", params={"q": question})).json()["data"]]


async def test_the_next_search_of_another_process_uses_them(admin: httpx.AsyncClient, empty_kb: Harness) -> None:
    async with empty_kb.serve() as other:
        reader = other.client
        reader.headers["Authorization"] = f"Bearer {empty_kb.token('buyer', 'buyer-1')}"
        assert await found(reader, "派人幫忙") == []
        set_now = await admin.put(PATH, json=zh(上门安装=["派人幫忙", "派人帮忙", "装机"]))
        assert set_now.status_code == 200, set_now.text
        assert set_now.headers["etag"] == '"v1"'
        assert set_now.json()["synonyms"] == [{"meant": "上门安装", "typed": ["派人帮忙", "装机"]}]
        for client in (reader, admin):
            assert await found(client, "派人幫忙") == ["x"]
        await admin.put(PATH, json=zh())
        for client in (reader, admin):
            assert await found(client, "派人帮忙") == []


async def test_each_version_is_kept_and_has_an_event_without_words(admin: httpx.AsyncClient, empty_kb: Harness) -> None:
    empty = (await admin.get(PATH, params={"language": "en"})).json()
    assert (empty["version"], empty["synonyms"]) == (0, [])
    await admin.put(PATH, json=zh(上门安装=["装机"]))
    stale = await admin.put(PATH, json=zh(), headers={"If-Match": '"v7"'})
    empty_kb.problem(stale, 412, "stale_version")
    await admin.put(PATH, json=zh(上门安装=["派人弄"]), headers={"If-Match": '"v1"'})
    shown = (await admin.get(PATH, params={"language": "zh-CN"})).json()
    assert (shown["version"], shown["set_by"]) == (2, "admin-1")
    first = (await admin.get(PATH, params={"language": "zh-CN", "version": 1})).json()
    assert first["synonyms"] == [{"meant": "上门安装", "typed": ["装机"]}]
    assert (await admin.get(PATH, params={"language": "zh-CN", "version": 3})).status_code == 404
    events = [each for each in await empty_kb.published() if isinstance(each, SearchSynonymsSet)]
    assert [(each.synonyms_id, each.words, each.handler) for each in events] == [("syn_zh_cn", 1, "admin-1")] * 2
    assert "装机" not in events[0].model_dump_json()


@pytest.mark.parametrize(
    ("synonyms", "code"),
    [
        ({"装机": ["装机"]}, "synonym_loop"),
        ({"装机": ["上门装"], "上门装": ["弄机"], "弄机": ["装机"]}, "synonym_loop"),
        ({"店家": ["商家"]}, "synonym_loop"),  # the build has 店家 for 商家
        ({"上门安装": ["？！"]}, "synonym_without_words"),
        ({f"词{number}": [f"{number}个{each}" for each in range(26)] for number in range(200)}, "too_many_synonyms"),
        ({"x": [f"w{each}" for each in range(MOST_OF_ONE + 1)]}, "validation_failed"),
        ({f"w{each}": ["x"] for each in range(MOST_MEANINGS + 1)}, "validation_failed"),
        ({"上门安装": ["长" * 41]}, "validation_failed"),
        ({"上门安装": []}, "validation_failed"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    admin: httpx.AsyncClient, empty_kb: Harness, synonyms: dict[str, list[str]], code: str
) -> None:
    problem = empty_kb.problem(await admin.put(PATH, json=zh(**synonyms)), 422, code)
    assert problem["errors"][0]["pointer"].startswith("/synonyms")
    assert (await admin.get(PATH, params={"language": "zh-CN"})).json()["version"] == 0


def test_those_of_the_build_have_no_loop_and_leave_room() -> None:
    assert checked(Language.EN, [("installation", ["set up at home"])])
    assert checked(Language.ZH_CN, [("上门安装", ["装机"])])
    assert len(shipped()) < MOST_TYPED * len(Language)


async def test_only_administrators_set_them(empty_kb: Harness) -> None:
    for role in ("agent", "buyer"):
        assert (await empty_kb.client(role, f"{role}-1").put(PATH, json=zh())).status_code == 403
