"""The sections of docs/benchmarks.md about the whole suite."""

from collections.abc import Mapping
from statistics import quantiles

import case_cost
import story_cost
import suite_rest
from case_cost import MODES
from process_usage import NAMES
from suite import Found
from suite_load import Found as Load

IDLE = """
## The suite on an idle machine

Kafka, PostgreSQL, five services, the process of labels and two simulators as `make up` starts them; each service is one process with all roles.

| | |
|---|---|
| stack ready, in an empty folder · started again | {found.ready_first_s:.1f} s · {found.ready_again_s:.1f} s |
{memory}| a case's event, from its commit to its effect in order-svc: median · p90 of {effects} | {middle:.0f} ms · {slow:.0f} ms |

Both ends are commit times of PostgreSQL (`track_commit_timestamp`): of the row of the case, and of the row with the last sequence that order-svc has consumed.
"""
CPU = """
## The suite at rest and under load

The same processes; "PostgreSQL" is the whole server. The CPU of a load is that of all processes from its first request until every outbox is empty, every consumer has handled the
log and another second has passed, without the CPU that the same time costs at rest.

| | today | at least | aim |
|---|---|---|---|
{targets}
*At rest*: {rest:.0f} s, which begin {after:.0f} s after a warm-up of {warm_up} stories and all of their effects. The broker alone has the same settings, no topics and no clients, and is measured in the same {rest:.0f} s.
*A created case*: `POST /v1/cases` of aftersale-svc, a refund of a paid order, {rate} a second (whether earlier ones have responses or not) and with {connections}; {rounds} rounds of {seconds} s each, in turn with the plain
endpoint of the first section at the same load, on the same PostgreSQL while the suite is at rest; medians. Of the plain endpoint, its process and PostgreSQL are counted.
*From the commit of a case to its effect*: of {lagging} cases, in a load of its own at that rate.
*A story*: an order, its payment, parcel and delivery, a case, the return, the inspection, the refund, a rating and the complete trace, {stories} one after the other. The clients ask every 50 ms until a step shows its result; these requests are counted.

| CPU | at rest, % of a core | {headings} | a story, ms |
|---|---|{columns}---|
{processes}"""


def section(found: Found) -> str:
    """Both sections."""
    memory = "".join(f"| {name}, idle, resident | {size:.0f} MiB |\n" for name, size in found.resident.items())
    idle = IDLE.format(
        found=found,
        memory=memory,
        effects=len(found.effect_ms),
        middle=found.effect_ms[len(found.effect_ms) // 2],
        slow=quantiles(found.effect_ms, n=10)[-1],
    )
    return idle + _load(found.load)


def _load(load: Load) -> str:
    return CPU.format(
        targets=_targets(load),
        rest=suite_rest.SECONDS,
        after=suite_rest.AFTER_SECONDS,
        warm_up=story_cost.WARM_UP,
        rate=case_cost.PER_SECOND,
        connections=MODES[1],
        rounds=case_cost.ROUNDS,
        seconds=case_cost.SECONDS,
        lagging=load.lag.events,
        stories=story_cost.STORIES,
        headings=" | ".join(f"a case, ms, {mode}" for mode in MODES),
        columns="---|" * len(MODES),
        processes=_processes(load),
    )


def _targets(load: Load) -> str:
    name, worst = load.rest.worst
    steady, full = (load.cases[mode] for mode in MODES)
    rates = " · ".join(f"{full.median(whose, 'per_second'):.0f}" for whose in ("suite", "bare"))
    rows = [
        ("all processes at rest, % of a core", f"**{load.rest.percent:.1f}**", "8", "4"),
        ("a broker alone, % of a core", f"{100 * load.rest.broker_alone:.1f}", "", ""),
        (f"the service that uses most at rest ({name}), % of a core", f"**{worst:.2f}**", "1", "0.5"),
        *(
            (f"CPU of a created case ÷ a bare request, {mode}", f"**{each.times:.1f} ×**", "6 ×", "4 ×")
            for mode, each in zip(MODES, (steady, full), strict=True)
        ),
        (f"created cases per second ÷ bare requests, {MODES[1]}", f"**{full.rate:.2f}**", "0.25", "0.35"),
        (f"created cases · bare requests per second, {MODES[1]}", rates, "", ""),
        (
            f"from the commit of a case to its effect in order-svc, {MODES[0]}: median · p99, ms",
            f"**{load.lag.p50:.0f} · {load.lag.p99:.0f}**",
            "25 · 100",
            "",
        ),
        ("CPU of a story, ms", f"{sum(load.story.values()):.0f}", "", ""),
    ]
    return "".join(f"|{''.join(f' {cell} |' if cell else ' |' for cell in row)}\n" for row in rows)


def _processes(load: Load) -> str:
    rest = {name: 100 * used for name, used in load.rest.cpu.items()}
    cases = [{name: load.cases[mode].median_ms("suite", name) for name in NAMES} for mode in MODES]
    lines = [_line(name, [rest[name], *(each[name] for each in cases), load.story[name]]) for name in NAMES]
    totals = [load.cases[mode].median("suite", "total_ms") for mode in MODES]
    lines.append(_line("**all**", [sum(rest.values()), *totals, sum(load.story.values())]))
    for name in ("bare", "postgres"):
        shown = [f"{load.cases[mode].median_ms('bare', name):.2f}" for mode in MODES]
        lines.append(f"| a bare request: {BARE[name]} | | {' | '.join(shown)} | |\n")
    return "".join(lines)


BARE: Mapping[str, str] = {"bare": "its process", "postgres": "PostgreSQL"}


def _line(name: str, figures: list[float]) -> str:
    rest, *cases, story = figures
    return f"| {name} | {_shown(rest, 2)} | {' | '.join(_shown(each, 2) for each in cases)} | {_shown(story, 0)} |\n"


def _shown(figure: float, digits: int) -> str:
    return f"{round(figure, digits) + 0.0:.{digits}f}"  # 0.0 and not -0.0
