"""What begins and ends with the stay of a case in a state."""

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.codes import EscalationCause, RejectedBy
from aftersale_svc.domain.cases.lifecycle import of
from aftersale_svc.domain.cases.model import Case, CaseState

_CAUSES = {str(each): each for each in EscalationCause}


def entered(before: Case, case: Case, action: str | None, role: str) -> Case:
    """The case in another state: nobody is late, no agent has it, what was proposed is void; who has rejected it, or why an agent decides."""
    case = _left(case)
    if before.state is CaseState.DISPUTED:
        return case  # it goes on as before
    if case.state is CaseState.REJECTED:
        return replace(case, rejected_by=RejectedBy(role))
    rows = {str(each): row for (state, each), row in of(before).transitions.items() if state is before.state}
    row = rows.get(action or "")
    if case.state is CaseState.MANUAL_REVIEW and row is not None and row.cause is not None:
        return replace(case, reviewed_for=_CAUSES.get(row.cause))
    return case


def _left(case: Case) -> Case:
    if case.late_since is None and case.agent_id is None and case.proposal_id is None:
        return case
    return replace(
        case,
        late_since=None,
        agent_id=None,
        claim_ends_at=None,
        proposal_id=None,
        proposed_by=None,
        proposed_action=None,
    )
