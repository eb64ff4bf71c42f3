"""`make bench`: measure, and write docs/benchmarks.md."""

import sys
from collections.abc import Callable

import create_case
import cross_service
import knowledge
import messaging
import messaging_page
import profile_page
import report
import suite
import suite_page
import suite_profile

Log = Callable[[str], None]

# Each part measures and returns its section. The suite is first: its start is measured on an idle machine.
PARTS: dict[str, Callable[[Log], str]] = {
    "suite": lambda log: suite_page.section(suite.measure(log)),
    "create-case": lambda log: report.create_case(*create_case.measure(log)),
    "messaging": lambda log: messaging_page.section(messaging.measure(log)),
    "cross-service": lambda log: report.cross_service(cross_service.measure(log)),
    "knowledge": lambda log: report.knowledge(knowledge.measure(log)),
    "profile": lambda log: profile_page.section(suite_profile.measure(log)),
}
PAGE = ("create-case", "messaging", "cross-service", "suite", "knowledge")
"""The sections of the page. The others are only printed."""


def main(names: list[str]) -> None:
    """Measure these parts; the page is written only when all of its parts are."""
    if unknown := set(names) - set(PARTS):
        raise SystemExit(f"bench: there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    wanted = [name for name in PARTS if name in (names or PAGE)]
    sections = {name: PARTS[name](log) for name in wanted}
    page = report.page(sections[name] for name in (*PAGE, *sorted(set(PARTS) - set(PAGE))) if name in sections)
    if set(wanted) >= set(PAGE):
        report.PAGE.write_text(report.page(sections[name] for name in PAGE), encoding="utf-8")
    sys.stdout.write(page)


def log(line: str) -> None:
    sys.stderr.write(f"bench: {line}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
