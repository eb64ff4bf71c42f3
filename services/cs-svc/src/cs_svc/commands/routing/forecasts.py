"""Forecasts of waits: made when a conversation enters a queue, compared when an agent takes it."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction

from cs_svc.domain.routing import waits
from cs_svc.domain.routing.queue import QueueEntry
from cs_svc.domain.routing.waits import Coverage, Forecast
from cs_svc.settings import Settings
from cs_svc.tables.routing import waits as tables


async def with_forecast(tx: Transaction[Settings], entry: QueueEntry) -> QueueEntry:
    """The new entry with how many are ahead of it, and the interval of its wait; without one where too few waits are known."""
    found = await tx.one(tables.WAITING_NOW, team_id=entry.team_id)
    ahead = 0 if found is None else found["number"]
    known = await tx.all(tables.RECENT_WAITS, team_id=entry.team_id)
    coverages = {each.group: each for each in await tx.all(tables.COVERAGE_OF, team_id=entry.team_id)}
    levels = coverages[waits.group(ahead)].levels if waits.group(ahead) in coverages else waits.Levels()
    shown = waits.forecast(ahead, known, levels)
    if shown is None:
        return replace(entry, ahead=ahead)
    return replace(entry, ahead=ahead, estimate=shown.estimate, predicted_low=shown.low, predicted_high=shown.high)


async def compare(tx: Transaction[Settings], entry: QueueEntry, waited: float) -> None:
    """Count whether the wait that has ended was in the interval that was shown, and adapt the next one."""
    if entry.ahead is None or entry.predicted_low is None or entry.predicted_high is None or entry.estimate is None:
        return
    if not waits.counts(waited):
        return
    group = waits.group(entry.ahead)
    known = await tx.one(tables.LOCK_COVERAGE, team_id=entry.first_team_id, group=group)
    before = Coverage(team_id=entry.first_team_id, group=group) if known is None else known
    shown = Forecast(estimate=entry.estimate, low=entry.predicted_low, high=entry.predicted_high)
    await tx.upsert(tables.COVERAGE, before.after(shown, waited))
