"""`aftercare-check --stack .aftercare/stack.json [--history file]`: exit 0: all hold, 1: violations, 2: not readable."""

import argparse
import asyncio
import math
import sys
from pathlib import Path

import asyncpg
import httpx

from aftercare_checker import history
from aftercare_checker.check import check, settled
from aftercare_checker.log import Unreadable
from aftercare_checker.suite import Suite

EXPECTED_ERRORS = (OSError, ValueError, KeyError, TimeoutError, asyncpg.PostgresError, httpx.HTTPError, Unreadable)


def main() -> None:
    """Check a running suite; the exit code is the result."""
    options = _options().parse_args()
    try:
        code = asyncio.run(_check(options))
    except EXPECTED_ERRORS as error:
        print(f"aftercare-check: {type(error).__name__}: {error}", file=sys.stderr)
        code = 2
    sys.exit(code)


async def _check(options: argparse.Namespace) -> int:
    suite = Suite.read(options.stack)
    commands = history.read(options.history) if options.history else []
    if not await settled(suite, options.wait):
        print(f"not at rest within {options.wait:g} s: what has not arrived yet counts as missing")
    report = await check(suite, commands, allow_parked=options.allow_parked, inbox_incomplete=options.inbox_incomplete)
    print(report)
    return report.exit_code


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError("must be a number of seconds, 0 or more")
    return seconds


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="aftercare-check", description=__doc__)
    parser.add_argument("--stack", type=Path, default=Path(".aftercare/stack.json"))
    parser.add_argument("--history", type=Path, help="JSON lines with the commands and responses of clients")
    parser.add_argument("--wait", type=_seconds, default=30.0, help="seconds to wait until the suite is at rest")
    parser.add_argument("--allow-parked", action="store_true", help="parked events are listed, but are no violation")
    parser.add_argument("--inbox-incomplete", action="store_true", help="old inbox rows may have been deleted")
    return parser
