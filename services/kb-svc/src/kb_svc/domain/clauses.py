"""The clauses of a text in Markdown, by which decisions cite it: one for each section."""

from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from kb_svc.domain.clause_terms import BLOCK, MOST_WITH_TERMS, Terms, terms_of
from kb_svc.domain.errors import ClauseTermsInvalid
from kb_svc.domain.markdown import blocks, is_terms

MOST_CLAUSES = 200


@dataclass(frozen=True, slots=True)
class Clause:
    """One section: its number in the text, the digest of its Markdown, and the terms that it states for machines, where it does."""

    id: str
    hash: str
    terms: Terms | None = None


def clauses(markdown: str) -> tuple[Clause, ...]:
    """The sections of a text, at most the first 200 of them.

    What stands before the first heading is clause `0`; the sections are numbered from `1` in their order, whatever the level of
    their headings. A section ends with its trailing white space removed, so that blank lines change nothing.

    Raises:
        ClauseTermsInvalid: see `terms_of`; or more than `MOST_WITH_TERMS` clauses have terms.
    """
    lines, tokens = markdown.splitlines(), blocks(markdown)
    starts = [token.map[0] for token in tokens if token.type == "heading_open" and token.map]
    fences = [(token.map[0], token.content) for token in tokens if is_terms(token) and token.map]
    found = []
    for number, (begin, end) in enumerate(pairwise([0, *starts, len(lines)])):
        text = "\n".join(lines[begin:end]).strip()
        if text:
            terms = terms_of(str(number), [content for line, content in fences if begin <= line < end])
            found.append(Clause(str(number), digest_of(text), terms))
    stated = [clause for clause in found[:MOST_CLAUSES] if clause.terms is not None]
    if len(stated) > MOST_WITH_TERMS:
        last = stated[MOST_WITH_TERMS]
        raise ClauseTermsInvalid(pointer="/body", clause_id=last.id, field=BLOCK, allowed=f"{MOST_WITH_TERMS} clauses")
    return tuple(found[:MOST_CLAUSES])


def digest_of(text: str) -> str:
    """SHA-256 of the Markdown of a clause."""
    return f"sha256:{sha256(text.encode()).hexdigest()}"
