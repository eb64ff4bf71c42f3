"""Over random histories of an order, a preview is what the next case and its refund become."""

import pytest
from aftercare_chassis.lifecycle import PLAIN_HOURS, Actor
from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.requests import Request, Wanted
from aftersale_svc.domain.money.preview import preview
from aftersale_svc.domain.orders.model import OrderState
from aftersale_svc.settings import Settings
from hypothesis import given
from hypothesis import strategies as st
from order_book import NOW, OrderBook

SOLD = st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 6)), min_size=1, max_size=3)
UNITS = st.dictionaries(st.integers(1, 3), st.integers(1, 4), min_size=1, max_size=3)
REASONS = st.sampled_from([Reason.QUALITY_DEFECT, Reason.CHANGED_MIND])
STATES = st.sampled_from([CaseState.PENDING_REVIEW, CaseState.CANCELLED, CaseState.COMPLETED])
HISTORY = st.lists(st.tuples(UNITS, REASONS, STATES), max_size=4)
PLACES = st.sampled_from([OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED])


class Buyer:
    """The context of a request."""

    actor, now, settings, timing = Actor("buyer-1", "buyer"), NOW, Settings.model_construct(), PLAIN_HOURS


@given(SOLD, st.integers(0, 5000), PLACES, HISTORY, UNITS, REASONS)
def test_a_preview_is_what_the_case_and_its_refund_become(
    sold: list[tuple[int, int]],
    fee: int,
    place: OrderState,
    history: list[tuple[dict[int, int], Reason, CaseState]],
    units: dict[int, int],
    reason: Reason,
) -> None:
    book = OrderBook(sold, fee, place)
    for asked, why, ends in history:
        try:
            before = book.ask(asked, why)
        except Refusal:
            continue
        if ends is CaseState.COMPLETED:
            book.refund(before)
        book.move(before, ends)
    wanted = [Wanted(f"line_{number}", count) for number, count in units.items()]
    request = Request("ord_1", CaseType.REFUND_ONLY, reason, None, wanted, [])
    try:
        case_id = book.ask(units, reason)
    except Refusal as refused:
        with pytest.raises(type(refused)) as again:
            preview(book.order, request, book.holds(), Buyer())
        assert again.value.pointer == refused.pointer  # noqa: PT017
        return
    case = book.cases.pop(case_id)
    expected = preview(book.order, request, book.holds(), Buyer())
    book.cases[case_id] = case
    assert expected.full.case.requested_minor == case.requested_minor
    assert expected.full.case.shipping_refund_minor == case.shipping_refund_minor
    assert [line.amount_minor for line in expected.full.lines] == [line.amount_minor for line in book.of_case[case_id]]
    assert expected.refund.total_minor == book.refund(case_id)
