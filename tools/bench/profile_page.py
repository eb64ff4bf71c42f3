"""What `make bench P=profile` prints, to be pasted into docs/performance.md."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import function_samples
from aftercare_cli.stack.layout import SERVICES
from process_usage import NAMES
from suite_counters import Activity
from suite_profile import REST_SECONDS, Found, Loaded

SHOWN_STATEMENTS, SMALLEST = 15, 0.005
SHOWN = {"parts": 5, "modules": 8, "packages": 6, "functions": 12}
"""How many of each are shown for a service, the most frequent ones first."""

PAGE = """
## What the suite does

{rest} s at rest, then new cases at each rate for {seconds} s, three times: counted from outside; with the log of all statements; and sampled by py-spy. {done}.
What the same time has at rest is left out of figures per case; below 0 is what services do less often under load. A case has {events:.1f} events in all.

{cpu}
{wakeups}
### PostgreSQL

Commits are `xact_commit`. Statements are those of the log, their time is that of parse, bind and execute by the clock of the server, for COMMIT with the wait for the disk (the embedded server has no pg_stat_statements).

{services}
{at_rest}
{of_case}
### Kafka

Requests are counted by the broker.

{requests}
### CPU by function

Samples that hold the GIL, {per_second} a second, in percent of those of the service. *Parts* are those of the chassis, with the handlers and libraries that they call. *Modules* are our innermost ones, with the libraries that they call. A task without
one has its outermost file, in brackets. *Packages* and *functions* are what was running. C code is counted for the Python function that calls it; work without the GIL, such as uvloop's system calls, is in no sample.

{functions}"""


def section(found: Found) -> str:
    """All figures, the highest first."""
    last = found.loads[-1]
    return PAGE.format(
        rest=REST_SECONDS,
        seconds=found.seconds,
        done=", ".join(f"{each.done:.0f} of {each.rate} cases a second were done" for each in found.loads),
        events=last.events,
        cpu=_cpu(found),
        wakeups=table(("wake-ups per second at rest", ""), ((name, f"{n:.0f}") for name, n in highest(found.wakeups))),
        services=_services(found),
        at_rest=_statements("statements a second, at rest", found.rest),
        of_case=_statements(f"statements per case, at {last.rate} cases/s", last.case),
        requests=_requests(found),
        per_second=function_samples.PER_SECOND,
        functions="\n".join(_functions(found.loads, service.name) for service in SERVICES),
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [f"| {' | '.join(line)} |\n" for line in (head, *rows)]
    return "".join((lines[0], "|---" * len(head) + "|\n", *lines[1:]))


def highest(counts: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(counts.items(), key=lambda item: -item[1])


def _rates(found: Found, what: str) -> list[str]:
    return [f"{what}, {each.rate}/s" for each in found.loads]


def _cpu(found: Found) -> str:
    """CPU by process, and of all."""

    def row(name: str, names: Sequence[str]) -> list[str]:
        per_case = (f"{_sum(each.case.cpu_ms, names):.2f}" for each in found.loads)
        return [name, f"{_sum(found.rest.cpu_ms, names):.1f}", *per_case]

    rows = [*(row(name, [name]) for name in NAMES), row("**all**", NAMES)]
    return table(("CPU, ms", "a second, at rest", *_rates(found, "per case")), rows)


def _services(found: Found) -> str:
    """Commits and statements per second and per event, and their time per event, by service."""
    head = ["", "commits/s at rest", "statements/s at rest"]
    for each in found.loads:
        head += [f"{what} per event, {each.rate}/s" for what in ("commits", "statements", "ms")]

    def row(name: str, names: Sequence[str]) -> list[str]:
        figures = [_sum(found.rest.commits, names), sum(map(found.rest.statements_of, names))]
        for each in found.loads:
            case = each.case
            sums = (_sum(case.commits, names), sum(map(case.statements_of, names)), sum(map(case.ms_of, names)))
            figures += [total / each.events for total in sums]
        return [name, *(f"{figure:.2f}" for figure in figures)]

    services = [service.name for service in SERVICES]
    return table(head, [*(row(name, [name]) for name in services), row("**all**", services)])


def _sum(counts: Mapping[str, float], names: Sequence[str]) -> float:
    return sum(counts.get(name, 0.0) for name in names)


def _statements(title: str, activity: Activity) -> str:
    """The statements with most time."""
    found = sorted(activity.statement_ms.items(), key=lambda item: -item[1])[:SHOWN_STATEMENTS]
    rows = (
        (f"{activity.statements[service, text]:.2f}", f"{ms:.2f}", service, "`" + text.replace("|", "\\|") + "`")
        for (service, text), ms in found
    )
    return table((title, "ms", "", ""), rows)


def _requests(found: Found) -> str:
    """Requests by type, those that are frequent enough."""
    per_event = [{name: n / each.events for name, n in each.case.requests.items()} for each in found.loads]
    columns = [found.rest.requests, *per_event]
    most = {name: max(column.get(name, 0.0) for column in columns) for column in columns for name in column}
    rows = (
        (name, *(f"{column.get(name, 0.0):.2f}" for column in columns)) for name, n in highest(most) if n >= SMALLEST
    )
    return table(("requests to Kafka", "a second, at rest", *_rates(found, "per event")), rows)


def _functions(loads: Sequence[Loaded], service: str) -> str:
    """The share of each module, package and function of a service, at each rate."""
    samples = [each.samples[service] for each in loads]
    rows = [("samples", *(str(each.total) for each in samples))]
    for kind, most in SHOWN.items():
        counters: list[Counter[str]] = [getattr(each, kind) for each in samples]
        shares = [{name: 100 * n / counter.total() for name, n in counter.items()} for counter in counters]
        sums = {name: sum(share.get(name, 0.0) for share in shares) for share in shares for name in share}
        rows.append((f"**{kind}**", *("" for _ in loads)))
        rows += [
            (f"`{name}`", *(f"{share.get(name, 0.0):.0f}" for share in shares)) for name, _ in highest(sums)[:most]
        ]
    return table((f"{service}, %", *(f"{each.rate}/s" for each in loads)), rows)
