"""What `make bench P=profile` prints."""

from collections.abc import Mapping

from aftercare_cli.stack.layout import SERVICES
from case_cost import PER_SECOND
from suite_profile import LOAD_SECONDS, REST_SECONDS, Activity, Found

MOST = 15
PAGE = """
## What the suite does

Counted outside of the processes, in {rest:.0f} s at rest and with {per_second} new cases a second for {seconds} s (without what happens at rest in that time; below 0 is what
services do less often under load). A case has {events:.1f} events in all.
Wake-ups are voluntary context switches of all threads, commits are `xact_commit` of PostgreSQL, statements are those in its log, requests are counted by the broker.

| wake-ups per second at rest | |
|---|---|
{wakeups}
| PostgreSQL | commits/s at rest | statements/s at rest | commits per case | statements per case | commits per event | statements per event |
|---|---|---|---|---|---|---|
{services}
| requests to Kafka | a second, at rest | per case |
|---|---|---|
{requests}
| statements a second, at rest | | |
|---|---|---|
{at_rest}
| statements per case | | |
|---|---|---|
{of_case}"""


def section(found: Found) -> str:
    """All counts, the highest first."""
    types = sorted({*found.rest.requests, *found.case.requests}, key=lambda name: -found.rest.requests.get(name, 0))
    shown = [name for name in types if max(_of(found.rest.requests, name), _of(found.case.requests, name)) >= 0.005]
    requests = [(name, _of(found.rest.requests, name), _of(found.case.requests, name)) for name in shown]
    return PAGE.format(
        rest=REST_SECONDS,
        per_second=PER_SECOND,
        seconds=LOAD_SECONDS,
        events=found.events,
        wakeups="".join(f"| {name} | {count:.0f} |\n" for name, count in _highest(found.wakeups)),
        services="".join(_service(found, service.name) for service in SERVICES) + _all(found),
        requests="".join(f"| {name} | {rest:.2f} | {case:.2f} |\n" for name, rest, case in requests),
        at_rest=_most(found.rest),
        of_case=_most(found.case),
    )


def _of(counts: Mapping[str, float], name: str) -> float:
    return counts.get(name, 0.0)


def _highest(counts: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(counts.items(), key=lambda item: -item[1])


def _service(found: Found, name: str) -> str:
    return _line(
        name,
        (found.rest.commits[name], found.rest.statements_of(name)),
        (found.case.commits[name], found.case.statements_of(name)),
        found.events,
    )


def _all(found: Found) -> str:
    rest, case = ((sum(each.commits.values()), sum(each.statements.values())) for each in (found.rest, found.case))
    return _line("**all**", rest, case, found.events)


def _line(name: str, rest: tuple[float, float], case: tuple[float, float], events: float) -> str:
    figures = (*rest, *case, case[0] / events, case[1] / events)
    return f"| {name} | {' | '.join(f'{figure:.2f}' for figure in figures)} |\n"


def _most(activity: Activity) -> str:
    found = sorted(activity.statements.items(), key=lambda item: -item[1])[:MOST]
    lines = [(f"{count:.2f}", service, text.replace("|", "\\|")) for (service, text), count in found]
    return "".join(f"| {count} | {service} | `{text}` |\n" for count, service, text in lines)
