"""Who reviews a case as an agent, as it is sent and shown."""

from aftercare_chassis.http.schemas import Id, In, Out, PrincipalId, Time, example

from aftersale_svc.api.schemas.cases.case_requests import CitingIn, NoteIn
from aftersale_svc.domain.cases.model import Case


class AssignReviewIn(In):
    """Who reviews the case; without an agent, the one on the roster with the fewest reviews."""

    model_config = example(agent_id="agent-1")

    agent_id: PrincipalId | None = None
    """The agent; no party of the case. If left out, the available one with the fewest reviews who takes cases of this type."""


class ReviewOut(Out):
    """The agent who has the case."""

    agent_id: str
    """Who has taken it, or was given it; no other agent decides."""
    until: Time
    """When it is in the queue again, unless the agent decides before."""

    @classmethod
    def of(cls, case: Case) -> "ReviewOut | None":
        """Who has the case; None where no agent does."""
        if case.agent_id is None or case.claim_ends_at is None:
            return None
        return cls(agent_id=case.agent_id, until=case.claim_ends_at)


_PROPOSAL = "prd_0196a3c85d1e7b2f9a4c6e8d0b1f2a37"


class ConfirmDecisionIn(NoteIn):
    """Which decision is confirmed, with a note that both sides can read; both may be left out."""

    model_config = example(proposal_id=_PROPOSAL, note="已核对凭证。")

    proposal_id: Id | None = None
    """The `id` of `proposed_decision` as it was read; without it, what is proposed by now."""


class DeclineDecisionIn(CitingIn):
    """Which decision is declined, with the policies that it rests on and a note that both sides can read; all of it may be left out."""

    model_config = example(proposal_id=_PROPOSAL, note="凭证不足。")

    proposal_id: Id | None = None
    """The `id` of `proposed_decision` as it was read; without it, what is proposed by now."""


class ProposedDecisionOut(Out):
    """A decision that waits for a second agent."""

    id: str
    """Which one it is; `confirm-decision` and `decline-decision` take it as `proposal_id`."""
    action: str
    """What was proposed, as in `allowed_actions`."""
    proposed_by: str
    """The agent who proposed it; another one confirms it."""

    @classmethod
    def of(cls, case: Case) -> "ProposedDecisionOut | None":
        """What waits; None where nothing does."""
        if case.proposal_id is None or case.proposed_action is None or case.proposed_by is None:
            return None
        return cls(id=case.proposal_id, action=case.proposed_action, proposed_by=case.proposed_by)
