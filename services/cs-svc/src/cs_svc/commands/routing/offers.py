"""Who is offered which of the conversations that wait: read, decide by `domain/routing/assignment`, save."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction
from asyncpg import Record

from cs_svc.commands.routing import queue as commands
from cs_svc.domain.routing.agents import Skill
from cs_svc.domain.routing.assignment import Candidate, Rules, Waiting, assign, solved_share
from cs_svc.domain.routing.queue import QueueEntry
from cs_svc.domain.routing.shifts import works
from cs_svc.settings import Settings
from cs_svc.tables.routing import agents, queue


async def offer_waiting(tx: Transaction[Settings]) -> tuple[int, int]:
    """Offer what waits to the agents who are online; how many waited, and how many of them were offered to somebody.

    Until the end of the transaction, no other one offers anything, and the agents that were read stay online.
    """
    await tx.lock_all(queue.LOCK_ROUTING)
    entries = await tx.lock_all(queue.LOCK_WAITING, now=tx.now, aging=tx.settings.queue_aging_seconds)
    if not entries:
        return 0, 0
    since = tx.now - timedelta(minutes=tx.settings.active_minutes)
    online = await tx.lock_all(queue.LOCK_ONLINE, active_since=since)
    ready = [each for each in online if works(each["shifts"], each["time_off"], each["time_zone"], tx.now)]
    if not ready:
        return len(entries), 0
    outcomes = await _outcomes(tx, entries, ready)
    candidates = [_candidate(each, outcomes.get(each["id"], {})) for each in ready]
    rules = Rules(aging_seconds=tx.settings.queue_aging_seconds, relax_seconds=tx.settings.skill_relax_seconds)
    chosen = assign([_waiting(each) for each in entries], candidates, tx.now, rules)
    if not chosen:
        return len(entries), 0
    by_id = {each.id: each for each in entries}
    seconds = {each.id: each.offer_seconds for each in await tx.all(agents.ALL_TEAMS)}
    for each in chosen:
        entry = by_id[each.waiting_id]
        await commands.offer(tx, entry, each.agent_id, seconds=seconds[entry.team_id])
    return len(entries), len(chosen)


async def _outcomes(
    tx: Transaction[Settings], entries: Sequence[QueueEntry], ready: Sequence[Record]
) -> Mapping[str, Mapping[str, float]]:
    topics = sorted({each.reason or "" for each in entries})
    found: dict[str, dict[str, float]] = {}
    for row in await tx.all(agents.OUTCOMES, agents=[each["id"] for each in ready], topics=topics):
        share = solved_share(max(0, row["solved"]), row["handled"])
        found.setdefault(row["agent_id"], {})[row["topic"]] = share
    return found


def _waiting(entry: QueueEntry) -> Waiting:
    return Waiting(
        id=entry.id,
        team_id=entry.team_id,
        rank=entry.priority,
        weight=entry.weight,
        waiting_since=entry.waiting_since,
        skills=frozenset(entry.skills),
        topic=entry.reason or "",
        is_hard=entry.is_hard,
        last_agent_id=entry.last_agent_id,
        refused_by=frozenset(entry.refused_by),
        refused_at=entry.updated_at if entry.refused_by else None,
    )


def _candidate(row: Record, outcomes: Mapping[str, float]) -> Candidate:
    return Candidate(
        id=row["id"],
        teams=frozenset(row["teams"]),
        skills=levels(row["skills"]),
        capacity=row["capacity"],
        load=row["load"],
        taken_at=row["taken_at"],
        outcomes=outcomes,
    )


def levels(skills: Sequence[Skill]) -> dict[str, int]:
    """The levels by `kind:code`."""
    return {f"{each['kind']}:{each['code']}": each["level"] for each in skills}
