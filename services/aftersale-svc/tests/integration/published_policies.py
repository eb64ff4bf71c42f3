"""Policies that kb-svc publishes, for tests of what decisions cite."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aftercare_events import ArticlePublished
from aftercare_events.catalogue.articles import Clause
from aftersale_shop import Shop

NO_TERMS: Mapping[int, Mapping[str, Any]] = {}


async def published(
    shop: Shop,
    version: int,
    *hashes: str,
    slug: str = "returns",
    kind: str = "policy",
    terms: Mapping[int, Mapping[str, Any]] = NO_TERMS,
    hours: float = 0,
    until: float | None = None,
) -> None:
    """kb-svc published a version with these clauses, from `1`, some of them with `terms`; in force in so many hours, `until` so many."""
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
        clauses=tuple(
            Clause(id=str(number), hash=each, **terms.get(number, {})) for number, each in enumerate(hashes, 1)
        ),
        effective_at=shop.clock.now() + timedelta(hours=hours),
        effective_until=None if until is None else shop.clock.now() + timedelta(hours=until),
    )
    await shop.harness.consume(event)
    assert await shop.harness.parked() == []
