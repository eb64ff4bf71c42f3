"""Seeds are published as articles, once, and never replace what editors wrote."""

from dataclasses import replace
from pathlib import Path

import pytest
from aftercare_chassis.testing import Harness
from aftercare_events import ArticleDrafted, ArticlePublished
from kb_svc.commands.seeds import publish, seeds
from kb_svc.workers.imports import export_file, import_file
from kb_svc.workers.seeds import seed


async def test_seeding_again_changes_nothing(empty_kb: Harness) -> None:
    await seed(empty_kb.runtime)
    before = await empty_kb.envelopes()
    assert [type(envelope.event()) for envelope in before] == [ArticleDrafted, ArticlePublished] * len(list(seeds()))
    assert {envelope.event().handler for envelope in before if envelope.event()} == {"system"}  # type: ignore[union-attr]
    await seed(empty_kb.runtime)
    assert await empty_kb.envelopes() == before


@pytest.mark.parametrize("name", ["policies.jsonl", "policies.zip"])
async def test_policies_that_were_exported_are_imported_without_a_new_version(
    empty_kb: Harness, tmp_path: Path, name: str
) -> None:
    await seed(empty_kb.runtime)
    before = await empty_kb.envelopes()
    assert await export_file(empty_kb.runtime, tmp_path / name) == 0
    assert await import_file(empty_kb.runtime, tmp_path / name) == 0
    assert await empty_kb.envelopes() == before
    [done] = (await empty_kb.client("agent", "agent-1").get("/v1/article-imports")).json()["data"]
    assert (done["state"], done["unchanged"], done["published"]) == ("completed", len(list(seeds())), 0)


async def test_a_newer_text_becomes_the_next_version(empty_kb: Harness) -> None:
    first = next(seeds())
    for body in (first.body, "新的规定。", "新的规定。"):
        async with empty_kb.runtime.transaction() as tx:
            await publish(tx, replace(first, body=body))
    [article] = (await empty_kb.client("buyer", "b-1").get("/v1/articles")).json()["data"]
    assert article["version"] == 2


async def test_an_article_that_an_editor_published_stays(empty_kb: Harness) -> None:
    await seed(empty_kb.runtime)
    agent = empty_kb.client("agent", "agent-1")
    path = f"/v1/articles/{(await agent.get('/v1/articles')).json()['data'][0]['id']}"
    await agent.patch(path, json={"body": "本店的规定。"})
    await agent.post(f"{path}/publish")
    await seed(empty_kb.runtime)
    assert (await agent.get(path)).json()["body"] == "本店的规定。"


async def test_seeding_continues_where_it_was_interrupted(empty_kb: Harness) -> None:
    some = list(seeds())[:5]
    for each in some:
        async with empty_kb.runtime.transaction() as tx:
            await publish(tx, each)
    before = len(await empty_kb.envelopes())
    await seed(empty_kb.runtime)
    assert len(await empty_kb.envelopes()) == 2 * len(list(seeds()))
    assert before == 2 * len(some)


async def test_an_article_that_an_editor_is_editing_stays(empty_kb: Harness) -> None:
    first = next(seeds())
    async with empty_kb.runtime.transaction() as tx:
        await publish(tx, first)
    agent = empty_kb.client("agent", "agent-1")
    [article] = (await agent.get("/v1/articles")).json()["data"]
    await agent.patch(f"/v1/articles/{article['id']}", json={"body": "草稿。"})
    async with empty_kb.runtime.transaction() as tx:
        await publish(tx, replace(first, body="新的规定。"))
    shown = (await agent.get(f"/v1/articles/{article['id']}")).json()
    assert (shown["version"], shown["body"]) == (1, first.body)
    assert (await agent.get(f"/v1/articles/{article['id']}/draft")).json()["body"] == "草稿。"


async def test_the_slug_of_a_retired_seed_is_published_again(empty_kb: Harness) -> None:
    await seed(empty_kb.runtime)
    agent = empty_kb.client("agent", "agent-1")
    [newest, *_] = (await agent.get("/v1/articles")).json()["data"]
    assert (await agent.post(f"/v1/articles/{newest['id']}/retire")).status_code == 200
    await seed(empty_kb.runtime)
    with_slug = (await agent.get("/v1/articles", params={"slug": newest["slug"], "state": "published"})).json()["data"]
    assert newest["id"] not in {each["id"] for each in with_slug}
    assert {each["language"] for each in with_slug} == {"zh-CN", "en"}
