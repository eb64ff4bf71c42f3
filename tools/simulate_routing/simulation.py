"""The simulation of a queue: events in the order of their time, with the choice of agents left to a strategy."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cs_svc.domain.routing.assignment import Candidate, Waiting, solved_share
from strategies import Strategy
from workload import Arrival, Person

START = datetime(2026, 3, 2, tzinfo=UTC)
ACCEPT_SECONDS, TICK_SECONDS = 4.0, 5.0
WEIGHT = 10
SLOWER_WITHOUT_SKILL, FASTER_PER_LEVEL = 1.5, 0.07


@dataclass(slots=True)
class Taken:
    """A conversation that an agent took: who, when, and whether it was solved."""

    arrival: Arrival
    agent_id: str
    at: float
    busy_seconds: float
    solved: bool
    skilled: bool
    again: bool

    @property
    def waited(self) -> float:
        """For how many seconds it waited."""
        return self.at - self.arrival.at


@dataclass(slots=True)
class _State:
    load: dict[str, int] = field(default_factory=dict)
    taken_at: dict[str, datetime] = field(default_factory=dict)
    outcomes: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    last_agent: dict[int, str] = field(default_factory=dict)


class Simulation:
    """One run: `taken` are the conversations that were taken, in the order of that."""

    def __init__(self, arrivals: Sequence[Arrival], people: Sequence[Person], strategy: Strategy) -> None:
        self._people = {each.id: each for each in people}
        self._strategy, self._state = strategy, _State()
        self._waiting: dict[str, Arrival] = {}
        self.taken: list[Taken] = []
        self.queue_lengths: dict[int, int] = {}
        self._events: list[tuple[float, int, str, object]] = [
            (each.at, each.number, "arrives", each) for each in arrivals
        ]
        heapq.heapify(self._events)
        self._number = len(arrivals)
        last = max((each.at for each in arrivals), default=0.0)
        for tick in range(int(last // TICK_SECONDS) + 20_000):
            self._push(tick * TICK_SECONDS, "tick", None)

    def run(self) -> list[Taken]:
        """Until nothing happens any more."""
        while self._events:
            now, _, kind, what = heapq.heappop(self._events)
            if kind == "arrives":
                assert isinstance(what, Arrival)
                self.queue_lengths[what.number] = len(self._waiting)
                self._waiting[f"{what.number:08d}"] = what
            elif kind == "ends":
                assert isinstance(what, Taken)
                self._end(what)
            if self._waiting:
                self._give(now)
        return self.taken

    def _push(self, at: float, kind: str, what: object) -> None:
        self._number += 1
        heapq.heappush(self._events, (at, self._number, kind, what))

    def _give(self, now: float) -> None:
        ready = [each for each in self._people.values() if each.works(now)]
        room = [each for each in ready if self._state.load.get(each.id, 0) + WEIGHT <= each.capacity]
        if not room:
            return
        at = START + timedelta(seconds=now)
        candidates = [self._candidate(each) for each in ready]
        waiting = [self._as_waiting(name, each) for name, each in self._waiting.items()]
        for chosen in self._strategy(waiting, candidates, at):
            self._take(self._waiting.pop(chosen.waiting_id), chosen.agent_id, now)

    def _take(self, arrival: Arrival, agent_id: str, now: float) -> None:
        state, person = self._state, self._people[agent_id]
        skilled = arrival.skills <= person.skills.keys()
        level = person.skills.get(f"reason:{arrival.reason}", 0)
        pace = 1 - FASTER_PER_LEVEL * (level - 3) if skilled else SLOWER_WITHOUT_SKILL
        again = state.last_agent.get(arrival.buyer) == agent_id
        busy = arrival.seconds * pace * (0.85 if again else 1.0) * (1.3 if arrival.is_hard else 1.0)
        solved = arrival.luck < person.chances[arrival.reason] - (0.15 if arrival.is_hard else 0.0)
        taken = Taken(arrival, agent_id, now + ACCEPT_SECONDS, busy, solved, skilled, again)
        state.load[agent_id] = state.load.get(agent_id, 0) + WEIGHT
        state.taken_at[agent_id] = START + timedelta(seconds=now)
        state.last_agent[arrival.buyer] = agent_id
        self.taken.append(taken)
        self._push(taken.at + busy, "ends", taken)

    def _end(self, taken: Taken) -> None:
        self._state.load[taken.agent_id] -= WEIGHT
        key = (taken.agent_id, taken.arrival.reason)
        solved, handled = self._state.outcomes.get(key, (0, 0))
        self._state.outcomes[key] = (solved + taken.solved, handled + 1)

    def _candidate(self, person: Person) -> Candidate:
        known = self._state.outcomes
        return Candidate(
            id=person.id,
            teams=frozenset({"team"}),
            skills=person.skills,
            capacity=person.capacity,
            load=self._state.load.get(person.id, 0),
            taken_at=self._state.taken_at.get(person.id),
            outcomes={reason: solved_share(*known[agent, reason]) for agent, reason in known if agent == person.id},
        )

    def _as_waiting(self, name: str, arrival: Arrival) -> Waiting:
        return Waiting(
            id=name,
            team_id="team",
            rank=arrival.rank,
            weight=WEIGHT,
            waiting_since=START + timedelta(seconds=arrival.at),
            skills=arrival.skills,
            topic=arrival.reason,
            is_hard=arrival.is_hard,
            last_agent_id=self._state.last_agent.get(arrival.buyer),
        )
