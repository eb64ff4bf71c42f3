"""The section about overload, and what is counted in it."""

import overload
from open_load import Found, Sent


def sent(status: int, seconds: float = 0.01, body: bytes | None = b"{}") -> Sent:
    return Sent(0.0, seconds, status, body, b"{}")


def test_percentiles_and_rates_are_of_what_was_done() -> None:
    found = Found(2, [sent(201, 0.1), sent(200, 0.3, None), sent(503, 9.0), sent(429, 9.0)], unsent=1)
    assert (found.per_second, found.percentile(99), found.statuses()) == (1, 300, {200: 1, 201: 1, 429: 1, 503: 1})
    assert found.percentile(99, of=lambda each: each.body is not None) == 100
    assert Found(1).percentile(99) == 0


def test_the_section_compares_with_what_is_wanted() -> None:
    capacity, loaded = Found(1, [sent(201)] * 10), Found(1, [sent(201)] * 8 + [sent(503)] * 20, unsent=2)
    quiet, beside = Found(1, [sent(200)]), Found(1, [sent(200), sent(503)])
    page = overload.section(
        overload.Overload(
            capacity, loaded, 0, 1.5, replayed=50, retried=20, flood=loaded, others_alone=quiet, others=beside
        ),
        30,
    )
    assert "| … of the capacity | 0.80 | at least 0.80 |" in page
    assert "| refused commands sent again: done | 20 of 20 | all |" in page
    assert "| … not sent for want of connections | 2 of 30 |" in page
    assert "| … refused | 1 of 2 | 0 |" in page
