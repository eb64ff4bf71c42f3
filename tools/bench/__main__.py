"""`make bench`: measure, and write docs/benchmarks.md."""

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial

import capacity
import case_link
import commands
import conversation_commands
import create_case
import cross_service
import deadlines
import imports
import inbox
import knowledge
import large_knowledge
import live
import messaging
import messaging_page
import order_commands
import order_lists
import overload
import profile_page
import pushes
import report
import spans
import suite
import suite_page
import suite_profile
import work_lists

Log = Callable[[str], None]

# Each part measures and returns its section. The suite is first: its start is measured on an idle machine.
PARTS: dict[str, Callable[[Log], str]] = {
    "suite": lambda log: suite_page.section(suite.measure(log)),
    "create-case": lambda log: report.create_case(*create_case.measure(log)),
    "messaging": lambda log: messaging_page.section(messaging.measure(log)),
    "cross-service": lambda log: report.cross_service(cross_service.measure(log)),
    "case-link": case_link.measure,
    "knowledge": lambda log: report.knowledge(knowledge.measure(log)),
    "large-knowledge": large_knowledge.measure,
    "live": live.measure,
    "work-lists": work_lists.measure,
    "deadlines": deadlines.measure,
    "commands": commands.measure,
    "pushes": pushes.measure,
    "import": imports.measure,
    "orders": order_lists.measure,
    "order-commands": order_commands.measure,
    "inbox": inbox.measure,
    "conversation-commands": conversation_commands.measure,
    "capacity": capacity.measure,
    "overload": partial(overload.measure, overload.SECONDS),
    "spans": spans.measure,
}
PAGE = (
    "create-case",
    "messaging",
    "cross-service",
    "case-link",
    "suite",
    "knowledge",
    "live",
    "work-lists",
    "deadlines",
    "commands",
    "pushes",
    "import",
    "orders",
    "order-commands",
    "inbox",
    "conversation-commands",
    "capacity",
    "overload",
)
"""The order of the sections of the page."""
PROFILE = "profile"
"""A part that is only printed, and takes options."""


def main(arguments: Sequence[str]) -> None:
    """Measure these parts; the page is written only when all of its parts are."""
    given = options(arguments)
    parts: dict[str, Callable[[Log], str]] = {**PARTS, PROFILE: partial(_profile, given.rates, given.seconds)}
    parts["overload"] = partial(overload.measure, given.overload_seconds)
    if unknown := set(given.parts) - set(parts):
        raise SystemExit(f"bench: there is no part {', '.join(sorted(unknown))}; there are {', '.join(parts)}")
    wanted = [name for name in parts if name in (given.parts or PARTS)]
    sections = {name: parts[name](log) for name in wanted}
    page = report.page(sections[name] for name in dict.fromkeys((*PAGE, *parts)) if name in sections)
    if set(wanted) >= set(PAGE):
        report.PAGE.write_text(report.page(sections[name] for name in PAGE), encoding="utf-8")
    sys.stdout.write(page)


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """The names of the parts, and what the profile and the overload take: rates, and the seconds of each load."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part")
    parser.add_argument(
        "--rates", type=suite_profile.parse_rates, default=suite_profile.RATES, help="cases a second, such as 30,70,150"
    )
    parser.add_argument("--seconds", type=int, default=suite_profile.LOAD_SECONDS, help="of each load")
    parser.add_argument("--overload-seconds", type=int, default=overload.SECONDS, help="of each overload")
    return parser.parse_args(arguments)


def _profile(rates: Sequence[int], seconds: int, log: Log) -> str:
    return profile_page.section(suite_profile.measure(rates, seconds, log))


def log(line: str) -> None:
    sys.stderr.write(f"bench: {line}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
