"""Random histories of articles: the index and the editions are what a recount of everything gives."""

from collections import Counter
from random import Random
from typing import Any

import pytest
from aftercare_chassis.testing import Harness
from aftercare_language import pinyin
from aftercare_language.analyser import VERSION, analyse
from aftercare_language.normalization import normalize
from aftercare_language.ranking import TITLE_WEIGHT, Corpus, document_terms
from kb_svc.domain.markdown import plain
from kb_svc.domain.positions import stored
from kb_svc.tables.search_index import CORPUS, FREQUENCIES

WORDS = ["退货", "运费", "refund", "Wi-Fi", "換貨", "**七天**", "发票", "warranty", "(disputes)", "café"]
STEPS = 40


async def act(kb: Harness, random: Random, ids: list[str]) -> None:
    """One random action of an editor; refusals are expected and leave everything as it was."""
    editor = kb.client("agent", "agent-1")
    if not ids or random.random() < 0.2:
        draft = {"kind": "article", "slug": f"s-{len(ids)}", "language": random.choice(["zh-CN", "en"])}
        created = await editor.post("/v1/articles", json={**draft, "title": text(random), "body": text(random)})
        assert created.status_code == 201, created.text
        ids.append(created.json()["id"])
        return
    path, action = f"/v1/articles/{random.choice(ids)}", random.choice(["edit", "edit", "publish", "publish", "retire"])
    if action == "edit":
        response = await editor.patch(path, json={"body": text(random)})
    else:
        response = await editor.post(f"{path}/{action}")
    assert response.status_code in (200, 409), response.text


def text(random: Random) -> str:
    return " ".join(random.choices(WORDS, k=random.randint(1, 12)))


async def rows(kb: Harness, query: str) -> list[dict[str, Any]]:
    return [dict(row) for row in await kb.runtime.pool.fetch(query)]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_index_is_a_recount_of_the_published_articles(empty_kb: Harness, seed: int) -> None:
    random, ids = Random(seed), list[str]()
    for _ in range(STEPS):
        await act(empty_kb, random, ids)
    published = await rows(
        empty_kb,
        "SELECT a.id, v.number, v.title, v.body FROM articles a JOIN article_versions v ON v.article_id = a.id"
        " AND v.number = a.published WHERE a.state = 'published'",
    )
    assert published, "the history has published articles"
    texts = {row["id"]: plain(row["body"]) for row in published}
    analyses = {id_: analyse(text) for id_, text in texts.items()}
    words = {row["id"]: document_terms(row["title"], analyses[row["id"]].counts) for row in published}
    counts = {row["id"]: {**words[row["id"]], **sounds(row["title"], texts[row["id"]])} for row in published}

    documents = {row["article_id"]: row for row in await rows(empty_kb, "SELECT * FROM search_documents")}
    assert {id_: (row["number"], row["text"]) for id_, row in documents.items()} == {
        row["id"]: (row["number"], plain(row["body"])) for row in published
    }
    assert {row["analyser"] for row in documents.values()} == {VERSION}
    assert {id_: (row["length"], row["counts"]) for id_, row in documents.items()} == {
        id_: (sum(words[id_].values()), found) for id_, found in counts.items()
    }
    assert all(sorted(row["terms"]) == sorted(row["counts"]) for row in documents.values())
    assert {id_: row["positions"] for id_, row in documents.items()} == {
        id_: stored(analysis) for id_, analysis in analyses.items()
    }

    frequencies = Counter(term for found in counts.values() for term in found)
    async with empty_kb.runtime.reader() as reader:
        found = await reader.all(FREQUENCIES, terms=[*frequencies, "missing"])
        corpus = await reader.one(CORPUS)
    assert {row["term"]: row["documents"] for row in found} == {**frequencies, "missing": 0}
    assert corpus == Corpus(documents=len(counts), length=sum(sum(found.values()) for found in words.values()))


def sounds(title: str, text: str) -> Counter[str]:
    """The terms of pinyin of an article: those of its title count three times."""
    found = pinyin.counts(normalize(text))
    for _ in range(TITLE_WEIGHT):
        found.update(pinyin.counts(normalize(title)))
    return found


@pytest.mark.parametrize("seed", [4, 5])
async def test_editions_are_numbered_without_a_gap_and_never_change(empty_kb: Harness, seed: int) -> None:
    random, ids = Random(seed), list[str]()
    seen: dict[tuple[str, int], tuple[str, str]] = {}
    for _ in range(STEPS):
        await act(empty_kb, random, ids)
        editions = await rows(empty_kb, "SELECT * FROM article_versions")
        now = {(row["article_id"], row["number"]): (row["body"], row["body_hash"]) for row in editions}
        assert {key: now[key] for key in seen} == seen
        seen = now
    numbers: dict[str, list[int]] = {}
    for article_id, number in sorted(seen):
        numbers.setdefault(article_id, []).append(number)
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    published = await rows(empty_kb, "SELECT id, published FROM articles WHERE published > 0")
    assert {row["id"]: row["published"] for row in published} == {id_: found[-1] for id_, found in numbers.items()}


@pytest.mark.parametrize("seed", [6])
async def test_every_change_is_one_event_of_its_article(empty_kb: Harness, seed: int) -> None:
    random, ids = Random(seed), list[str]()
    for _ in range(STEPS):
        await act(empty_kb, random, ids)
    events: dict[str, list[int]] = {}
    for envelope in await empty_kb.envelopes():
        events.setdefault(envelope.subject, []).append(envelope.sequence)
    versions = {row["id"]: row["version"] for row in await rows(empty_kb, "SELECT id, version FROM articles")}
    assert {id_: list(range(1, version + 1)) for id_, version in versions.items()} == events
