"""Seeds become real articles, once, and never overwrite what people wrote."""

from aftercare_chassis.testing import Harness
from aftercare_events import ArticleDrafted, ArticlePublished
from kb_svc.commands.seeds import plant, seed, seeds


async def test_planting_again_changes_nothing(shelf: Harness) -> None:
    await seed(shelf.runtime)
    before = await shelf.envelopes()
    assert [type(envelope.event()) for envelope in before] == [ArticleDrafted, ArticlePublished] * len(list(seeds()))
    assert {envelope.event().handler for envelope in before if envelope.event()} == {"system"}  # type: ignore[union-attr]
    await seed(shelf.runtime)
    assert await shelf.envelopes() == before


async def test_a_newer_build_publishes_what_it_says_anew(shelf: Harness) -> None:
    first = next(seeds())
    for body in (first.body, "新的说法。", "新的说法。"):
        async with shelf.runtime.transaction() as tx:
            await plant(
                tx, type(first)(kind=first.kind, slug=first.slug, language=first.language, title=first.title, body=body)
            )
    [article] = (await shelf.client("buyer", "b-1").get("/v1/articles")).json()["data"]
    assert article["version"] == 2


async def test_what_people_edited_is_left_alone(shelf: Harness) -> None:
    await seed(shelf.runtime)
    agent = shelf.client("agent", "agent-1")
    path = f"/v1/articles/{(await agent.get('/v1/articles')).json()['data'][0]['id']}"
    await agent.patch(path, json={"body": "我们店里的说法。"})
    await agent.post(f"{path}/publish")
    await seed(shelf.runtime)
    assert (await agent.get(path)).json()["body"] == "我们店里的说法。"
