"""Compare the routing of cs-svc with round-robin and longest-idle: `python tools/simulate_routing --seed 1 --days 3`.

The figures of docs/routing.md. The same seed gives the same figures.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from random import Random

from coverage import compared, table
from simulation import Simulation, Taken
from strategies import STRATEGIES
from workload import Person, arrivals, people


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values is."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def jain(values: Sequence[float]) -> float:
    """Jain's index: 1 where all are equal, 1/n where one has everything."""
    return sum(values) ** 2 / (len(values) * sum(each * each for each in values))


def gini(values: Sequence[float]) -> float:
    """The Gini coefficient: 0 where all are equal."""
    ordered, total = sorted(values), sum(values)
    return sum((2 * place - len(ordered) + 1) * each for place, each in enumerate(ordered)) / (len(ordered) * total)


def row(name: str, taken: Sequence[Taken], staff: Sequence[Person], number: int) -> str:
    """One line of the table."""
    waits = [each.waited for each in taken]
    urgent = [each.waited for each in taken if each.arrival.rank == 3]
    low = [each.waited for each in taken if each.arrival.rank == 0]
    hard = [each.solved for each in taken if each.arrival.is_hard]
    busy: dict[str, float] = defaultdict(float)
    for each in taken:
        busy[each.agent_id] += each.busy_seconds
    hours = {each.id: sum(closes - opens for opens, closes in each.shifts) * each.capacity for each in staff}
    loads = [busy[each.id] / hours[each.id] for each in staff]
    cells = [
        name,
        f"{quantile(waits, 0.5):.0f}",
        f"{sum(waits) / len(waits):.0f}",
        f"{quantile(waits, 0.9):.0f}",
        f"{quantile(waits, 0.99):.0f}",
        f"{max(waits):.0f}",
        f"{quantile(urgent, 0.9):.0f}",
        f"{quantile(low, 0.9):.0f}",
        f"{jain(loads):.3f}",
        f"{gini(loads):.3f}",
        f"{100 * sum(each.skilled for each in taken) / len(taken):.1f}",
        f"{100 * sum(each.solved for each in taken) / len(taken):.1f}",
        f"{100 * sum(hard) / len(hard):.1f}",
        f"{100 * sum(each.again for each in taken) / len(taken):.1f}",
        f"{number - len(taken)}",
    ]
    return "| " + " | ".join(cells) + " |"


HEAD = (
    "| strategy | median | mean | p90 | p99 | longest | urgent p90 | low p90 | Jain | Gini | skilled % | solved % | hard solved % "
    "| same agent % | never taken |\n|---|" + "---|" * 14
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--agents", type=int, default=32)
    parser.add_argument("--busiest", type=float, default=150.0, help="conversations in the busiest hour")
    parser.add_argument("--coverage", action="store_true", help="compare the forecasts of waits instead")
    options = parser.parse_args()
    staff = people(Random(options.seed), options.agents)  # noqa: S311 - a simulation, repeatable by its seed
    found = arrivals(Random(options.seed + 1), options.days, options.busiest)  # noqa: S311 - as above
    if options.coverage:
        run = Simulation(found, staff, STRATEGIES["cs-svc"]())
        print(table(compared(found, run.run(), run.queue_lengths)))
        return
    print(f"{len(found)} conversations in {options.days} days, {options.agents} agents; waits in seconds\n")
    print(HEAD)
    for name, make in STRATEGIES.items():
        print(row(name, Simulation(found, staff, make()).run(), staff, len(found)), flush=True)


if __name__ == "__main__":
    main()
