"""From every state that can be reached, somebody has a step that leads to an end."""

from collections import defaultdict
from enum import StrEnum
from typing import Any

import pytest
from after_sale_model import Limits
from aftercare_chassis.lifecycle import Lifecycle
from hypothesis import event, given, settings
from hypothesis import strategies as st
from order_model import OrderModel
from order_svc.domain.lifecycle import ORDER
from order_svc.domain.model import OrderState
from order_svc.domain.partners.pushes import PUSH, PushState
from order_svc.domain.payments.charge_backs import CHARGE_BACK, ChargeBackState
from order_svc.domain.payments.lifecycle import PAYMENT, REFUND
from order_svc.domain.payments.model import PaymentState, RefundState
from state_explorer import Step, attempt, every_state, leading_to

ENDS: list[tuple[Lifecycle[Any, Any], set[StrEnum]]] = [
    (ORDER, {OrderState.COMPLETED, OrderState.CANCELLED}),
    # After a failed payment the order can be paid again; after a failed refund an operator, or its case, decides.
    (PAYMENT, {PaymentState.SUCCEEDED, PaymentState.FAILED}),
    (REFUND, {RefundState.SUCCEEDED, RefundState.FAILED}),
    (CHARGE_BACK, {ChargeBackState.WON, ChargeBackState.LOST}),
    (PUSH, {PushState.APPLIED, PushState.IGNORED, PushState.REFUSED}),
]


@pytest.mark.parametrize(("table", "ends"), ENDS, ids=lambda value: getattr(value, "name", ""))
def test_every_row_of_a_table_leads_to_an_end(table: Lifecycle[Any, Any], ends: set[StrEnum]) -> None:
    before = defaultdict[Any, set[Any]](set)
    for (state, _), row in table.transitions.items():
        for target in table.targets(row):
            before[target].add(state)
    states = {state for state, _ in table.transitions} | before.keys()
    assert states <= leading_to(ends, before)
    for state in states - ends:
        by = {role for (each, _), row in table.transitions.items() if each is state for role in row.permission.roles}
        assert table.timeout(state) or by - {"system"}, f"{table.name}: nobody's turn in {state}"


MODELS = [
    ((2,), Limits(parcels=2, details=False)),
    ((2,), Limits(parcels=2, cases=0)),
    ((1,), Limits(parcels=1, types=("return_refund",))),
    ((1,), Limits(parcels=1, cases=2, disputes=False)),
    ((1,), Limits(parcels=1, cases=0, details=False, authorised=True)),
    ((2,), Limits(parcels=2, cases=0, details=False, reports=False)),
]


@pytest.mark.parametrize(("quantities", "limits"), MODELS)
async def test_from_every_state_somebody_can_bring_the_order_to_its_end(
    quantities: tuple[int, ...], limits: Limits
) -> None:
    models, before = await every_state(await OrderModel(quantities, limits).placed())
    ends = [state for state, model in models.items() if model.is_over()]
    stuck = models.keys() - leading_to(ends, before)
    assert not stuck, f"{len(stuck)} of {len(models)} states lead to no end, as {next(iter(stuck))}"
    assert {model.order.state for model in models.values()} == set(OrderState)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=20, max_size=60))
async def test_no_sequence_of_steps_both_refunds_a_unit_and_ships_it(choices: list[tuple[int, int]]) -> None:
    limits = Limits(parcels=4, cases=5, types=("refund_only", "return_refund"))
    model = await OrderModel((3, 2), limits).placed()
    await model.steps()["pay"]()
    await next(step for name, step in model.steps().items() if name.startswith("payment succeeded"))()
    for kind, which in choices:
        kinds = defaultdict[str, list[Step]](list)
        for name, step in model.steps().items():
            kinds[name.partition(" ")[0]].append(step)
        chosen = sorted(kinds)[kind % len(kinds)]
        if await attempt(kinds[chosen][which % len(kinds[chosen])]):
            event(chosen)
            model.check_invariants()
