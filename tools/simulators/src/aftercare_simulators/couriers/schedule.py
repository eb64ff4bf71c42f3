"""In which order the pushes of several parcels are posted: as they happen, or not."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from aftercare_simulators.couriers.wire import Partner, Request, Scan


@dataclass(frozen=True, slots=True)
class Disorder:
    """How pushes arrive: `shuffled` in any order, else in that of their scans; parts from 0 to 1 of them come `twice`, or `late` (after
    all others)."""

    shuffled: bool = False
    twice: float = 0.0
    late: float = 0.0


@dataclass(frozen=True, slots=True)
class Push:
    """One push to post, and the scan that it is about."""

    scan: Scan
    request: Request


def schedule(
    partner: Partner,
    parcels: Sequence[Sequence[Scan]],
    secret: str,
    *,
    disorder: Disorder | None = None,
    dice: random.Random | None = None,
) -> list[Push]:
    """The pushes about these parcels, each given by its true history, in the order in which they are posted.

    Raises:
        StatusUnknown: the partner has no code for a status.
    """
    disorder, dice = disorder or Disorder(), dice or random.Random(0)  # noqa: S311  # a simulation
    pushes = [
        Push(scan, partner.encode(history[: place + 1], secret))
        for history in parcels
        for place, scan in enumerate(history)
    ]
    pushes.sort(key=lambda push: push.scan.at)
    pushes += [push for push in pushes if dice.random() < disorder.twice]
    if disorder.shuffled:
        dice.shuffle(pushes)
    late = [dice.random() < disorder.late for _ in pushes]
    in_time = [push for push, is_late in zip(pushes, late, strict=True) if not is_late]
    return in_time + [push for push, is_late in zip(pushes, late, strict=True) if is_late]
