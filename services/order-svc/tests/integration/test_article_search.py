"""Orders found by parts of the numbers and titles of their articles, among thousands of articles with the same words."""

from typing import Any

import pytest
from order_svc.domain.article_search import CANDIDATES, MOST_FOUND, SAMPLED, pairs, tag
from order_svc.tables.sold_articles import ADD_ARTICLES, ARTICLES_FOUND, ARTICLES_OF_MERCHANT_FOUND

MANY = 4 * SAMPLED
LAMP, KETTLE = "台灯 LED 护眼", "电热水壶 1.7 升"


async def sell(shop: Any, merchant: str, articles: dict[str, str]) -> None:
    """Add articles, by their numbers, to what the merchant has sold."""
    skus, titles = list(articles), list(articles.values())
    texts = [f"{sku} {title}".lower() for sku, title in articles.items()]
    async with shop.h.runtime.transaction() as tx:
        tx.execute_last("sold_articles", ADD_ARTICLES, merchant_id=merchant, skus=skus, titles=titles, texts=texts)


async def place(client: Any, kettles: Any, sku: str, title: str) -> str:
    line = {"sku": sku, "title": title, "quantity": 1, "unit_price": {"amount": 100, "currency": "CNY"}}
    placed = await client.post("/v1/orders", json=kettles(lines=[line]))
    assert placed.status_code == 201, placed.text
    return str(placed.json()["id"])


async def found(client: Any, text: str) -> list[str]:
    answer = await client.get("/v1/orders", params={"q": text})
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["data"]]


@pytest.fixture
async def lamps(shop: Any) -> Any:
    """A shop that has sold thousands of lamps, as another merchant has kettles."""
    await sell(shop, "m-1", {f"LAMP-{n:05}": f"{LAMP} {n}" for n in range(MANY)})
    await sell(shop, "m-2", {f"KETTLE-{n:05}": f"{KETTLE} {n}" for n in range(MANY)})
    return shop


async def test_a_rare_word_is_found_among_thousands_of_articles(lamps: Any, kettles: Any) -> None:
    order = await place(lamps.seller, kettles, "POT-1", "砂锅 2 升")
    agent = lamps.h.client("agent", "agent-1")
    for text in ("砂锅", "pot", "砂锅 升", "ＰＯＴ-1", "pot-1 砂"):
        assert await found(lamps.seller, text) == [order], text
        assert await found(agent, text) == [order], text


async def test_a_word_that_most_articles_of_others_have_finds_those_of_the_merchant(lamps: Any, kettles: Any) -> None:
    order = await place(lamps.seller, kettles, "POT-1", KETTLE)
    assert await found(lamps.seller, "水壶") == [order]
    assert await found(lamps.seller, "热水壶 pot") == [order]
    rival = lamps.h.client("seller", "seller-2", tenant="m-2")
    assert await found(rival, "台灯") == await found(rival, "pot-1") == []


async def test_words_that_match_nothing_together_find_nothing(lamps: Any, kettles: Any) -> None:
    await place(lamps.seller, kettles, "LAMP-00001", f"{LAMP} 1")
    agent = lamps.h.client("agent", "agent-1")
    for text in ("lamp 水壶", "没有这个", "灯水", "灯"):
        assert await found(lamps.seller, text) == [], text
        assert await found(agent, text) == [], text


@pytest.mark.parametrize("word", ["台灯", "led", "lamp"])
async def test_of_a_frequent_word_so_many_articles_count_and_always_the_same(lamps: Any, word: str) -> None:
    wanted = {"words": [word], "most": MOST_FOUND, "sampled": SAMPLED, "candidates": CANDIDATES}
    async with lamps.h.runtime.reader() as reader:
        own = {**wanted, "pairs": [*pairs(word), tag("m-1")], "merchant_id": "m-1"}
        first, again = [await reader.all(ARTICLES_OF_MERCHANT_FOUND, **own) for _ in range(2)]
        everywhere = await reader.all(ARTICLES_FOUND, **wanted, pairs=pairs(word))
    assert len(first) == MOST_FOUND
    assert [*first] == [*again]
    assert len(everywhere) == MOST_FOUND
