"""What a process keeps of the numbers about the index."""

from typing import Any

from aftercare_language.ranking import Corpus
from kb_svc.queries.statistics import ESTIMATED, KEPT_SECONDS, Statistics
from kb_svc.tables.search_index import CORPUS, KNOWN_WORDS


class Index:
    """A reader of an index with so many articles, which counts what it is asked."""

    def __init__(self, articles: int, frequencies: dict[str, int]) -> None:
        self.articles, self.of, self.asked = articles, frequencies, list[Any]()

    async def one(self, query: object) -> Corpus:
        assert query is CORPUS
        self.asked.append("corpus")
        return Corpus(documents=self.articles, length=self.articles)

    async def all(self, query: object, **params: Any) -> list[dict[str, Any]]:
        self.asked.append("words" if query is KNOWN_WORDS else params["terms"])
        terms = self.of if query is KNOWN_WORDS else params["terms"]
        return [{"term": term, "documents": self.of.get(term, 0)} for term in terms]


async def ask(statistics: Statistics, index: Index) -> dict[str, int]:
    reader: Any = index
    await statistics.corpus(reader)
    await statistics.words(reader)
    return await statistics.frequencies(reader, ["refund", "kettle", "none"])


async def test_estimates_are_kept_for_a_minute_and_rare_terms_are_counted_each_time() -> None:
    now = [0.0]
    index = Index(100_000, {"refund": ESTIMATED, "kettle": 3})
    statistics = Statistics(lambda: now[0])
    assert await ask(statistics, index) == {"refund": ESTIMATED, "kettle": 3}
    index.of["kettle"] = 4
    assert await ask(statistics, index) == {"refund": ESTIMATED, "kettle": 4}
    assert index.asked == ["corpus", "words", ["kettle", "none", "refund"], ["kettle", "none"]]
    now[0] = KEPT_SECONDS
    index.of["refund"] = 2 * ESTIMATED
    assert (await ask(statistics, index))["refund"] == 2 * ESTIMATED


async def test_of_a_small_base_nothing_is_kept() -> None:
    index, statistics = Index(10, {"refund": 9}), Statistics()
    await ask(statistics, index)
    await ask(statistics, index)
    assert index.asked == ["corpus", "words", ["kettle", "none", "refund"]] * 2
