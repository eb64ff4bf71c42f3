"""Words in events: with the publication or in parts behind it, and of what an older build has published."""

from typing import Any

from aftercare_chassis.testing import Harness
from aftercare_events import ArticlePublished, ArticleRetired, ArticleTextPublished
from kb_svc.workers import texts

DRAFT = {"kind": "policy", "slug": "returns", "language": "en", "title": "Returns", "body": "Within *seven* days."}


async def publish(kb: Harness, **fields: Any) -> str:
    agent = kb.client("agent", "agent-1")
    article = (await agent.post("/v1/articles", json={**DRAFT, **fields})).json()
    assert (await agent.post(f"/v1/articles/{article['id']}/publish")).status_code == 200
    return str(article["id"])


async def test_short_words_are_in_the_publication(empty_kb: Harness) -> None:
    await publish(empty_kb)
    event = (await empty_kb.published())[-1]
    assert isinstance(event, ArticlePublished)
    assert event.texts is not None
    assert (event.article_title, [(each.id, each.words) for each in event.texts]) == (
        "Returns",
        [("0", "Within seven days.")],
    )


async def test_long_words_follow_in_parts(empty_kb: Harness) -> None:
    body = "\n\n".join(f"# {number}\n\n{'长' * 900}" for number in range(20))
    await publish(empty_kb, body=body)
    publication, *following = (await empty_kb.published())[1:]
    assert isinstance(publication, ArticlePublished)
    assert publication.texts is None
    assert [(type(each), each.part, each.parts) for each in following] == [
        (ArticleTextPublished, 1, 2),
        (ArticleTextPublished, 2, 2),
    ]
    assert [text.id for each in following for text in each.texts] == [str(number) for number in range(1, 21)]


async def test_the_words_of_an_older_builds_publication_follow_once(empty_kb: Harness) -> None:
    first, second = await publish(empty_kb), await publish(empty_kb, slug="freight")
    await empty_kb.client("agent", "agent-1").post(f"/v1/articles/{second}/retire")
    await empty_kb.runtime.pool.execute("DELETE FROM published_texts")
    before = len(await empty_kb.published())
    for _ in range(2):
        await texts.publish(empty_kb.runtime)
    [event] = (await empty_kb.published())[before:]
    assert isinstance(event, ArticleTextPublished)
    assert (event.article_id, event.part, event.parts, event.handler) == (first, 1, 1, "system")
    assert ArticleRetired in {type(each) for each in await empty_kb.published()}
