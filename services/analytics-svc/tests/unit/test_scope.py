"""Which documents widen a trace."""

from dataclasses import replace

import pytest
from analytics_examples import event
from analytics_svc.domain.traces import TraceScope

EVENTS = [
    replace(event(1, "ord_1", 1), documents=["ord_1", "pay_1"]),
    replace(event(2, "case_1", 1), documents=["ord_1", "case_1", "ref_1"], refund_id="ref_1"),
]


def test_the_trace_of_an_order_follows_every_document() -> None:
    assert TraceScope(documents=True).linked_documents(EVENTS) == {"ord_1", "pay_1", "case_1", "ref_1"}


def test_the_trace_of_a_case_follows_refunds_only() -> None:
    assert TraceScope(documents=False).linked_documents(EVENTS) == {"ref_1"}


@pytest.mark.parametrize("documents", [True, False])
def test_no_events_link_nothing(documents: bool) -> None:
    assert TraceScope(documents=documents).linked_documents([]) == set()
