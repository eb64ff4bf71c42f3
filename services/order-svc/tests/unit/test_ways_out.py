"""No document without a way out: from every state that can be reached, somebody has a move that leads to an end."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import pytest
from aftercare_chassis.lifecycle import Lifecycle
from hypothesis import event, given, settings
from hypothesis import strategies as st
from order_svc.domain.lifecycle import ORDER
from order_svc.domain.model import OrderState
from order_svc.domain.payments.lifecycle import PAYMENT, REFUND
from order_svc.domain.payments.model import PaymentState, RefundState
from order_svc.domain.pushes import PUSH, PushState
from order_world import Limits, Move, World, attempt

State = tuple[Any, ...]
ENDS: list[tuple[Lifecycle[Any, Any], set[StrEnum]]] = [
    (ORDER, {OrderState.COMPLETED, OrderState.CANCELLED}),
    # A failed payment leaves its order to be paid again; a failed refund its payment to an operator, or its case.
    (PAYMENT, {PaymentState.SUCCEEDED, PaymentState.FAILED}),
    (REFUND, {RefundState.SUCCEEDED, RefundState.FAILED}),
    (PUSH, {PushState.APPLIED, PushState.IGNORED, PushState.REFUSED}),
]


@pytest.mark.parametrize(("table", "ends"), ENDS, ids=lambda value: getattr(value, "name", ""))
def test_every_row_of_a_table_leads_on_to_an_end(table: Lifecycle[Any, Any], ends: set[StrEnum]) -> None:
    states = {state for state, _ in table.transitions} | {row.target for row in table.transitions.values()}
    leading = set(ends)
    while more := {state for (state, _), row in table.transitions.items() if row.target in leading} - leading:
        leading |= more
    assert states <= leading
    for state in states - ends:
        by = {role for (each, _), row in table.transitions.items() if each is state for role in row.permission.roles}
        assert table.timeout(state) or by - {"system"}, f"{table.name}: nobody's turn in {state}"


WORLDS = [
    ((2,), Limits(parcels=2)),
    ((1,), Limits(parcels=1, types=("return_refund",))),
    ((1,), Limits(parcels=1, cases=2, disputes=False)),
]


@pytest.mark.parametrize(("quantities", "limits"), WORLDS)
async def test_from_every_state_somebody_can_bring_the_order_to_its_end(
    quantities: tuple[int, ...], limits: Limits
) -> None:
    worlds, before = await every_state(await World(quantities, limits).begin())
    ends = [key for key, world in worlds.items() if world.over()]
    stuck = worlds.keys() - leading_to(ends, before)
    assert not stuck, f"{len(stuck)} of {len(worlds)} states have no way out, as {next(iter(stuck))}"


async def every_state(start: World) -> tuple[dict[State, World], dict[State, set[State]]]:
    """Each state that can be reached, checked, and from which states one move leads to it."""
    worlds, before = {start.facts(): start}, defaultdict[State, set[State]](set)
    waiting = deque(worlds)
    while waiting:
        here = waiting.popleft()
        for name in worlds[here].moves():
            there = worlds[here].copy()
            if not await attempt(there.moves()[name]):
                continue
            before[there.facts()].add(here)
            if there.facts() not in worlds:
                there.check()
                worlds[there.facts()] = there
                waiting.append(there.facts())
    return worlds, before


def leading_to(ends: Iterable[State], before: Mapping[State, set[State]]) -> set[State]:
    """The ends, and all from which some moves lead to one."""
    found = set(ends)
    waiting = deque(found)
    while waiting:
        for state in before.get(waiting.popleft(), set()) - found:
            found.add(state)
            waiting.append(state)
    return found


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=20, max_size=60))
async def test_whoever_does_what_no_unit_is_both_refunded_and_shipped(choices: list[tuple[int, int]]) -> None:
    limits = Limits(parcels=4, cases=5, types=("refund_only", "return_refund"))
    world = await World((3, 2), limits).begin()
    for name in ("pay", "payment succeeded"):
        await world.moves()[name]()
    for kind, which in choices:
        kinds = defaultdict[str, list[Move]](list)
        for name, move in world.moves().items():
            kinds[name.partition(" ")[0]].append(move)
        chosen = sorted(kinds)[kind % len(kinds)]
        if await attempt(kinds[chosen][which % len(kinds[chosen])]):
            event(chosen)
            world.check()
