"""Whether what somebody cites as evidence may be cited, and is enough where evidence is required."""

from collections.abc import Iterable, Mapping, Sequence

from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.evidence.model import CitedState, EvidenceState

_MOST_ADVANCED = (CitedState.ACCEPTED, CitedState.UPLOADED, CitedState.PENDING, CitedState.REFUSED, CitedState.EXPIRED)
"""Of several files with one hash, the first of these counts."""


def states_of(cited: Iterable[str], files: Iterable[tuple[str, EvidenceState]]) -> dict[str, CitedState]:
    """How far each cited hash is; `files` are the hashes and the states of the files that who cites them may use."""
    known: dict[str, set[CitedState]] = {}
    for sha256, state in files:
        known.setdefault(sha256, set()).add(CitedState(state))
    return {
        each: next((state for state in _MOST_ADVANCED if state in known.get(each, ())), CitedState.NOT_UPLOADED)
        for each in cited
    }


def check_cited(
    states: Mapping[str, CitedState], cited: Sequence[str], *, is_required: bool, pointer: str = "/evidence"
) -> None:
    """Refuse evidence that cannot be cited. `states` has besides the cited hashes those that were cited before and still count.

    Raises:
        EvidenceUnusable: one is that of a file whose check has refused it; or evidence is required, and none of them is that
            of an accepted file.
    """
    for place, each in enumerate(cited):
        if states[each] is CitedState.REFUSED:
            raise EvidenceUnusable(pointer=f"{pointer}/{place}", found=[CitedState.REFUSED], allowed=_USABLE)
    if is_required and CitedState.ACCEPTED not in states.values():
        raise EvidenceUnusable(pointer=pointer, found=sorted(set(states.values())), allowed=[CitedState.ACCEPTED])


_USABLE = [each for each in CitedState if each is not CitedState.REFUSED]
