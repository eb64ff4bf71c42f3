"""Which units of an order a new case gets, and which share of their line's money (docs/money.md R3)."""

from collections.abc import Collection, Iterable, Sequence

from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.errors import LineTwice, LineUnknown, UnitsInNoParcel
from aftersale_svc.domain.cases.model import CaseLine, RequestedLine
from aftersale_svc.domain.cases.policy import types_at
from aftersale_svc.domain.cases.price_grants.errors import AdjustmentExceedsLeft
from aftersale_svc.domain.cases.reapplications import MOST_REAPPLICATIONS, ReappliedTooOften
from aftersale_svc.domain.cases.requests import Wanted
from aftersale_svc.domain.cases.shares import cumulative_share
from aftersale_svc.domain.cases.types import TYPES, TypeRow
from aftersale_svc.domain.money.errors import (
    QuantityExceedsRemaining,
    UnitsInLiveCase,
    UnitsNotBack,
    UnitsNotSent,
    UnitsShipped,
)
from aftersale_svc.domain.money.model import LineBalance
from aftersale_svc.domain.orders.model import Stage


def allocate_lines(
    case_id: str,
    type_: TypeRow,
    stage: Stage,
    balances: Sequence[LineBalance],
    wanted: Sequence[Wanted],
    currency: str | None = None,
) -> list[CaseLine]:
    """Return the lines of a new case about goods at `stage`, each with its share of the money. `currency` is for the amounts in refusals.

    Raises:
        LineUnknown, LineTwice: a line is not the order's, or is named twice.
        Refusal: what `check_line` refuses a line with.
    """
    by_id = {balance.line_id: balance for balance in balances}
    lines: list[CaseLine] = []
    for place, each in enumerate(wanted):
        balance = by_id.get(each.line_id)
        if balance is None:
            raise LineUnknown(pointer=f"/lines/{place}/line_id", allowed=list(by_id))
        if any(line.line_id == each.line_id for line in lines):
            raise LineTwice(pointer=f"/lines/{place}/line_id")
        check_line(type_, stage, balance, each, place, currency)
        lines.append(_allocated(case_id, type_, balance, each))
    return lines


def check_line(
    type_: TypeRow, stage: Stage, balance: LineBalance, wanted: Wanted, place: int = 0, currency: str | None = None
) -> None:
    """Refuse what a new case cannot have of a line; `place` is where the request names it.

    Raises:
        QuantityExceedsRemaining, UnitsInLiveCase: fewer units are left, or are free.
        UnitsNotBack: fewer units are with the buyer, since some were refused and have not come back.
        UnitsShipped: fewer units have not left, where the type is about these.
        UnitsNotSent: fewer units have left, where the type is about these.
        ReappliedTooOften: the line was rejected too often.
        UnitsInNoParcel: fewer units have left, where they are to come back in their parcel.
        AdjustmentExceedsLeft: a price adjustment asks for more than is left of the line's money.
    """
    _check_units(type_, stage, balance, wanted.quantity, place)
    if type_.needs_prices and (wanted.difference_minor > balance.left_minor or not balance.left_minor):
        raise AdjustmentExceedsLeft(
            pointer=f"/lines/{place}/checked_price", left_minor=balance.left_minor, currency=currency
        )


def selectable_units(type_: TypeRow, stage: Stage, balance: LineBalance) -> int:
    """The most units of a line that a new case of this type may be about while goods of the order are at `stage`."""
    return balance.quantity if type_.is_question else min(balance.free_units, _units_at(type_, stage, balance))


def possible_types(
    balances: Iterable[LineBalance], wanted: Sequence[Wanted], among: Collection[CaseType] = TYPES
) -> list[CaseType]:
    """The types that a new case about these units of an order on its way may be of, without those that a merchant has to allow."""
    by_id = {balance.line_id: balance for balance in balances}
    of_lines = [(by_id[each.line_id], each.quantity) for each in wanted]
    return [
        name
        for name in types_at(Stage.IN_TRANSIT, among)
        if all(_is_possible(TYPES[name], balance, quantity) for balance, quantity in of_lines)
    ]


def instead_of_refusing(balances: Iterable[LineBalance], wanted: Sequence[Wanted]) -> list[CaseType]:
    """The same for units that no parcel carries together, so that they do not come back in one."""
    return possible_types(balances, wanted, [name for name, row in TYPES.items() if not row.by_outbound])


