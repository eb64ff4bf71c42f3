"""Words of the index, for questions with words that no article has."""

import re
from collections.abc import Mapping

from aftercare_chassis.database.transaction import Reader
from aftercare_language.questions import Question, is_pinyin

from kb_svc.queries.statistics import Statistics

_WORD = re.compile(r"[a-z]{4,}")


async def known_words(
    reader: Reader, asked: Question, frequencies: Mapping[str, int], statistics: Statistics
) -> dict[str, int]:
    """The stems of English words in articles with their counts; none where the question has no word that is unknown."""
    unknown = [term for term in asked.own if _WORD.fullmatch(term) and term not in frequencies]
    if not unknown or is_pinyin(asked, frequencies.__contains__):
        return {}
    return await statistics.words(reader)


def suggestion(query: str, corrections: Mapping[str, str]) -> str | None:
    """The query with the stems that were probably meant, None where nothing was corrected."""
    if not corrections:
        return None
    return re.sub(r"[A-Za-z]+", lambda found: corrections.get(found.group().lower(), found.group()), query)
