"""Questions that were written before their author had read the search: how many find their policy by words alone."""

import tomllib
from pathlib import Path

import pytest
from aftercare_chassis.testing import Harness

TESTS = Path(__file__).parents[1]
LANGUAGES = {"zh": "zh-CN", "en": "en"}


@pytest.mark.parametrize(("file", "least"), [("blind_questions.toml", 0.92), ("more_blind_questions.toml", 0.78)])
@pytest.mark.parametrize("half", [0, 1], ids=["odd", "even"])
async def test_words_find_the_policy(
    seeded_kb: Harness, capsys: pytest.CaptureFixture[str], file: str, least: float, half: int
) -> None:
    sets = tomllib.loads((TESTS / file).read_text(encoding="utf-8"))
    buyer, first, missed, count = seeded_kb.client("buyer", "buyer-1"), 0, [], 0
    for name, questions in sets.items():
        for question, *slugs in questions[half::2]:
            answer = (await buyer.get("/v1/search", params={"q": question, "limit": 3})).json()
            found = [hit["slug"] for hit in answer["data"] if hit["language"] == LANGUAGES[name]]
            best = answer["data"][0] if answer["data"] else None
            first += best is not None and best["language"] == LANGUAGES[name] and best["slug"] in slugs
            count += 1
            if not set(found) & set(slugs):
                missed.append(f"{question} -> {slugs}, found {found}")
    with capsys.disabled():
        print(f"\nby words: {count} questions, first {first / count:.3f}, among three {1 - len(missed) / count:.3f}")
    assert first / count >= least, missed
    assert 1 - len(missed) / count >= 0.95, missed
