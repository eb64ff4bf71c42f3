"""Why a request was rejected, or a case closed, as a sentence."""

from aftersale_svc.domain.cases.codes import CloseCause
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.outcome_reasons import CLOSE_CAUSES, OUTCOMES, REJECT_REASONS
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.cases.states import CaseState

_AFTER_REJECTION = frozenset({CloseCause.REJECTED, CloseCause.REJECTION_ACCEPTED, CloseCause.REAPPLIED})


def why(case: Case) -> Label | None:
    """Why the case is rejected or closed; None where it is neither."""
    if case.state is CaseState.REJECTED and case.reject_reason is not None:
        return _rejected(case)
    if case.state is not CaseState.CLOSED or case.close_cause is None:
        return None
    cause = CLOSE_CAUSES[case.close_cause].label
    closed = Label(f"售后单已关闭，原因：{cause.zh}", f"The case was closed, because {cause.en}")
    if case.close_cause not in _AFTER_REJECTION or case.reject_reason is None:
        return closed
    rejected = _rejected(case)
    return Label(f"{rejected.zh}；{closed.zh}", f"{rejected.en}. {closed.en}")


def _rejected(case: Case) -> Label:
    assert case.reject_reason is not None
    reason = REJECT_REASONS[case.reject_reason].label
    return Label(f"申请被拒绝，原因：{reason.zh}", f"The request was rejected, because {reason.en}")


def because(text: Label, reason: str | None) -> Label:
    """The sentence of a step with why it rejected or closed the case, where it did."""
    row = None if reason is None else OUTCOMES.get(reason)
    return text if row is None else Label(f"{text.zh}，原因：{row.label.zh}", f"{text.en}, because {row.label.en}")
