"""How much waits for people of the platform, as figures for alerts."""

from aftersale_shop import Shop


async def figures(shop: Shop) -> list[float]:
    """Reviews, those that are late, for how many seconds the first is, and disputes that wait for the platform."""
    await shop.harness.run_workers("waiting-case-figures")
    lines = dict(
        line.rsplit(" ", 1)
        for line in shop.harness.runtime.metrics.exposition().decode().splitlines()
        if line[0] != "#"
    )
    names = ("case_reviews", "case_reviews_late", "case_review_late_seconds", "dispute_hearings")
    return [float(lines[f"aftercare_{name}"]) for name in names]


async def test_reviews_that_wait_and_are_late_are_measured(shop: Shop) -> None:
    await shop.delivered()
    assert await figures(shop) == [0, 0, 0, 0]
    case = await shop.case(1)
    await shop.act(shop.seller, case["id"], "escalate", note="?")
    assert await figures(shop) == [1, 0, 0, 0]
    shop.harness.clock.advance(hours=30 * 24)
    await shop.harness.run_due()
    shop.harness.clock.advance(hours=1)
    reviews, late, seconds, _ = await figures(shop)
    assert (reviews, late, seconds) == (1, 1, 3600)
