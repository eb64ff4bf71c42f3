"""What is derived from the tables of cases: the roles of routes, the causes of events, the printed diagram."""

import pytest
from aftercare_chassis.http.routing import require_action
from aftercare_chassis.lifecycle.diagram import draw
from aftersale_svc.domain.cases.codes import CaseType, CloseCause, EscalationCause
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction, CaseState


@pytest.mark.parametrize("type_", CaseType)
def test_what_closes_a_case_or_needs_an_agent_has_a_cause_that_is_published(type_: CaseType) -> None:
    rows = CASE[type_].transitions.items()
    closing = {row.cause for (state, _), row in rows if CaseState.CLOSED is row.target is not state}
    assert closing <= set(CloseCause)
    escalating = {row.cause for (_, action), row in rows if action in (CaseAction.ESCALATE, CaseAction.FAIL)}
    assert escalating <= set(EscalationCause)


def test_routes_let_through_whom_some_row_lets_through() -> None:
    assert require_action(CASE.values(), CaseAction.APPROVE).roles == ("agent", "seller")
    assert require_action(CASE.values(), CaseAction.SHIP).roles == ("agent", "buyer")


def test_the_diagram_shows_timers_guards_and_where_a_dispute_lets_go() -> None:
    printed = draw(CASE[CaseType.RETURN_REFUND])
    assert "[*] --> pending_review" in printed
    assert (
        "await_buyer_shipment --> closed: close (system) / after buyer_ship_hours, not while return_address_missing"
        in printed
    )
    assert "escalate (system) / after return_address_hours, while return_address_missing" in printed
    assert "manual_review --> rejected: reject (agent, unless party_cannot_decide, unless refund_already" in printed
    assert (
        "correct_waybill (agent, buyer, unless not_opened_by_agent for agent, unless party_cannot_decide, unless answers_agent for agent, unless return_already_scanned)"
        in printed
    )
    assert (
        "disputed --> await_inspection: resume"
        " (arbitrator, buyer, seller, system, as an outcome of dispute, unless order_cancelled, where it was before)"
    ) in printed
    assert "disputed --> disputed: receive (system, unless nothing_in_transit, then await_inspection)" in printed
    unpaid = "unless order_not_cancelled, unless refund_owed_again, unless refund_in_flight"
    assert f"refunding --> closed: end_with_order (system, {unpaid})" in printed
    ends = "end_with_order (arbitrator, buyer, seller, system, as an outcome of dispute, unless order_not_cancelled, unless refund_owed_again)"
    assert f"disputed --> closed: {ends}" in printed
    assert "closed --> disputed: freeze (system, unless order_cancelled, unless closed_for_good" in printed
