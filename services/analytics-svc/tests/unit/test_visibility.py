"""Who may see a trace, and which of its events."""

from dataclasses import replace

import pytest
from aftercare_chassis.lifecycle import Actor
from analytics_examples import event
from analytics_svc.domain import traces
from analytics_svc.queries.traces import OF_PLATFORM


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (Actor("admin-1", "admin"), True),
        (Actor("agent-1", "agent"), True),
        (Actor("arb-1", "arbitrator"), True),
        (Actor("buyer-1", "buyer"), True),
        (Actor("buyer-2", "buyer"), False),
        (Actor("seller-1", "seller", "m-1"), True),
        (Actor("seller-2", "seller", "m-2"), False),
        (Actor("m-1", "seller"), False),
        (Actor("buyer-1", "courier"), False),
        (Actor("buyer-1", "supplier"), False),
    ],
)
def test_staff_and_the_parties_of_the_order_see_its_trace(actor: Actor, may: bool) -> None:
    assert traces.may_see(actor, [event(1, "ord_1", 1)]) is may


def test_the_first_event_decides_who_the_parties_are() -> None:
    first = event(1, "ord_1", 1)
    later = replace(event(2, "conv_1", 1, minute=1), buyer_id="buyer-2")
    assert traces.may_see(Actor("buyer-1", "buyer"), [later, first])
    assert not traces.may_see(Actor("buyer-2", "buyer"), [later, first])
    assert not traces.may_see(Actor("buyer-2", "buyer"), [replace(first, buyer_id=None)])


def test_buyers_do_not_see_events_that_name_no_document() -> None:
    sanction = replace(event(1, "m-1", 1), order_id=None)
    assert traces.visible_to(Actor("buyer-1", "buyer"), [sanction, event(2, "ord_1", 1)]) == [event(2, "ord_1", 1)]
    assert traces.visible_to(Actor("admin-1", "admin"), [sanction]) == [sanction]


def test_buyers_do_not_see_what_concerns_the_merchant_alone() -> None:
    claim = replace(event(3, "ord_1", 2), buyer_id=None)
    assert traces.visible_to(Actor("buyer-1", "buyer"), [claim]) == []
    assert traces.visible_to(Actor("seller-1", "seller", "m-1"), [claim]) == [claim]


def test_no_side_sees_what_is_for_the_platform_alone() -> None:
    proposed = replace(event(4, "ord_1", 3), type="DecisionProposed.v1")
    assert {"DecisionProposed.v1", "DecisionDeclined.v1"} <= OF_PLATFORM
    assert traces.visible_to(Actor("buyer-1", "buyer"), [proposed], OF_PLATFORM) == []
    assert traces.visible_to(Actor("seller-1", "seller", "m-1"), [proposed], OF_PLATFORM) == []
    assert traces.visible_to(Actor("agent-1", "agent"), [proposed], OF_PLATFORM) == [proposed]
