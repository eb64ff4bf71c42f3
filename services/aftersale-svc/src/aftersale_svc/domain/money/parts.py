"""What a refund is made of (docs/money.md R4, R6, R8): its amount part by part, and what goes back beside it.

The parts that are added, less those that are deducted, are the amount of the refund. Tax and discounts are shared by the
cumulative rule over the units that went back before, so that a full return gives back all of them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.model import Case, CaseLine, RefundAmount
from aftersale_svc.domain.cases.return_freights.policy import buyer_pays_return
from aftersale_svc.domain.cases.shares import credited, cumulative_share
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.codes import PartEffect, PartKind, PartParty
from aftersale_svc.domain.money.fees import ReturnFees, is_charged, sends_goods_back
from aftersale_svc.domain.money.model import GivenBack
from aftersale_svc.domain.money.refunds import refunded_lines

_K, _E, _P = PartKind, PartEffect, PartParty


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPart:
    """One part of a refund. `line_id` is None for the whole case.

    `due_minor` is the share of the units, `amount_minor` what the refund has of it: less, where a verdict awards less.
    """

    refund_id: str
    position: int = 0
    kind: PartKind
    effect: PartEffect
    line_id: str | None = None
    units: int = 0
    amount_minor: int
    due_minor: int
    payer: PartParty
    payee: PartParty


def parts_of(
    refund_id: str,
    case: Case,
    lines: Sequence[CaseLine],
    amount: RefundAmount,
    given: Sequence[GivenBack],
    fees: ReturnFees,
    *,
    of_exchange: bool = False,
    keeps_goods: bool = False,
) -> tuple[RefundPart, ...]:
    """Return the parts of a refund of this amount. `given` is what other cases of the order gave back of these lines.

    What an exchange gives back (`of_exchange`) is money alone: no units go back, and nothing more is due for it. With
    `keeps_goods`, the buyer keeps them: only units of which all is paid back count.
    """
    known = {(each.line_id, each.kind, each.payer, each.payee): each for each in given}
    takes_units = TYPES[case.type].holds_units and not of_exchange
    lines = credited(lines, amount) if of_exchange else lines
    refunded = refunded_lines(lines, amount, keeps_goods=keeps_goods)
    # What lowers the price of goods that stay with the buyer has its part of the tax; the rest is due when they go back.
    refunded = [each if each[1] else (replace(each[0], accepted_minor=each[2]), 0, each[2]) for each in refunded]
    found = [
        *_of_lines(refund_id, takes_units, refunded, known),
        *_of_case(refund_id, case, amount, fees, goes_back=sends_goods_back(case) and not keeps_goods),
    ]
    return tuple(replace(part, position=number) for number, part in enumerate(found, 1))


Known = Mapping[tuple[str | None, PartKind, PartParty, PartParty], GivenBack]


def _of_lines(
    refund_id: str, takes_units: bool, lines: Sequence[tuple[CaseLine, int, int]], known: Known
) -> Iterator[RefundPart]:
    for line, refunded, minor in lines:
        units = refunded if takes_units else 0
        goods = RefundPart(
            refund_id=refund_id,
            kind=_K.GOODS,
            effect=_E.ADDED,
            line_id=line.line_id,
            units=units,
            amount_minor=minor,
            due_minor=line.refund_minor,
            payer=_P.MERCHANT,
            payee=_P.BUYER,
        )
        before = known.get((line.line_id, _K.GOODS, _P.MERCHANT, _P.BUYER))
        taxed = known.get((line.line_id, _K.TAX, _P.MERCHANT, _P.BUYER))
        upto = units + (before.units if before else 0)
        due = _tax(line, upto, before, taxed) if line.line_tax_minor else 0
        tax = min(due, due * minor // line.refund_minor) if line.refund_minor else 0
        # What was agreed on may round to more than the share of the units.
        yield replace(goods, amount_minor=minor - tax, due_minor=max(goods.due_minor - due, minor - tax))
        if due:
            yield replace(goods, kind=_K.TAX, amount_minor=tax, due_minor=due)
        if units:
            yield from _discounts(goods, line, upto, known)


def _discounts(goods: RefundPart, line: CaseLine, upto: int, known: Known) -> Iterator[RefundPart]:
    whole = Counter[tuple[PartKind, PartParty]]()  # a discount of the line and one of the order may be alike
    for each in line.line_discounts or ():
        whole[PartKind(each["kind"]), PartParty(each["funder"])] += each["amount_minor"]
    for (kind, funder), minor in whole.items():
        payer, payee = _sides(kind, funder)
        due = _next(minor, line, upto, known.get((line.line_id, kind, payer, payee)))
        if due:
            yield replace(goods, kind=kind, effect=_E.BESIDE, amount_minor=due, due_minor=due, payer=payer, payee=payee)


def _sides(kind: PartKind, funder: PartParty) -> tuple[PartParty, PartParty]:
    """Points and coupons go back to the buyer at the cost of who funded them; other discounts go back to their funder."""
    if kind in (_K.POINTS, _K.COUPON):
        return funder, _P.BUYER
    return (_P.BUYER if kind is _K.GIFT else _P.MERCHANT), funder


def _tax(line: CaseLine, upto: int, goods: GivenBack | None, taxed: GivenBack | None) -> int:
    """The share of the tax: of the units, where those that went back have the first shares of the line, else of the money.

    What is left of the tax always fits into what is left of the money, so that the last refund can have all of it. It is no less than what
    an attempt that has failed in part has given back of it.
    """
    paid, tax, share = line.order_paid_minor, line.line_tax_minor, line.refund_minor
    given = taxed.due_minor if taxed else 0
    back = share + given + (goods.due_minor if goods else 0)
    in_order = cumulative_share(paid, line.order_units, upto) == back
    due = (cumulative_share(tax, line.order_units, upto) if in_order else cumulative_share(tax, paid, back)) - given
    return min(max(due, tax - given - (paid - back), line.returned_tax_minor), share, tax - given)


def _next(whole: int, line: CaseLine, upto: int, before: GivenBack | None) -> int:
    """The share of the next units, of what the line has as a whole: all that belongs to the first `upto`, less what was given."""
    return max(0, cumulative_share(whole, line.order_units, upto) - (before.due_minor if before else 0))


def _of_case(
    refund_id: str, case: Case, amount: RefundAmount, fees: ReturnFees, *, goes_back: bool
) -> Iterator[RefundPart]:
    def part(kind: PartKind, effect: PartEffect, minor: int, payer: PartParty, payee: PartParty) -> RefundPart:
        return RefundPart(
            refund_id=refund_id,
            kind=kind,
            effect=effect,
            amount_minor=minor,
            due_minor=minor,
            payer=payer,
            payee=payee,
        )

    if amount.freight_minor:
        yield part(_K.SHIPPING, _E.ADDED, amount.freight_minor, _P.MERCHANT, _P.BUYER)
    if amount.restocking_minor:
        yield part(_K.RESTOCKING_FEE, _E.DEDUCTED, amount.restocking_minor, _P.BUYER, _P.MERCHANT)
    if amount.return_freight_minor or (fees.return_freight_minor and goes_back and is_charged(case)):
        due = max(amount.return_freight_minor, fees.return_freight_minor)
        back = part(_K.RETURN_FREIGHT, _E.DEDUCTED, due, _P.BUYER, _P.MERCHANT)
        yield replace(back, amount_minor=amount.return_freight_minor)
    elif fees.return_freight_minor and goes_back and not buyer_pays_return(case):
        yield part(_K.RETURN_FREIGHT, _E.BESIDE, fees.return_freight_minor, _P.MERCHANT, _P.COURIER)
    for each in amount.unearned:
        funder = _P(each.funder)
        if each.amount_minor > 0:
            yield part(_K.DISCOUNT_RECALCULATED, _E.DEDUCTED, each.amount_minor, _P.BUYER, funder)
        else:
            yield part(_K.DISCOUNT_RECALCULATED, _E.ADDED, -each.amount_minor, funder, _P.BUYER)
