"""English questions that were counted once and changed nothing: how many find their policy by words alone."""

import tomllib
from pathlib import Path

import pytest
from aftercare_chassis.testing import Harness

QUESTIONS = tomllib.loads((Path(__file__).parents[1] / "english_questions.toml").read_text(encoding="utf-8"))


async def test_words_find_the_policy(seeded_kb: Harness, capsys: pytest.CaptureFixture[str]) -> None:
    buyer, first, among_three, count = seeded_kb.client("buyer", "buyer-1"), 0, 0, 0
    for question, *slugs in QUESTIONS["questions"]:
        hits = (await buyer.get("/v1/search", params={"q": question, "limit": 3})).json()["data"]
        found = [hit["slug"] if hit["language"] == "en" else None for hit in hits]
        count += 1
        first += bool(found) and found[0] in slugs
        among_three += not set(found).isdisjoint(slugs)
    with capsys.disabled():
        print(f"\nby words: {count} questions, first {first / count:.3f}, among three {among_three / count:.3f}")
    assert first / count >= 0.8
    assert among_three / count >= 0.93
