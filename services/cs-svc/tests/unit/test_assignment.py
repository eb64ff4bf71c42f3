"""Who is offered which conversation: what holds for all queues and agents, and single choices."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cs_svc.domain.routing.assignment import Candidate, Rules, Waiting, assign, in_order
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
RULES = Rules(aging_seconds=300, relax_seconds=180)
SKILLS = ("language:zh", "language:en", "reason:quality_defect", "reason:missing_parts")
TEAMS = ("first", "second")
NAMES = tuple(f"agent-{number}" for number in range(5))


def waits(name: str = "que_1", *, seconds: float = 0, **fields: object) -> Waiting:
    usual = Waiting(id=name, team_id="first", rank=1, weight=10, waiting_since=NOW - timedelta(seconds=seconds))
    return replace(usual, **fields)  # type: ignore[arg-type]


def works(name: str, *skills: str, load: int = 0, **fields: object) -> Candidate:
    levels = dict.fromkeys(skills, 3)
    usual = Candidate(id=name, teams=frozenset({"first"}), skills=levels, capacity=30, load=load)
    return replace(usual, **fields)  # type: ignore[arg-type]


WAITING = st.lists(
    st.builds(
        waits,
        st.integers(0, 10**6).map("que_{}".format),
        seconds=st.integers(0, 3600),
        team_id=st.sampled_from(TEAMS),
        rank=st.integers(0, 3),
        weight=st.sampled_from((5, 10, 40)),
        skills=st.frozensets(st.sampled_from(SKILLS), max_size=3),
        is_hard=st.booleans(),
        last_agent_id=st.sampled_from((None, *NAMES)),
        refused_by=st.frozensets(st.sampled_from(NAMES), max_size=2),
    ),
    unique_by=lambda each: each.id,
    max_size=12,
)
CANDIDATES = st.lists(
    st.builds(
        works,
        st.sampled_from(NAMES),
        load=st.integers(0, 40),
        teams=st.frozensets(st.sampled_from(TEAMS), min_size=1),
        skills=st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 5)),
        capacity=st.integers(1, 60),
        taken_at=st.none() | st.integers(0, 3000).map(lambda seconds: NOW - timedelta(seconds=seconds)),
    ),
    unique_by=lambda each: each.id,
    max_size=5,
)


@given(WAITING, CANDIDATES)
def test_each_is_offered_once_and_nobody_gets_more_than_they_have_room_for(
    waiting: list[Waiting], candidates: list[Candidate]
) -> None:
    chosen = assign(waiting, candidates, NOW, RULES)
    assert len({each.waiting_id for each in chosen}) == len(chosen)
    by_id = {each.id: each for each in waiting}
    for agent in candidates:
        got = [by_id[each.waiting_id] for each in chosen if each.agent_id == agent.id]
        assert all(each.team_id in agent.teams for each in got)
        loads = [agent.load]
        for each in got:
            # Somebody with less room than one conversation takes gets one while they have nothing.
            assert loads[-1] + each.weight <= agent.capacity or loads[-1] == 0
            loads.append(loads[-1] + each.weight)


@given(WAITING, CANDIDATES, st.randoms())
def test_the_order_in_which_they_are_read_decides_nothing(waiting, candidates, random) -> None:
    before = assign(waiting, candidates, NOW, RULES)
    random.shuffle(waiting)
    random.shuffle(candidates)
    assert assign(waiting, candidates, NOW, RULES) == before


@given(WAITING, CANDIDATES)
def test_nobody_who_has_waited_long_is_left_while_an_agent_of_the_team_has_room(
    waiting: list[Waiting], candidates: list[Candidate]
) -> None:
    chosen = assign(waiting, candidates, NOW, RULES)
    by_id, given_to = {each.id: each for each in waiting}, {each.waiting_id for each in chosen}
    loads = {each.id: each.load for each in candidates}
    for each in chosen:
        loads[each.agent_id] += by_id[each.waiting_id].weight
    for each in waiting:
        if each.id not in given_to and (NOW - each.waiting_since).total_seconds() >= RULES.relax_seconds:
            room = [
                agent
                for agent in candidates
                if each.team_id in agent.teams and loads[agent.id] + each.weight <= agent.capacity
            ]
            assert room == []


@given(WAITING, st.integers(1, 3))
def test_whoever_waits_is_before_all_that_come_much_later(waiting: list[Waiting], ranks: int) -> None:
    first = waits("que_first", seconds=0, rank=0)
    after = (3 + ranks) * RULES.aging_seconds
    later = [replace(each, waiting_since=NOW + timedelta(seconds=after)) for each in waiting if each.id != first.id]
    then = NOW + timedelta(seconds=after + 1)
    assert in_order([*later, first], then, RULES)[0] == first


def test_the_agent_who_had_it_before_gets_it_again() -> None:
    chosen = assign([waits(last_agent_id="agent-2")], [works("agent-1"), works("agent-2", load=10)], NOW, RULES)
    assert chosen[0].agent_id == "agent-2"


def test_a_hard_one_goes_to_who_solves_most_of_its_kind() -> None:
    able = [works("agent-1", outcomes={"counterfeit": 0.9}, load=20), works("agent-2", outcomes={"counterfeit": 0.3})]
    assert assign([waits(topic="counterfeit", is_hard=True)], able, NOW, RULES)[0].agent_id == "agent-1"
    assert assign([waits(topic="counterfeit")], able, NOW, RULES)[0].agent_id == "agent-2"


def test_who_can_do_little_else_is_chosen_before_who_can_do_much() -> None:
    broad, narrow = works("agent-2", *SKILLS), works("agent-1", "language:zh")
    assert assign([waits(skills=frozenset({"language:zh"}))], [broad, narrow], NOW, RULES)[0].agent_id == "agent-1"


def test_a_skill_is_waited_for_while_somebody_who_works_has_it() -> None:
    wanted = waits(skills=frozenset({"language:en"}))
    busy, free = works("agent-1", "language:en", load=30), works("agent-2", "language:zh")
    assert assign([wanted], [busy, free], NOW, RULES) == []
    assert assign([replace(wanted, waiting_since=NOW - timedelta(seconds=180))], [busy, free], NOW, RULES) != []
    assert assign([wanted], [free], NOW, RULES)[0].agent_id == "agent-2"


def test_who_did_not_take_it_is_asked_again_after_a_while_where_nobody_else_can() -> None:
    refused = waits(refused_by=frozenset({"agent-1"}), refused_at=NOW - timedelta(seconds=10))
    assert assign([refused], [works("agent-1")], NOW, RULES) == []
    assert assign([refused], [works("agent-1", load=0), works("agent-2", load=20)], NOW, RULES)[0].agent_id == "agent-2"
    assert assign([refused], [works("agent-1")], NOW + timedelta(seconds=20), RULES) != []
