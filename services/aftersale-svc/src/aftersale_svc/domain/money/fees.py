"""What the buyer bears of a return (docs/money.md R6): a restocking fee, and the freight of sending the goods back."""

from collections.abc import Sequence
from dataclasses import dataclass

from aftersale_svc.domain.cases.codes import MERCHANT_LIABLE, Goods
from aftersale_svc.domain.cases.model import Case, CaseLine
from aftersale_svc.domain.cases.reasons import BUYER_LIABLE
from aftersale_svc.domain.cases.return_freights.policy import buyer_pays_return
from aftersale_svc.domain.cases.shares import cumulative_share
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.merchant_settings.model import SettingInForce, SettingKind
from aftersale_svc.domain.orders.model import Order, Stage

WHOLE = 10_000
"""Basis points: hundredths of a percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnFees:
    """What a merchant charges for returns in one currency: freight per return in minor units, and a fee in basis points of
    what was paid for the units.
    """

    return_freight_minor: int = 0
    restocking_basis_points: int = 0


NO_FEES = ReturnFees()


def fees_of(order: Order) -> ReturnFees:
    """What the merchant of the order charges for returns in its currency."""
    found = order.setting(SettingKind.RETURN_FEES)
    return NO_FEES if found is None else ReturnFees(**found.content.get(order.currency, {}))


def fees_setting(order: Order, case: Case) -> SettingInForce | None:
    """The setting that a refund of this case is decided by; None where no goods come back, which cost no fee."""
    return order.setting(SettingKind.RETURN_FEES) if sends_goods_back(case) else None


def restocking_fee(case: Case, lines: Sequence[CaseLine], fees: ReturnFees) -> int:
    """Return the fee, in minor units, for the units of these lines that are refunded; 0 where the buyer is not liable.

    It is cumulative per line, as the share of the line is, so that it does not depend on the order of partial refunds.
    """
    if not sends_goods_back(case) or not _is_restocked(case):
        return 0
    return sum(_of_line(line, fees.restocking_basis_points) for line in lines)


def _is_restocked(case: Case) -> bool:
    return case.reason in BUYER_LIABLE and case.liable not in MERCHANT_LIABLE


def _of_line(line: CaseLine, basis_points: int) -> int:
    whole, units = line.line_paid_minor * basis_points, line.line_units * WHOLE
    upto = cumulative_share(whole, units, line.units_before + line.refund_units)
    return min(line.refund_minor, upto - cumulative_share(whole, units, line.units_before))


def sends_goods_back(case: Case) -> bool:
    """Whether goods that had left come back with the case."""
    return TYPES[case.type].goods is Goods.RETURN and case.stage is not Stage.PRE_SHIP


def may_cost(case: Case) -> bool:
    """Whether the buyer bears what the merchant charges for the return."""
    return sends_goods_back(case) and (buyer_pays_return(case) or _is_restocked(case))


def is_charged(case: Case) -> bool:
    """Whether the freight of the return is deducted, as far as the refund comes to it: not from an agreed amount or a verdict's."""
    return buyer_pays_return(case) and case.agreed_minor is None and case.liable is None
