"""Synonyms that administrators set beside those of the build: what people say, and the words of articles that it means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from graphlib import CycleError, TopologicalSorter

from aftercare_chassis.refusals import Kind, Refusal
from aftercare_language.analyser import query_terms
from aftercare_language.normalization import normalize
from aftercare_language.synonyms import Synonym, shipped

from kb_svc.domain.articles import Language

MOST_MEANINGS, MOST_TYPED, MOST_OF_ONE = 500, 5_000, 200
"""Meanings of a language, words for them, and words for one of them."""
LONGEST_TYPED, LONGEST_MEANING = 40, 80
Words = Mapping[str, list[str]]
"""For each meaning, in words of articles, what people say in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SynonymList:
    """The synonyms of one language. `version` counts how often they were set; each version is kept."""

    id: str
    version: int
    language: Language
    words: dict[str, list[str]]
    set_by: str
    set_at: datetime


class TooManySynonyms(Refusal):
    """The list of a language has too many words."""

    kind, code = Kind.INVALID, "too_many_synonyms"
    zh, en = "同义词过多：共 {number} 个，最多 {most} 个。", "Too many synonyms: {number} words, at most {most}."


class SynonymWithoutWords(Refusal):
    """A synonym has nothing that a search reads, such as punctuation alone."""

    kind, code = Kind.INVALID, "synonym_without_words"
    zh, en = "“{word}”中没有可检索的文字。", "There is nothing to search for in “{word}”."


class SynonymLoop(Refusal):
    """Words stand for each other, or for themselves, or a synonym of the build says the opposite."""

    kind, code = Kind.INVALID, "synonym_loop"
    zh, en = "同义词互相指向：{words}。", "Synonyms that stand for each other: {words}."


def list_id(language: Language) -> str:
    """The id of the list of a language."""
    return f"syn_{language.lower().replace('-', '_')}"


def checked(language: Language, given: Iterable[tuple[str, list[str]]]) -> dict[str, list[str]]:
    """The list as it is stored: each meaning once, with each of its words once.

    Raises:
        TooManySynonyms, SynonymWithoutWords, SynonymLoop: see there.
    """
    words: dict[str, list[str]] = {}
    for place, (meant, typed) in enumerate(given):
        for each in (meant, *typed):
            if not query_terms(each):
                raise SynonymWithoutWords(pointer=f"/synonyms/{place}", word=each)
        known = words.setdefault(normalize(meant).strip(), [])
        known += [each for each in dict.fromkeys(normalize(one).strip() for one in typed) if each not in known]
    number = sum(map(len, words.values()))
    if number > MOST_TYPED:
        raise TooManySynonyms(pointer="/synonyms", number=number, most=MOST_TYPED)
    _refuse_loops(language, words)
    return words


def _refuse_loops(language: Language, words: Words) -> None:
    meanings: dict[str, set[str]] = {}
    of_build = {(each.typed, each.meant) for each in shipped() if each.language == language}
    for each in synonyms(language, words):
        meanings.setdefault(each.typed, set()).add(each.meant)
        if (each.meant, each.typed) in of_build:
            raise SynonymLoop(pointer="/synonyms", words=f"{each.typed} → {each.meant} → {each.typed}")
    try:
        TopologicalSorter(meanings).prepare()
    except CycleError as error:
        raise SynonymLoop(pointer="/synonyms", words=" → ".join(reversed(error.args[1]))) from None


def synonyms(language: Language, words: Words) -> list[Synonym]:
    """The list as a search takes it."""
    return [Synonym(language, typed, meant) for meant, all_typed in words.items() for typed in all_typed]