def _is_possible(type_: TypeRow, balance: LineBalance, quantity: int) -> bool:
    has_money = balance.left_minor > 0 or not type_.needs_prices
    return has_money and quantity <= selectable_units(type_, Stage.IN_TRANSIT, balance)


def _units_at(type_: TypeRow, stage: Stage, balance: LineBalance) -> int:
    """The units that are where the type needs them, whatever other cases hold. After the receipt, all are with the buyer."""
    if type_.before_shipment:
        return balance.unshipped_units
    return balance.claimable_units if type_.needs_shipped and stage is not Stage.POST_RECEIPT else balance.quantity


def check_units_sent(
    type_: TypeRow,
    stage: Stage,
    lines: Sequence[RequestedLine],
    balances: Iterable[LineBalance],
    among: Collection[CaseType],
) -> None:
    """Refuse to go on as a case of this type about more units than have left. `among` are the types that it could go on as else.

    Raises:
        UnitsNotSent: fewer units of a line have left, or cases about units that have left have some of these.
    """
    sent = {balance.line_id: _units_at(type_, stage, balance) for balance in balances}
    for line in lines:
        if line.quantity > sent[line.line_id]:
            allowed = [each for each in types_at(stage, among) if not TYPES[each].needs_shipped]
            raise UnitsNotSent(pointer="/type", sent=sent[line.line_id], allowed=allowed)


def _check_units(type_: TypeRow, stage: Stage, balance: LineBalance, quantity: int, place: int) -> None:
    pointer = f"/lines/{place}/quantity"
    remaining = balance.quantity if type_.is_question else balance.quantity - balance.settled_units
    if quantity > remaining:
        raise QuantityExceedsRemaining(pointer=pointer, remaining=remaining)
    if type_.is_question:
        return
    if quantity > balance.left_units:
        raise UnitsInLiveCase(pointer=pointer, free=balance.free_units, cases=list(balance.live_cases))
    if quantity > balance.free_units:
        raise UnitsNotBack(pointer=pointer, free=balance.free_units)
    if quantity > (most := selectable_units(type_, stage, balance)):
        allowed = possible_types([balance], [Wanted(balance.line_id, quantity)])
        if type_.before_shipment:
            raise UnitsShipped(pointer=pointer, unshipped=most, allowed=allowed)
        if type_.by_outbound:
            raise UnitsInNoParcel(pointer=pointer, allowed=allowed)
        raise UnitsNotSent(pointer=pointer, sent=most, allowed=allowed)
    if balance.rejected_times > MOST_REAPPLICATIONS:
        raise ReappliedTooOften(pointer=f"/lines/{place}/line_id", times=balance.rejected_times)


def _allocated(case_id: str, type_: TypeRow, balance: LineBalance, wanted: Wanted) -> CaseLine:
    units, paid_minor, before = balance.quantity, balance.paid_minor, 0
    amount_minor = wanted.difference_minor
    if type_.holds_units:
        units, paid_minor, before = share_basis(balance)
        amount_minor = next_share(balance, wanted.quantity)
    return CaseLine(
        case_id=case_id,
        line_id=balance.line_id,
        sku=balance.sku,
        quantity=wanted.quantity,
        amount_minor=amount_minor,
        line_units=units,
        line_paid_minor=paid_minor,
        units_before=before,
        order_units=balance.quantity,
        order_paid_minor=balance.paid_minor,
        line_tax_minor=balance.tax_minor,
        line_discounts=balance.discounts,
    )


def share_basis(balance: LineBalance) -> tuple[int, int, int]:
    """Return what the share of the next units is computed from: units, their money, and how many of them others have."""
    if balance.adjusted_minor:
        return balance.left_units, balance.owed_minor, 0
    return balance.quantity, balance.paid_minor, balance.settled_units + balance.live_units


def next_share(balance: LineBalance, quantity: int) -> int:
    """Return the money of the next units: the cumulative share up to them, less what other cases hold.

    Where no case was cancelled or cut in between, this is ⌊P·(a+k)/q⌋ − ⌊P·a/q⌋. Where one was, the parts still never exceed
    what was paid, and the last unit gets the exact residue. Where money went back without units, it is the share of what is
    left among the units that are left: every one of them is worth as much less. What less than their share was refunded for units
    before an import is owed to nobody.
    """
    if balance.adjusted_minor:
        return cumulative_share(balance.owed_minor, balance.left_units, quantity)
    before = balance.settled_units + balance.live_units
    taken_minor = balance.held_minor + balance.withheld_minor
    return max(0, cumulative_share(balance.paid_minor, balance.quantity, before + quantity) - taken_minor)
