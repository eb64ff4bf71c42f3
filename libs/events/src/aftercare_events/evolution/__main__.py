"""`python -m aftercare_events.evolution --check`: report, one per line, changes since a release other than optional fields.

`--freeze v0.2.0` keeps today's events as a release.
"""

import argparse
import re
import sys
from pathlib import Path

from aftercare_events.evolution import releases
from aftercare_events.registry import EVENTS, UPCASTERS

RELEASED = Path(__file__).resolve().parents[3] / "released"


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code is 1 where an event changed in a way that is not allowed."""
    parser = argparse.ArgumentParser(prog="python -m aftercare_events.evolution", description=__doc__)
    act = parser.add_mutually_exclusive_group(required=True)
    act.add_argument("--check", action="store_true", help="compare with every release")
    act.add_argument("--freeze", metavar="VERSION", type=_version, help="keep today's events as this release")
    parser.add_argument("--released", type=Path, default=RELEASED, help="the folder of the releases")
    options = parser.parse_args(arguments)
    found = releases.check(options.released, EVENTS, UPCASTERS)
    if options.check and not releases.read(options.released):
        found = [f"no release is kept in {options.released}"]
    for violation in found:
        print(violation, file=sys.stderr)
    if found:
        print("A released event may only be extended by optional fields; see docs/evolution.md", file=sys.stderr)
        return 1
    if options.freeze:
        print(f"{releases.freeze(options.released, options.freeze, EVENTS)} events kept as {options.freeze}")
    return 0


def _version(text: str) -> str:
    if not re.fullmatch(r"v\d+\.\d+\.\d+", text):
        raise argparse.ArgumentTypeError("a release is named like v0.2.0")
    return text


if __name__ == "__main__":
    sys.exit(main())
