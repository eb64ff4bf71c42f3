"""Conditions on cases by what is still owed in them beside the refund."""

from collections.abc import Callable, Mapping

from sqlalchemy import ColumnElement

from aftersale_svc.domain.work_lists import OwedBeside
from aftersale_svc.tables.disputes.disputes import owes_by_verdict
from aftersale_svc.tables.goods.exchanges import to_return
from aftersale_svc.tables.money.return_freights import freight_to_pay

OWED_BESIDE: Mapping[OwedBeside, Callable[[ColumnElement[str]], ColumnElement[bool]]] = {
    OwedBeside.CHARGE_TO_RETURN: to_return,
    OwedBeside.RETURN_FREIGHT_TO_PAY: freight_to_pay,
    OwedBeside.DEBT_OWED: owes_by_verdict,
}
"""By the id of the case."""
