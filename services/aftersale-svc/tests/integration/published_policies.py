"""Policies that kb-svc publishes, for tests of what decisions cite."""

from aftercare_events import ArticlePublished
from aftercare_events.catalogue.articles import Clause
from aftersale_shop import Shop


async def published(shop: Shop, version: int, *hashes: str, slug: str = "returns", kind: str = "policy") -> None:
    """kb-svc published a version with these clauses, from `1`."""
    event = ArticlePublished(
        affected_party="public",
        applicant="agent-1",
        handler="agent-1",
        time=shop.clock.now(),
        result="published",
        article_id=f"art_{slug}",
        kind=kind,
        slug=slug,
        language="zh-CN",
        article_version=version,
        body_hash=f"sha256:{version}",
        clauses=tuple(Clause(id=str(number), hash=each) for number, each in enumerate(hashes, 1)),
        effective_at=shop.clock.now(),
    )
    await shop.harness.consume(event)
    assert await shop.harness.parked() == []
