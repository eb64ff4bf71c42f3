"""Submissions of complaints: what a person says again about a matter that has an unresolved complaint, over whichever channel."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from aftercare_language.analyser import query_terms

from cs_svc.domain.complaints import Complaint, ComplaintChannel
from cs_svc.domain.errors import ComplaintsUnrelated, MergedWithItself

ALIKE = 0.44
"""From this likeness on two texts are taken for the same complaint; tests/unit/test_alike_complaints.py measures what it finds and what it confuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A further submission of a complaint, as it came in.

    `likeness` is that with the complaint's texts, in percent; None where an agent merged it. `conversation_id` and `message_id` are set
    where an agent marked a message. `merged_from` is the complaint that it was, `separated_to` the one that it has become; `reason` is
    why an agent moved it.
    """

    id: str
    complaint_id: str
    channel: ComplaintChannel
    text: str
    submitted_by: str
    submitted_at: datetime
    likeness: int | None = None
    conversation_id: str | None = None
    message_id: str | None = None
    merged_from: str | None = None
    separated_to: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """The message of a conversation that an agent marks as a complaint."""

    conversation_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Match:
    """The unresolved complaint that a text repeats, and how like they are."""

    complaint: Complaint
    likeness: float


def likeness(one: str, other: str) -> float:
    """The part of the terms of both texts that they have in common (Jaccard), 0 to 1. Terms are characters and pairs of Chinese and stems of
    words, without stop words, of normalized text: traditional characters, width and case make no difference."""
    terms, others = query_terms(one).keys(), query_terms(other).keys()
    every = len(terms | others)
    return len(terms & others) / every if every else float(one.strip() == other.strip())


def repeated(text: str, unresolved: Iterable[Complaint], submissions: Iterable[Submission]) -> Match | None:
    """The complaint that the text repeats most closely; None where it is like none of their texts."""
    complaints = {each.id: each for each in unresolved}
    texts = [(each.id, each.text) for each in complaints.values()]
    texts += [(each.complaint_id, each.text) for each in submissions if each.separated_to is None]
    found = [Match(complaints[owner], likeness(text, known)) for owner, known in texts]
    best = max(found, key=lambda match: match.likeness, default=None)
    return best if best is not None and best.likeness >= ALIKE else None


def check_mergeable(ended: Complaint, into: Complaint) -> None:
    """Accept two complaints of one buyer about one order, and about one case where both name one.

    Raises:
        MergedWithItself: they are the same.
        ComplaintsUnrelated: they are about something else.
    """
    if ended.id == into.id:
        raise MergedWithItself(pointer="/into")
    same_case = ended.case_id == into.case_id or None in (ended.case_id, into.case_id)
    if ended.buyer_id != into.buyer_id or ended.order_id != into.order_id or not same_case:
        raise ComplaintsUnrelated(pointer="/into")
