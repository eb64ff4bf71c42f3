"""The graph of everything that can become of one case, explored with the service's own commands.

Reached is whatever people, timers, the provider, order-svc, the courier and customer service lead to. The steps that lead
on from a place are those of people and timers alone, with a provider that declines for ever.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from unittest.mock import patch

from aftercare_chassis.lifecycle import ActionNotAllowed, IllegalTransition
from aftercare_chassis.refusals import Refusal
from aftersale_svc.commands import locking
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.legs import Details, full_cases
from case_walk import DECLINED, OTHERS, PEOPLE, SETTINGS, Command, timer_of_case, timer_of_dispute
from memory_transaction import NOW, MemoryTransaction, Snapshot

Place = tuple[object, ...]
Graph = dict[Place, dict[str, Snapshot]]
Refused = dict[tuple[object, ...], set[tuple[str, str]]]


async def after(snapshot: Snapshot, role: str, command: Command, settings: Settings, now: datetime = NOW) -> Snapshot:
    """What one command leaves behind; the same where a guard or a check refuses it.

    Raises:
        IllegalTransition, ActionNotAllowed: a table has no such step here, or not for this role.
    """
    tx = MemoryTransaction(snapshot, role, now, settings)
    try:
        await command(tx)
    except (IllegalTransition, ActionNotAllowed):
        raise
    except Refusal:
        return snapshot
    return tx.snapshot


async def reported(snapshot: Snapshot, command: Command, settings: Settings, now: datetime = NOW) -> Snapshot:
    """What an event or a timer leaves behind; the same where it is refused."""
    try:
        return await after(snapshot, "system", command, settings, now)
    except (IllegalTransition, ActionNotAllowed):
        return snapshot


async def steps(
    snapshot: Snapshot, people: Mapping[str, Command], settings: Settings, refused: Refused
) -> dict[str, Snapshot]:
    """What people, timers and a provider that declines make of it. `refused` collects what tables refuse to whom, by states."""
    roles = ("buyer", "seller", "agent", "arbitrator") if snapshot.dispute else ("buyer", "seller", "agent")
    made: dict[str, Snapshot] = {}
    # What a table refuses, it refuses in each place with these states; to try it again takes most of the time.
    states = (snapshot.case.type, snapshot.case.state, snapshot.dispute and snapshot.dispute.state)
    refused_here = refused.setdefault(states, set())
    for name, command in people.items():
        for role in roles:
            if (name, role) not in refused_here:
                try:
                    made[f"{name} ({role})"] = await after(snapshot, role, command, settings)
                except (IllegalTransition, ActionNotAllowed):
                    refused_here.add((name, role))
    made |= {name: await reported(snapshot, command, settings) for name, command in DECLINED.items()}
    case, dispute = snapshot.case, snapshot.dispute
    if case.deadline_at is not None:
        made["timer"] = await reported(snapshot, timer_of_case, settings, case.deadline_at)
    if dispute is not None and dispute.deadline_at is not None:
        made["timer of the dispute"] = await reported(snapshot, timer_of_dispute, settings, dispute.deadline_at)
    return {name: found for name, found in made.items() if found.facts != snapshot.facts}


async def once_for_each_snapshot(tx: MemoryTransaction, found: Sequence[Case], details: Details) -> list[FullCase]:
    """As `full_cases`: many commands are tried on one snapshot."""
    snapshot = tx.snapshot
    if found[0] is not snapshot.case:
        return await full_cases(tx, found, details)  # type: ignore[arg-type]
    kept = snapshot.full_cases
    if details not in kept:
        [kept[details]] = await full_cases(tx, found, details)  # type: ignore[arg-type]
    return [kept[details]]


async def explore(
    first: Snapshot, people: Mapping[str, Command] = PEOPLE, settings: Settings = SETTINGS
) -> tuple[Graph, dict[Place, Snapshot]]:
    """Every place that is reached, with the steps that lead on from it."""
    with patch.object(locking, "full_cases", once_for_each_snapshot):
        return await _explore(first, people, settings)


async def _explore(
    first: Snapshot, people: Mapping[str, Command], settings: Settings
) -> tuple[Graph, dict[Place, Snapshot]]:
    graph: Graph = {}
    refused: Refused = {}
    places = {first.facts: first}
    waiting = deque([first])
    while waiting:
        snapshot = waiting.popleft()
        graph[snapshot.facts] = await steps(snapshot, people, settings, refused)
        events = [await reported(snapshot, command, settings) for command in OTHERS.values()]
        for found in (*graph[snapshot.facts].values(), *events):
            if found.facts not in places:
                places[found.facts] = found
                waiting.append(found)
    return graph, places
