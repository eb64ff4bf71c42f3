"""`make bench`: measure, and write docs/benchmarks.md."""

import sys

import cross_service
import messaging
import report
from create_case import Bench, EndpointRuns
from environment import environment
from suite import Found, measure
from wrk import need_wrk

PARTS = ("suite", "create-case", "messaging", "cross-service")


def main(parts: list[str]) -> None:
    """Measure these parts; the page is written only when all of them are."""
    if unknown := set(parts) - set(PARTS):
        raise SystemExit(f"bench: there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    wanted = parts or list(PARTS)
    suite: Found | None = measure(log) if "suite" in wanted else None
    cases: dict[str, EndpointRuns] = {}
    statements = (0, 0)
    if "create-case" in wanted:
        need_wrk()
        with environment() as env:
            bench = Bench(env, log)
            statements = bench.count()
            cases = {"its relay running beside it": bench.compare(relay=True), "alone": bench.compare(relay=False)}
    rates = messaging.measure(log) if "messaging" in wanted else None
    waits = cross_service.measure(log) if "cross-service" in wanted else None
    page = report.page(cases, statements, rates, waits, suite)
    if set(wanted) == set(PARTS):
        report.PAGE.write_text(page, encoding="utf-8")
    sys.stdout.write(page)


def log(line: str) -> None:
    sys.stderr.write(f"bench: {line}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
