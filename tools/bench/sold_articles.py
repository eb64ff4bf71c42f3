"""The articles of the orders of `order_lists.py`, with others beside them, and the searches by their numbers and titles."""

from urllib.parse import quote

SHARE = 5
"""There is one article for so many orders, beside those of the orders' own titles."""
FILL = """
INSERT INTO sold_articles (merchant_id, sku, title, text, pairs)
SELECT merchant, sku, title, text, (SELECT array_agg(DISTINCT substr(text, p, 2)) FROM generate_series(1, length(text) - 1) p)
FROM (SELECT merchant, sku, title, lower(sku || ' ' || title) AS text FROM (
    SELECT DISTINCT merchant, 'KETTLE-' || n % 5000 AS sku, '电热水壶' AS title FROM drawn
    UNION ALL
    SELECT 'm-7', 'KETTLE-' || 7 + 50 * (n % 100), '台灯 LED 护眼 ' || n FROM drawn WHERE n <= {articles} / 2
    UNION ALL
    SELECT 'm-' || n % 7, 'KETTLE-' || n % 5000, '双肩包 防水 ' || n FROM drawn WHERE n <= {articles} / 2
    UNION ALL
    SELECT 'm-7', 'KETTLE-' || 7 + 50 * n, '双肩包 红色 ' || n FROM generate_series(1, 3) n
) AS sold) AS each;
"""
"""Half of the other articles are those of one merchant, m-7, which has three of the kind that the other half is of."""
_TEXTS = {
    "found by a frequent word": "台灯",
    "found by two frequent words": "led 护眼",
    "found by a rare title": "热水壶",
    "found by a part of an article's number": "ettle-700",
    "found by a word of others' articles": "双肩包",
    "found by words that no article has together": "台灯 水壶",
    "found by a title that no article has": "没有这个",
}
SEARCHES = {name: f"q={quote(text)}" for name, text in _TEXTS.items()}
"""The query of each search, by its name."""
