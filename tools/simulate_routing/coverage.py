"""How often the forecasts of waits are right in a simulated queue, where the waits that are known at each moment are those that ended."""

from collections.abc import Sequence

from cs_svc.domain.routing.waits import GROUPS, MOST_KNOWN, Coverage, Forecast, Wait, counts, estimate, forecast, group
from simulation import Taken
from workload import Arrival


def compared(arrivals: Sequence[Arrival], taken: Sequence[Taken], ahead: dict[int, int]) -> dict[int, Coverage]:
    """By group, the forecasts of all waits compared with the true ones."""
    ends = {each.arrival.number: each for each in taken}
    moments = [(each.at, 0, each.number) for each in arrivals]
    moments += [(each.at, 1, each.arrival.number) for each in taken]
    found = {each: Coverage(team_id="team", group=each) for each in range(len(GROUPS))}
    known: list[Wait] = []
    shown: dict[int, tuple[Forecast | None, float | None]] = {}
    for _, ended, number in sorted(moments):
        before, each = ahead[number], group(ahead[number])
        if not ended:
            shown[number] = forecast(before, known, found[each].levels), estimate(before, known)
        elif counts(waited := ends[number].waited):
            made, expected = shown[number]
            if made is not None:
                found[each] = found[each].after(made, waited)
            known = [Wait(ahead=before, estimate=expected, waited=waited), *known][:MOST_KNOWN]
    return found


def table(found: dict[int, Coverage]) -> str:
    """The table of docs/routing.md."""
    lines = ["| ahead | waits | in the interval % | longer % |", "|---|---|---|---|"]
    counted = [each for each in found.values() if each.counted]
    for name, rows in (("all", counted), *((_ahead(each.group), [each]) for each in counted)):
        number, covered, longer = (
            sum(getattr(each, field) for each in rows) for field in ("counted", "covered", "longer")
        )
        lines.append(f"| {name} | {number} | {100 * covered / number:.1f} | {100 * longer / number:.1f} |")
    return "\n".join(lines)


def _ahead(of: int) -> str:
    """How many are ahead of the waits of a group."""
    least = GROUPS[of]
    if of + 1 == len(GROUPS):
        return f"{least} or more"
    most = GROUPS[of + 1] - 1
    return str(least) if least == most else f"{least} to {most}"
