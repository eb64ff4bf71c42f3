"""What ends with the stay of a case in a state."""

from dataclasses import replace

from aftersale_svc.domain.cases.model import Case


def left_review(case: Case) -> Case:
    """The case in another state: nobody is late, no agent has it, and what was proposed is void."""
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
