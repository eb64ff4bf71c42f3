"""Whose turn it was in a case, to the second."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from aftersale_svc.domain.deadlines.ledger import Deadline, DocumentKind

NOBODY = "nobody"
BOTH = "both"
SIDES = {"agent": "platform", "testing_body": "platform", "system": "provider", "parties": BOTH}
"""Turns that count for another side: agents are the platform's, a testing body works for it, and the system waits for the payment
provider. While a dispute waits for both its sides, that is counted once, for neither of them alone."""
ALL_SIDES = ("buyer", "merchant", BOTH, "platform", "courier", "provider", NOBODY)

Stretch = tuple[datetime, datetime, str]
"""From when, until when, and whose turn."""


def turn_seconds(deadlines: Sequence[Deadline], created_at: datetime, until: datetime) -> dict[str, int]:
    """The seconds between two moments by side; they add up to the whole seconds between them.

    While a case waits for another document, a dispute, the turns of that count; no case waits for a claim. What no deadline was written about
    (a case of an earlier build, or one that had ended and was opened again) is nobody's.
    """
    case = [each for each in deadlines if each.document is DocumentKind.CASE]
    others = [_stretch(each, until) for each in deadlines if each.document is DocumentKind.DISPUTE]
    stretches: list[Stretch] = []
    for each in case:
        own = _stretch(each, until)
        waits = each.due_at is None and others
        stretches += _split(own, others) if waits else [own]
    seconds: Counter[str] = Counter()
    at = created_at
    for begins, ends, side in sorted(stretches):
        begins, ends = max(begins, at), min(max(ends, at), until)
        seconds[NOBODY] += _whole(created_at, begins) - _whole(created_at, at)
        seconds[side] += _whole(created_at, ends) - _whole(created_at, begins)
        at = max(at, ends)
    seconds[NOBODY] += _whole(created_at, until) - _whole(created_at, at)
    return {side: seconds[side] for side in dict.fromkeys((*ALL_SIDES, *seconds))}


def _whole(since: datetime, at: datetime) -> int:
    return int((at - since).total_seconds())


def _stretch(deadline: Deadline, until: datetime) -> Stretch:
    return deadline.set_at, deadline.ended_at or until, SIDES.get(deadline.turn, deadline.turn)


def _split(own: Stretch, others: Iterable[Stretch]) -> list[Stretch]:
    """The stretch, with the turns of others within it."""
    at, end, side = own
    found: list[Stretch] = []
    for begins, ends, other in sorted(others):
        begins, ends = max(begins, at), min(ends, end)
        if begins < ends:
            found += [(at, begins, side), (begins, ends, other)]
            at = ends
    return [each for each in (*found, (at, end, side)) if each[0] < each[1]]
