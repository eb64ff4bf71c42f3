"""What is shown of the options of an order: stage, units, and why not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from aftersale_svc.api.schemas.cases.options import OrderOptionsOut
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.terms import terms_of
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.errors import UnitsNotSent
from aftersale_svc.domain.money.holds import balances
from aftersale_svc.domain.options import OrderOptions, options_of
from aftersale_svc.domain.orders.errors import OrderUnknown
from aftersale_svc.domain.orders.model import OrderState, SentLine, Stage
from order_book import NOW, OrderBook

RETURN_REFUND, CANCEL_UNSHIPPED = CaseType.RETURN_REFUND, CaseType.CANCEL_UNSHIPPED
REFUSED_DELIVERY = CaseType.REFUSED_DELIVERY
SENT_BACK = (CaseType.EXCHANGE, CaseType.REPAIR, CaseType.FAST_EXCHANGE)
TAKEN = {
    **dict.fromkeys(
        (RETURN_REFUND, CaseType.REFUND_ONLY, CaseType.PRICE_ADJUST, CaseType.RESHIP_PARTS, *SENT_BACK),
        "units_in_live_case",
    ),
    CANCEL_UNSHIPPED: "stage_unsuitable",
    REFUSED_DELIVERY: "stage_unsuitable",
}


WARRANTY_DAYS = 365
ENDED_TERMS = {
    "warranty_days": 0,
    "recall_ends_at": NOW.isoformat(),
    "safety_incident_ends_at": NOW.isoformat(),
}


def sent(line: str, number: int, quantity: int, *, claimed: int = 0, arrived: bool = False) -> SentLine:
    parcel = {"order_id": "ord_1", "parcel_id": f"par_{number}", "carrier": "zto", "waybill_no": f"7300{number}"}
    return SentLine(**parcel, line_id=line, quantity=quantity, claimed=claimed, arrived=arrived)


def found(book: OrderBook, parcels: list[SentLine] | None = None) -> OrderOptions:
    """The options of the order; without `parcels`, what has left is in one for each line."""
    held = balances(book.holds())
    if parcels is None:
        parcels = [sent(line.line_id, 1, line.shipped_units) for line in held if line.shipped_units]
    order = replace(
        book.order, settings={"fast_exchange": ["fex_1", 1, {"allowed": True}], **(book.order.settings or {})}
    )
    return options_of(order, held, terms_of(order, NOW, WARRANTY_DAYS, 168), parcels)


def why_not(book: OrderBook) -> dict[CaseType, str | None]:
    """The code of each option of the first line."""
    options = found(book).lines[0].options
    return {option.type: option.refusal.code if option.refusal else None for option in options}


@pytest.mark.parametrize(
    ("state", "stage", "unsuitable"),
    [
        (OrderState.PAID, Stage.PRE_SHIP, {RETURN_REFUND, CaseType.RESHIP_PARTS, *SENT_BACK, REFUSED_DELIVERY}),
        (OrderState.SHIPPED, Stage.IN_TRANSIT, {CaseType.REPAIR, CaseType.FAST_EXCHANGE}),
        (OrderState.DELIVERED, Stage.POST_RECEIPT, {CANCEL_UNSHIPPED, REFUSED_DELIVERY}),
    ],
)
def test_what_a_stage_permits(state: OrderState, stage: Stage, unsuitable: set[CaseType]) -> None:
    book = OrderBook([(300, 3)], fee=0, state=state)
    if state is OrderState.SHIPPED:
        book.ship(1, 2)
    assert found(book).stage is stage
    assert why_not(book) == {type_: "stage_unsuitable" if type_ in unsuitable else None for type_ in TYPES}


def test_units_of_open_cases_and_refunded_ones_are_not_left() -> None:
    book = OrderBook([(300, 3)], fee=0, state=OrderState.DELIVERED)
    first = book.ask({1: 1})
    assert found(book).lines[0].selectable_units == 2
    book.ask({1: 2})
    assert why_not(book) == {**dict.fromkeys(TYPES), **TAKEN}
    book.refund(first)
    book.move(first, CaseState.COMPLETED)
    assert found(book).lines[0].selectable_units == 0
    assert why_not(book) == {**dict.fromkeys(TYPES), **TAKEN}


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"state": OrderState.COMPLETED}, ["window_passed"]),
        ({"window_ends_at": NOW}, ["window_passed"]),
        ({"window_ends_at": NOW + timedelta(seconds=1)}, []),
        ({"window_ends_at": NOW, "settings": {"service_terms": ["trm_1", 1, ENDED_TERMS]}}, ["window_passed"]),
    ],
)
def test_what_can_be_asked_for_after_the_window(changes: dict[str, object], refused: list[str]) -> None:
    book = OrderBook([(300, 3)], fee=0, state=OrderState.DELIVERED)
    book.order = replace(book.order, **changes)  # type: ignore[arg-type]
    shown, options = why_not(book), found(book).lines[0].options
    assert [code for code in sorted(set(filter(None, shown.values()))) if code != "stage_unsuitable"] == refused
    assert (shown[CaseType.PRICE_ADJUST], shown[CaseType.CONSULT]) == (refused[0] if refused else None, None)
    assert found(book).stage is Stage.POST_RECEIPT
    later = {option.type: option.reasons for option in options if option.refusal is None}
    if not refused:
        assert set(later.values()) == {None}
    elif "settings" in changes:
        assert later[CaseType.REPAIR] == (Reason.PAID_REPAIR,)
        assert shown[CaseType.RETURN_REFUND] == "window_passed"
    else:
        recalls = (Reason.RECALL, Reason.SAFETY_INCIDENT)
        assert later[CaseType.RETURN_REFUND] == recalls
        assert later[CaseType.REPAIR] == (Reason.WARRANTY_REPAIR, Reason.PAID_REPAIR, *recalls)
        assert later[CaseType.CONSULT] is None


def test_nothing_can_be_asked_for_about_a_cancelled_order() -> None:
    book = OrderBook([(300, 3)], fee=0, state=OrderState.DELIVERED)
    book.order = replace(book.order, state=OrderState.CANCELLED)
    assert set(why_not(book).values()) == {"order_cancelled"}
    assert (found(book).stage, found(book).lines[0].selectable_units) == (None, 0)


def test_how_many_units_a_type_may_be_about() -> None:
    """One of three has left, and another is in a case; a question may be about all."""
    book = OrderBook([(300, 3)], fee=0)
    book.ship(1, 1)
    book.ask({1: 1})
    units = {option.type: option.units for option in found(book).lines[0].options}
    assert [units[name] for name in (RETURN_REFUND, CaseType.REFUND_ONLY, CANCEL_UNSHIPPED, CaseType.CONSULT)] == [
        1,
        2,
        1,
        3,
    ]
    assert found(book).lines[0].selectable_units == 2


def test_what_needs_units_that_have_left_takes_no_others() -> None:
    """Two of four have left: one of them comes back for a case, and the other may."""
    book = OrderBook([(400, 4)], fee=0)
    book.ship(1, 2)
    book.ask({1: 1}, type_=RETURN_REFUND)
    units = {option.type: option.units for option in found(book).lines[0].options}
    needs = [name for name, row in TYPES.items() if row.needs_shipped]
    assert needs == [RETURN_REFUND, CaseType.RESHIP_PARTS, REFUSED_DELIVERY, *SENT_BACK]
    in_transit = {RETURN_REFUND: 1, CaseType.RESHIP_PARTS: 1, CaseType.EXCHANGE: 1, CANCEL_UNSHIPPED: 2}
    assert {name: units[name] for name in in_transit} == in_transit
    with pytest.raises(UnitsNotSent) as refused:
        book.ask({1: 2}, type_=RETURN_REFUND)
    possible = [CaseType.REFUND_ONLY, CANCEL_UNSHIPPED, CaseType.CONSULT, CaseType.PRICE_ADJUST]
    assert refused.value.facts == {"sent": 1, "allowed": possible}
    book.ask({1: 1}, type_=RETURN_REFUND)
    assert why_not(book)[CaseType.EXCHANGE] == "units_not_sent"


def test_units_that_were_cancelled_are_at_no_stage() -> None:
    """Of three, one has left, one was cancelled, and one is still to be shipped."""
    book = OrderBook([(300, 3)], fee=0)
    cancelled = book.ask({1: 1}, type_=CANCEL_UNSHIPPED)
    book.ship(1, 1)
    assert found(book).lines[0].units_by_stage == {Stage.PRE_SHIP: 2, Stage.IN_TRANSIT: 1}
    book.refund(cancelled)
    book.move(cancelled, CaseState.COMPLETED)
    assert found(book).lines[0].units_by_stage == {Stage.PRE_SHIP: 1, Stage.IN_TRANSIT: 1}


def test_units_of_a_line_in_several_parcels_are_at_several_stages() -> None:
    """Of six, two have arrived, three are on their way in two parcels, and one has not left."""
    book = OrderBook([(600, 6)], fee=0)
    book.ship(1, 5)
    name = balances(book.holds())[0].line_id
    [line] = found(book, [sent(name, 3, 1), sent(name, 2, 2), sent(name, 1, 2, arrived=True)]).lines
    assert line.units_by_stage == {Stage.PRE_SHIP: 1, Stage.IN_TRANSIT: 3, Stage.POST_RECEIPT: 2}
    assert [(line.stage_of(each), each.refusable_units) for each in line.parcels] == [
        (Stage.IN_TRANSIT, 1),
        (Stage.IN_TRANSIT, 2),
        (Stage.POST_RECEIPT, 0),
    ]
    units = {option.type: option.units for option in line.options}
    assert (units[REFUSED_DELIVERY], units[CANCEL_UNSHIPPED], units[CaseType.REFUND_ONLY]) == (2, 1, 6)


def test_what_has_arrived_or_comes_back_already_is_not_refused_at_the_door() -> None:
    book = OrderBook([(300, 3)], fee=0)
    book.ship(1, 2)
    name = balances(book.holds())[0].line_id
    for parcel in (sent(name, 1, 2, arrived=True), sent(name, 1, 2, claimed=2)):
        [refused] = [each for each in found(book, [parcel]).lines[0].options if each.type is REFUSED_DELIVERY]
        assert (refused.units, refused.refusal and refused.refusal.code) == (0, "units_in_no_parcel")


def test_an_order_that_is_not_paid_is_unknown() -> None:
    with pytest.raises(OrderUnknown):
        found(OrderBook([(300, 3)], fee=0, state=OrderState.CREATED))


def test_the_reasons_of_a_type_are_those_of_the_stage() -> None:
    shown = OrderOptionsOut.of(found(OrderBook([(300, 3)], fee=0, state=OrderState.PAID)))
    returns, refunds, *_ = shown.types
    assert returns.reasons == [], "there is nothing to return"
    offered = {reason.code: reason for group in refunds.reasons for reason in group.reasons}
    assert Reason.PACKAGING_DAMAGED in offered
    assert Reason.LOST_IN_TRANSIT not in offered
    assert {reason.return_freight_payer for reason in offered.values()} == {None}


def test_who_pays_for_the_way_back() -> None:
    shown = OrderOptionsOut.of(found(OrderBook([(300, 3)], fee=0, state=OrderState.DELIVERED)))
    offered = {reason.code: reason for group in shown.types[0].reasons for reason in group.reasons}
    payers = {code: offered[code].return_freight_payer for code in (Reason.CHANGED_MIND, Reason.QUALITY_DEFECT)}
    assert payers == {Reason.CHANGED_MIND: "buyer", Reason.QUALITY_DEFECT: "seller"}


def test_the_sentence_is_that_of_the_refusal_in_both_languages() -> None:
    shown = OrderOptionsOut.of(found(OrderBook([(300, 3)], fee=0, state=OrderState.PAID)))
    refused = shown.lines[0].options[0].why_not
    assert refused is not None
    assert (
        refused.message.zh_cn
        == "商品当前所处阶段（发货前）不能申请此类售后，可以申请：仅退款、未发货取消、咨询、价保补差。"
    )
    assert (
        refused.message.en
        == "This type of case is not possible at this stage (before shipment). Possible are: Refund without return, Cancellation before shipment, Question, Price adjustment."
    )
