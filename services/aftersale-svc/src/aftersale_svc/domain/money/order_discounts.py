"""Discounts of an order that needed it to come to a threshold, once a part of it goes back (docs/money.md R7).

A merchant keeps them, or takes back what the units that the buyer keeps no longer earn. What was taken is compared with what is
unearned by now: so it does not depend on the order of partial returns, and is given back when the units go back too.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from aftersale_svc.domain.cases.amounts import Unearned
from aftersale_svc.domain.cases.codes import MERCHANT_LIABLE
from aftersale_svc.domain.cases.model import Case, CaseLine
from aftersale_svc.domain.cases.reasons import BUYER_LIABLE
from aftersale_svc.domain.cases.shares import cumulative_share
from aftersale_svc.domain.merchant_settings.model import SettingInForce, SettingKind
from aftersale_svc.domain.money.codes import OnReturn, PartKind, PartParty
from aftersale_svc.domain.money.freight import units_back
from aftersale_svc.domain.money.model import GivenBack, LineHold
from aftersale_svc.domain.orders.model import Order

Units = Mapping[str, int]
"""Units by line."""


def recalculation(order: Order) -> SettingInForce | None:
    """The setting by which the merchant takes unearned discounts back; None where buyers keep them."""
    found = order.setting(SettingKind.ORDER_DISCOUNTS)
    return found if found is not None and found.content["on_return"] == OnReturn.RECALCULATE else None


def unearned(
    order: Order,
    case: Case,
    lines: Sequence[CaseLine],
    holds: Sequence[LineHold],
    given: Iterable[GivenBack],
    most_minor: int,
) -> tuple[Unearned, ...]:
    """Return what a refund of these lines of the case takes back of discounts, by who funds them, at most `most_minor` in all.

    `given` is what refunds of other cases have taken. Nothing is taken from a case for which the buyer is not liable; its units
    count as if they were kept. What was taken under an earlier setting is given back under any.
    """
    takes = recalculation(order) is not None and _is_for_buyer(case)
    found, by_line = [], {hold.line_id: hold for hold in holds}
    due, taken = _due(by_line.values(), *_gone_back(case, lines, holds)), _taken(given)
    for funder in sorted({*due, *taken}):
        change = due[funder] - taken[funder]
        if change < 0 or takes:
            found.append(Unearned(funder, change))
    return _bounded(found, most_minor)


def _gone_back(case: Case, lines: Sequence[CaseLine], holds: Sequence[LineHold]) -> tuple[Units, Units]:
    """The units that have gone back with this case, and those of them for which the buyer is liable."""
    back, chosen = Counter[str](), Counter[str]()
    found: list[tuple[str, int, Case | LineHold]] = [(line.line_id, line.refund_units, case) for line in lines]
    found += [(hold.line_id, units_back(hold), hold) for hold in holds if hold.case_id not in (None, case.id)]
    for line_id, units, of_case in found:
        back[line_id] += units
        if _is_for_buyer(of_case):
            chosen[line_id] += units
    return back, chosen


def _is_for_buyer(case: Case | LineHold) -> bool:
    return case.reason in BUYER_LIABLE and case.liable not in MERCHANT_LIABLE


def _due(lines: Iterable[LineHold], back: Units, chosen: Units) -> Counter[str]:
    """What is unearned by now, by funder: the shares of the kept units in those discounts whose threshold is missed."""
    kept_value, due = 0, Counter[str]()
    shares = [(line, each) for line in lines for each in line.discounts or () if "threshold_minor" in each]
    value = Counter({line.line_id: line.paid_minor for line in lines})
    for line, each in shares:
        value[line.line_id] += each["amount_minor"]
    for line in lines:
        kept_value += _kept(value[line.line_id], line, chosen)
    for line, each in shares:
        if kept_value < each["threshold_minor"]:
            due[each["funder"]] += _kept(each["amount_minor"], line, back)
    return due


def _kept(whole_minor: int, line: LineHold, gone: Units) -> int:
    """The share of the units that are kept in what the line has as a whole."""
    return whole_minor - cumulative_share(whole_minor, line.quantity, gone[line.line_id])


def _taken(given: Iterable[GivenBack]) -> Counter[str]:
    """What refunds have taken by now, by funder."""
    taken = Counter[str]()
    for each in given:
        if each.kind == PartKind.DISCOUNT_RECALCULATED:
            by_buyer = each.payer == PartParty.BUYER
            taken[each.payee if by_buyer else each.payer] += each.due_minor if by_buyer else -each.due_minor
    return taken


def _bounded(found: Sequence[Unearned], most_minor: int) -> tuple[Unearned, ...]:
    """Those that take something, until nothing is left of the refund; what gives something back adds to that."""
    rest, bounded = most_minor - sum(min(each.amount_minor, 0) for each in found), []
    for each in found:
        minor = min(each.amount_minor, rest)
        rest -= max(minor, 0)
        bounded.append(Unearned(each.funder, minor))
    return tuple(each for each in bounded if each.amount_minor)
