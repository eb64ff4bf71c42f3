"""Seeds are published as articles, once, and never replace what editors wrote."""

from aftercare_chassis.testing import Harness
from aftercare_events import ArticleDrafted, ArticlePublished
from kb_svc.commands.seeds import publish, seeds
from kb_svc.workers.seeds import seed


async def test_seeding_again_changes_nothing(empty_kb: Harness) -> None:
    await seed(empty_kb.runtime)
    before = await empty_kb.envelopes()
    assert [type(envelope.event()) for envelope in before] == [ArticleDrafted, ArticlePublished] * len(list(seeds()))
    assert {envelope.event().handler for envelope in before if envelope.event()} == {"system"}  # type: ignore[union-attr]
    await seed(empty_kb.runtime)
    assert await empty_kb.envelopes() == before


async def test_a_newer_text_becomes_the_next_version(empty_kb: Harness) -> None:
    first = next(seeds())
    for body in (first.body, "新的规定。", "新的规定。"):
        async with empty_kb.runtime.transaction() as tx:
            await publish(
                tx, type(first)(kind=first.kind, slug=first.slug, language=first.language, title=first.title, body=body)
            )
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
