"""`python -m aftercare_events.evolution --check`: compares every event with every release.

It fails, with one line per change, where an event changed in any other way than by a new optional field.
`--freeze v0.2.0` keeps today's schemas as a release.
"""

import sys
from pathlib import Path

from aftercare_events.evolution import releases
from aftercare_events.registry import EVENTS, UPCASTERS
from aftercare_events.release_gate import ReleaseGate

RELEASED = Path(__file__).resolve().parents[3] / "released"


def _freeze(folder: Path, version: str) -> str:
    return f"{releases.freeze(folder, version, EVENTS)} events kept as {version}"


GATE = ReleaseGate(
    module="aftercare_events.evolution",
    description=__doc__,
    option="--released",
    folder=RELEASED,
    releases=lambda folder: list(releases.read(folder)),
    breaking_changes=lambda folder: releases.check(folder, EVENTS, UPCASTERS),
    freeze=_freeze,
    hint="A released event may only be extended by optional fields; see docs/evolution.md",
)


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 1 where an event of a release could not be read any more."""
    return GATE.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
