"""Questions that the search did not answer 未解答问题: grouped, counted, and settled by editors."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition
from aftercare_language.normalization import normalize

from kb_svc.domain.articles import EDITORS, Language

LONGEST = 200
ENOUGH = 0.45
"""A hit answers a question where it has words of so much of the weight of the question's own: of 30 questions about other matters, 22 have
less; of 61 that a policy answers none, of 140 in people's words 18 (`tests/integration/test_unanswered.py`)."""
_PERSONAL = re.compile(
    r"\S+[@\uff20\ufe6b]\S+|[A-Za-z]+_(?=[A-Za-z]*\d)[0-9A-Za-z]{6,}|\d(?:\W{0,3}\d){4,}|[\u3007\u96f6\u5e7a一二三四五六七八九]{7,}"
)
"""E-mail addresses; ids, such as `ord_…`; numbers of five digits and more, however they are grouped: of telephones, orders, parcels and cards; and
such numbers in words (零一二…)."""
_BETWEEN = re.compile(r"[\W_]+")
_BESIDE_CHINESE = re.compile(r"(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])")


class QuestionState(StrEnum):
    """What editors have done about a question."""

    OPEN = "open"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


class QuestionAction(StrEnum):
    ANSWER = "answer"
    DISMISS = "dismiss"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnansweredQuestion:
    """Searches with the same normalized question that found no answer. `version` is 0 until an editor has settled it.

    `times_settled` is how often it had been asked when it was settled, `article_id` the article that answers it.
    """

    id: str
    version: int
    key: str
    state: QuestionState
    language: Language
    question: str
    times: int
    times_settled: int | None
    article_id: str | None
    settled_by: str | None
    settled_at: datetime | None
    first_asked_at: datetime
    last_asked_at: datetime

    @property
    def asked_again(self) -> int:
        """How often it was asked, and not answered, after it was settled."""
        return self.times - self.times_settled if self.times_settled is not None else 0


_STATE, _ACTION = QuestionState, QuestionAction
QUESTION: Lifecycle[QuestionState, QuestionAction] = Lifecycle(
    "unanswered question",
    initial=_STATE.OPEN,
    transitions={
        (_STATE.OPEN, _ACTION.ANSWER): Transition(_STATE.ANSWERED, EDITORS),
        (_STATE.OPEN, _ACTION.DISMISS): Transition(_STATE.DISMISSED, EDITORS),
        (_STATE.ANSWERED, _ACTION.REOPEN): Transition(_STATE.OPEN, EDITORS),
        (_STATE.DISMISSED, _ACTION.REOPEN): Transition(_STATE.OPEN, EDITORS),
    },
    timeouts={_STATE.OPEN: Timeout("editors")},
    ends={_STATE.ANSWERED, _STATE.DISMISSED},
)


def without_personal(question: str) -> str:
    """The question as it is kept: one line without addresses and long numbers, which could say whose it is."""
    return " ".join(_PERSONAL.sub("…", question[:LONGEST]).split())


def key_of(question: str, language: str) -> str:
    """The key of a question: equal where only case, width, punctuation, spaces beside Chinese or traditional characters differ."""
    words = _BESIDE_CHINESE.sub("", _BETWEEN.sub(" ", normalize(without_personal(question))).strip())
    return sha256(f"{language} {words}".encode()).hexdigest()[:32]


def coverage(asked: Mapping[str, float], weights: Mapping[str, float], found: Collection[str]) -> float:
    """Which part of the weight of a question's own terms (`asked`) an article has, by terms that it has (`found`) and their `weights`.

    Terms that were added to the question, such as synonyms, count as well; so it may be above 1.
    """
    whole = sum(asked.values())
    return sum(weights[term] for term in found) / whole if whole else 0.0
