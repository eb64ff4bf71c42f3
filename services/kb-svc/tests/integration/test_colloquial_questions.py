"""Questions in people's own words: how many find their policy by words alone, and by words and meaning with the model itself."""

import tomllib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aftercare_chassis.jobs.workers import AT_ONCE
from aftercare_chassis.service import Service
from aftercare_chassis.testing import Harness
from aftercare_embedder.main import app, model
from aftercare_language.embeddings import EmbeddingsClient
from kb_svc import main
from kb_svc.settings import Settings
from kb_svc.workers.embeddings import Embedding
from kb_svc.workers.seeds import seed

TESTS = Path(__file__).parents[1]
SETS = tomllib.loads((TESTS / "colloquial_questions.toml").read_text(encoding="utf-8"))
QUESTIONS = [(language, *asked) for language, questions in SETS.items() for asked in questions.items()]
HELD_OUT = [(language, *asked) for language, questions in SETS.items() for asked in list(questions.items())[1::2]]
URL = "http://embedder"


@pytest.fixture(scope="module")
async def kb_with_vectors(postgres_url: str) -> AsyncIterator[Harness]:
    """The service with its seeds and the vectors of their passages."""
    transport = httpx.ASGITransport(app=app(model()))

    def service(settings: Settings | None = None) -> Service[Settings]:
        assert settings is not None
        return main.service(
            settings.model_copy(update={"embeddings_url": URL, "embeddings_seconds": 10.0}),
            embeddings_transport=transport,
        )

    async with Harness.start(service, postgres_url) as harness:
        await seed(harness.runtime)
        embedder = EmbeddingsClient(
            httpx.AsyncClient(transport=transport), url=URL, model=harness.runtime.settings.embeddings_model, timeout=60
        )
        while await Embedding(embedder).step(harness.runtime) is AT_ONCE:
            pass
        yield harness


async def found(kb: Harness, questions: list[tuple[str, str, str]], mode: str) -> tuple[float, float, list[str]]:
    """The parts of questions whose policy is first and among three, and the questions of the others."""
    buyer, first, missed = kb.client("buyer", "buyer-1"), 0, []
    for language, question, slug in questions:
        answer = (await buyer.get("/v1/search", params={"q": question, "limit": 3})).json()
        assert answer["mode"] == mode, question
        slugs = [(hit["language"], hit["slug"]) for hit in answer["data"]]
        first += slugs[:1] == [(language, slug)]
        if (language, slug) not in slugs:
            missed.append(f"{question} -> {slug}, found {slugs}")
    return first / len(questions), 1 - len(missed) / len(questions), missed


async def test_words_and_their_synonyms_find_the_policy(seeded_kb: Harness, capsys: pytest.CaptureFixture[str]) -> None:
    first, among_three, missed = await found(seeded_kb, QUESTIONS, "lexical")
    with capsys.disabled():
        print(f"\nby words: {len(QUESTIONS)} questions, first {first:.3f}, among three {among_three:.3f}")
    assert first >= 0.85, missed
    assert among_three >= 0.93, missed


async def test_words_and_meaning_find_the_policy(kb_with_vectors: Harness, capsys: pytest.CaptureFixture[str]) -> None:
    first, among_three, missed = await found(kb_with_vectors, HELD_OUT, "hybrid")
    with capsys.disabled():
        print(f"\nwith vectors: {len(HELD_OUT)} questions, first {first:.3f}, among three {among_three:.3f}")
    assert first >= 0.85, missed
    assert among_three >= 0.95, missed


async def test_words_and_meaning_find_the_policy_of_questions_that_changed_nothing(
    kb_with_vectors: Harness, capsys: pytest.CaptureFixture[str]
) -> None:
    english = tomllib.loads((TESTS / "english_questions.toml").read_text(encoding="utf-8"))["questions"]
    more = tomllib.loads((TESTS / "more_blind_questions.toml").read_text(encoding="utf-8"))
    rows = [("en", *row) for row in english]
    rows += [({"zh": "zh-CN"}.get(name, name), *row) for name, asked in more.items() for row in asked[1::2]]
    questions = [(language, question, slug) for language, question, slug, *others in rows if not others]
    first, among_three, missed = await found(kb_with_vectors, questions, "hybrid")
    with capsys.disabled():
        print(f"\nwith vectors: {len(questions)} questions, first {first:.3f}, among three {among_three:.3f}")
    assert first >= 0.85, missed
    assert among_three >= 0.97, missed
