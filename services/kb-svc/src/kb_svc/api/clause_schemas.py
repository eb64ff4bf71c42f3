"""Bodies about clauses: those of a version, and the differences of two versions."""

from typing import Self

from aftercare_chassis.http.schemas import Out
from aftercare_language.differences import DifferenceKind

from kb_svc.api.schemas import Maybe
from kb_svc.domain.clause_matching import ClauseChange, ClauseDifference, Section
from kb_svc.queries.clauses import Comparison


class ClauseOut(Out):
    """A clause of one version."""

    clause_id: str
    """Identifies the clause in all versions of the article."""
    hash: str
    """SHA-256 of its Markdown, by which decisions cite it: `sha256:…`."""
    heading: str
    """Its heading without markup; empty for what stands before the first heading."""
    body: str
    """Its Markdown, with the heading."""


class ClausesOut(Out):
    """The clauses of a version."""

    data: list[ClauseOut]
    """In the order of the text."""

    @classmethod
    def of(cls, found: list[tuple[str, Section]]) -> Self:
        """These clauses by their ids."""
        return cls(
            data=[
                ClauseOut(clause_id=id, hash=each.hash, heading=each.heading, body=each.markdown) for id, each in found
            ]
        )


class DifferenceOut(Out):
    """A part of the Markdown of a clause: in both versions, in the first alone, or in the second alone."""

    kind: DifferenceKind
    """`same`, `removed` or `added`."""
    text: str
    """The part, with its white space. The parts in their order are the clause."""


class ClauseDifferenceOut(Out):
    """What became of a clause."""

    clause_id: str
    """Identifies the clause in all versions of the article."""
    change: ClauseChange
    """`same`, `changed`, `added` or `removed`."""
    moved: bool
    """Whether it stands before or behind other clauses than it did."""
    heading: str
    """Its heading in the second version, or in the first where it was removed."""
    hash_before: str | None = Maybe
    """Its digest in the first version; absent where it was added."""
    hash_after: str | None = Maybe
    """Its digest in the second version; absent where it was removed."""
    words: list[DifferenceOut]
    """How a changed clause differs, word by word; Chinese by characters. Empty for others."""

    @classmethod
    def of(cls, found: ClauseDifference) -> Self:
        """This difference."""
        return cls(
            clause_id=found.clause_id,
            change=found.change,
            moved=found.moved,
            heading=found.heading,
            hash_before=found.before.hash if found.before else None,
            hash_after=found.after.hash if found.after else None,
            words=[DifferenceOut.of_row(each) for each in found.words],
        )


class ComparisonOut(Out):
    """How the second version differs from the first."""

    before: int
    """The first version."""
    after: int
    """The second version."""
    title_before: str
    """The title of the first version."""
    title_after: str
    """The title of the second version."""
    data: list[ClauseDifferenceOut]
    """Each clause of both versions: in the order of the second, then those that it does not have."""

    @classmethod
    def of(cls, found: Comparison) -> Self:
        """This comparison."""
        return cls(
            before=found.before.number,
            after=found.after.number,
            title_before=found.before.title,
            title_after=found.after.title,
            data=[ClauseDifferenceOut.of(each) for each in found.clauses],
        )
