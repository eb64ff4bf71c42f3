"""The CHECKs of the table of cases, for rows that no database holds."""

from aftersale_svc.domain.cases.model import Case, CaseState
from aftersale_svc.domain.cases.types import ENDED
from aftersale_svc.domain.orders.model import Stage


def check(case: Case) -> None:
    """The CHECKs of the table."""
    assert (case.state is CaseState.DISPUTED) == (case.frozen_state is not None)
    assert case.state is not CaseState.REFUNDING or case.refund_id is not None
    assert case.state is not CaseState.REJECTED or case.reject_reason is not None
    assert case.state is not CaseState.CLOSED or case.close_cause is not None
    assert (case.state in ENDED) == (case.whose_turn == "nobody")
    assert (case.whose_turn in ("nobody", "platform")) == (case.deadline_at is None)
    assert case.stage in Stage
