"""Whether what somebody cites as evidence may be cited, and is enough where evidence is required."""

from collections.abc import Iterable, Mapping, Sequence

from aftersale_svc.domain.cases.codes import EvidenceKind
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.evidence.model import CitedFile, CitedState

_MOST_ADVANCED = (CitedState.ACCEPTED, CitedState.UPLOADED, CitedState.PENDING, CitedState.REFUSED, CitedState.EXPIRED)
"""Of several files with one hash, the first of these counts."""


def states_of(cited: Iterable[str], files: Iterable[CitedFile]) -> dict[str, CitedState]:
    """How far each cited hash is; `files` are those that who cites them may use."""
    known: dict[str, set[CitedState]] = {}
    for file in files:
        known.setdefault(file.sha256, set()).add(CitedState(file.state))
    return {
        each: next((state for state in _MOST_ADVANCED if state in known.get(each, ())), CitedState.NOT_UPLOADED)
        for each in cited
    }


def check_cited(states: Mapping[str, CitedState], cited: Sequence[str], pointer: str = "/evidence") -> None:
    """Refuse what cannot be cited.

    Raises:
        EvidenceUnusable: a hash is that of a file whose check has refused it.
    """
    for place, each in enumerate(cited):
        if states[each] is CitedState.REFUSED:
            raise EvidenceUnusable(pointer=f"{pointer}/{place}", found=[CitedState.REFUSED], allowed=_USABLE)


def check_required(states: Mapping[str, CitedState], kinds: Iterable[EvidenceKind]) -> None:
    """Refuse what is not enough where evidence is required. `states` has what is cited now and what was cited before, as far as it is of one of
    these kinds.

    Raises:
        EvidenceUnusable: no file is accepted.
    """
    if CitedState.ACCEPTED not in states.values():
        raise EvidenceUnusable(
            pointer="/evidence", found=sorted(set(states.values())), allowed=[CitedState.ACCEPTED], kinds=list(kinds)
        )


_USABLE = [each for each in CitedState if each is not CitedState.REFUSED]
