"""`make bench`: measure, and write docs/benchmarks.md."""

import sys

import report
import seams
import spine
from create_case import Bench, Comparison
from ground import ground
from measure import need_wrk
from suite import Found, measure

PARTS = ("suite", "create-case", "spine", "seams")


def main(parts: list[str]) -> None:
    """Measure these parts; the page is only written when all of them were."""
    if unknown := set(parts) - set(PARTS):
        raise SystemExit(f"bench: there is no part {', '.join(sorted(unknown))}; it is {' or '.join(PARTS)}")
    wanted = parts or list(PARTS)
    found: Found | None = measure(tell) if "suite" in wanted else None
    compared: dict[str, Comparison] = {}
    counted = (0, 0)
    if "create-case" in wanted:
        need_wrk()
        with ground() as servers:
            bench = Bench(servers, tell)
            counted = bench.count()
            compared = {"its relay running beside it": bench.compare(relay=True), "alone": bench.compare(relay=False)}
    passed = spine.measure(tell) if "spine" in wanted else None
    waited = seams.measure(tell) if "seams" in wanted else None
    page = report.write(compared, counted, passed, waited, found)
    if set(wanted) == set(PARTS):
        report.PAGE.write_text(page, encoding="utf-8")
    sys.stdout.write(page)


def tell(line: str) -> None:
    sys.stderr.write(f"bench: {line}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
