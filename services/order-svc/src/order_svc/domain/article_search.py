"""How articles are found by parts of their numbers and titles, in Chinese as in English: by pairs of characters."""

import unicodedata
from collections.abc import Iterable, Mapping

MOST_FOUND = 50
"""So many articles of a search count; who searches for a part that more have writes more of it."""
SAMPLED, CANDIDATES = 1000, 500
"""So many articles are looked at for words that are frequent, and for others of those that the pairs lead to."""


def normalized(text: str) -> str:
    """The text as it is compared: width and letter case make no difference."""
    return unicodedata.normalize("NFKC", text).lower()


def pairs(text: str) -> list[str]:
    """The pairs of neighbouring characters of a normalized text, each once and sorted."""
    return sorted({text[at : at + 2] for at in range(len(text) - 1)})


def tag(merchant_id: str) -> str:
    """What the index of pairs has of each article of this merchant."""
    return f"={merchant_id}"


def words(text: str) -> list[str]:
    """The parts of a search, of which an article has all; none where no part is long enough to have a pair."""
    found = normalized(text).split()
    return found if any(len(word) > 1 for word in found) else []


def columns(sold: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    """Articles, as numbers and titles, as columns of rows: each once, in the order in which they are locked."""
    each = sorted(set(sold))
    texts = [normalized(f"{sku} {title}") for sku, title in each]
    return {"skus": [sku for sku, _ in each], "titles": [title for _, title in each], "texts": texts}
