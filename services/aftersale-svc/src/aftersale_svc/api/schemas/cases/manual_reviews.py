"""Who reviews a case as an agent, as it is sent and shown."""

from aftercare_chassis.http.schemas import In, Out, PrincipalId, Time, example

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


class ProposedDecisionOut(Out):
    """A decision that waits for a second agent."""

    action: str
    """What was proposed, as in `allowed_actions`."""
    proposed_by: str
    """The agent who proposed it; another one confirms it."""

    @classmethod
    def of(cls, case: Case) -> "ProposedDecisionOut | None":
        """What waits; None where nothing does."""
        if case.proposed_action is None or case.proposed_by is None:
            return None
        return cls(action=case.proposed_action, proposed_by=case.proposed_by)
