"""The facts that guards judge, for tests."""

from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.model import Case, Return
from aftersale_svc.domain.orders.model import Order


def facts(case: Case, order: Order | None = None) -> CaseFacts:
    """What bars nothing, but for the state of the order."""
    full = FullCase(case=case).keeping(Return(case_id=case.id, carrier="sf", waybill_no="SF1001"))
    return CaseFacts(full=full, order=order, in_dispute_window=True, units_free=True, overdue=True)
