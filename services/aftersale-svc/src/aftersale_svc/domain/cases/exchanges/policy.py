"""What a replacement costs more or less than what was paid (docs/money.md R10)."""

from collections.abc import Sequence

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.charges.model import Charge
from aftersale_svc.domain.cases.codes import CaseType, Goods
from aftersale_svc.domain.cases.errors import LineTwice, LineUnknown
from aftersale_svc.domain.cases.exchanges.errors import NothingElseWanted, PriceTooHigh, WantedNotPossible
from aftersale_svc.domain.cases.exchanges.guards import lines_for_another
from aftersale_svc.domain.cases.exchanges.model import Price, ReplacementLine
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.requests import Wanted
from aftersale_svc.domain.cases.types import TYPES, TypeRow
from aftersale_svc.domain.currencies import PriceCurrencyForeign, check_currency

LARGEST_TOTAL = 10**13
"""In minor units, as for an order."""


def wanted_lines(case_id: str, type_: TypeRow, wanted: Sequence[Wanted]) -> list[ReplacementLine]:
    """Return what a request wants in exchange.

    Raises:
        WantedNotPossible: the type is no exchange.
    """
    named = [(place, each) for place, each in enumerate(wanted) if each.sku is not None or each.variant is not None]
    if named and type_.goods is not Goods.EXCHANGE:
        raise WantedNotPossible(pointer=f"/lines/{named[0][0]}")
    return [
        ReplacementLine(case_id=case_id, line_id=each.line_id, sku=each.sku, variant=each.variant) for _, each in named
    ]


def wanted_of_case(full: FullCase, named: Sequence[Wanted]) -> list[ReplacementLine]:
    """Return what is wanted now for the lines of a case, as `wanted_lines` has it; lines that are not named keep what they had.

    Raises:
        LineUnknown, LineTwice: a line is not the case's, or is named twice.
        WantedNotPossible: the type is no exchange.
    """
    seen: set[str] = set()
    for place, each in enumerate(named):
        if each.line_id not in {line.line_id for line in full.requested}:
            raise LineUnknown(pointer=f"/lines/{place}/line_id", allowed=[line.line_id for line in full.requested])
        if each.line_id in seen:
            raise LineTwice(pointer=f"/lines/{place}/line_id")
        seen.add(each.line_id)
    wanted = wanted_lines(full.case.id, TYPES[full.case.type], named)
    kept = [row for row in full.rows_of(ReplacementLine) if row.line_id not in {each.line_id for each in wanted}]
    return [*kept, *wanted]


def priced(full: FullCase, prices: Sequence[Price], at: str) -> FullCase:
    """The case with these prices; lines that are not named keep theirs. `at` points to the prices in the request.

    Raises:
        LineUnknown, LineTwice: a line is not the case's, or is named twice.
        NothingElseWanted: the buyer wants the same article for the units of a line.
        PriceCurrencyForeign: a price is in another currency than the order.
        PriceTooHigh: the units of the case cost more than `LARGEST_TOTAL` together.
    """
    rows = {row.line_id: row for row in full.rows_of(ReplacementLine)}
    named: set[str] = set()
    for place, each in enumerate(prices):
        if each.line_id not in {line.line_id for line in full.requested}:
            raise LineUnknown(pointer=f"{at}/{place}/line_id", allowed=[line.line_id for line in full.requested])
        if each.line_id in named:
            raise LineTwice(pointer=f"{at}/{place}/line_id")
        if each.line_id not in lines_for_another(full):
            raise NothingElseWanted(pointer=f"{at}/{place}/line_id")
        at_currency = f"{at}/{place}/unit_price/currency"
        check_currency(each.currency, full.case.currency, at_currency, PriceCurrencyForeign)
        named.add(each.line_id)
        known = rows.get(each.line_id, ReplacementLine(case_id=full.case.id, line_id=each.line_id))
        rows[each.line_id] = replace(known, unit_price_minor=each.unit_price_minor)
    total = sum(
        (rows[line.line_id].unit_price_minor or 0) * line.quantity for line in full.requested if line.line_id in rows
    )
    if total > LARGEST_TOTAL:
        raise PriceTooHigh(pointer=at, most=LARGEST_TOTAL, currency=full.case.currency)
    return with_difference(full.keeping(*rows.values()))


def unpriced(full: FullCase) -> FullCase:
    """The case after its type may have changed: where it is no exchange any more, nothing has a price, and nothing is owed.

    A replacement that is sent first has no price of its own either.
    """
    if full.case.type is CaseType.EXCHANGE or all(
        row.unit_price_minor is None for row in full.rows_of(ReplacementLine)
    ):
        return full
    rows = (replace(row, unit_price_minor=None) for row in full.rows_of(ReplacementLine))
    return with_difference(full.keeping(*rows))


def with_difference(full: FullCase) -> FullCase:
    """The case with the difference of the units that are replaced, as far as is known now, and with what the buyer owes of it.

    What the buyer has agreed to stays.
    """
    found = difference(full)
    owed, known = max(found or 0, 0), full.charge
    after = replace(full, case=replace(full.case, difference_minor=found))
    if known is not None and (known.agreed_at is not None or owed == known.amount_minor):
        return after
    if known is None and not owed:
        return after
    return after.keeping(Charge(case_id=full.case.id, amount_minor=owed))


def difference(full: FullCase) -> int | None:
    """New less paid, in minor units, for the units that are replaced; None where no price was named.

    A line without a price costs what was paid for it.
    """
    prices = {row.line_id: row.unit_price_minor for row in full.rows_of(ReplacementLine)}
    parts = [
        price * line.refund_units - line.refund_minor
        for line in full.lines
        if (price := prices.get(line.line_id)) is not None
    ]
    return sum(parts) if parts else None
