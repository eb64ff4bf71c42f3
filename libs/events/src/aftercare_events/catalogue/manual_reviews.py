"""Which agent reviews a case, published by aftersale-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent
from aftercare_events.catalogue.decisions import PolicyArticleId, PolicyVersion, RuleId, RulesVersion
from aftercare_events.fields import Code, Currency, Minor, PrincipalId, Quantity, Time
from aftercare_events.vocabulary import Vocabulary, one_of

AgentId = Annotated[PrincipalId, Field(description="the agent")]


class ReleaseCause(Vocabulary):
    """Why an agent does not have a case any more."""

    RELEASED = "released", "the agent gave it back"
    LAPSED = "lapsed", "the agent has not decided in time"


class ProposedAction(Vocabulary):
    """What an agent proposes to decide."""

    APPROVE = "approve", "the request is granted"
    REFUND = "refund", "the money goes back"
    GRANT = "grant", "a part of the amount is granted"
    OFFER = "offer", "the buyer is offered something else"
    ACCEPT_OFFER = "accept_offer", "the buyer's offer is accepted"
    STATE_OFFLINE_REFUND = "state_offline_refund", "the money was given back outside the provider"
    RELEASE_HOLD = "release_hold", "the hold on the money is released"
    CLAIM_HOLD = "claim_hold", "the hold on the money is claimed"


class ReviewAssigned(CaseEvent):
    """An agent has the case from now on: one that took it, or was given it."""

    matter: Code = "after_sale_review"
    agent_id: AgentId
    claim_ends_at: Annotated[Time, Field(description="when the case is in the queue again")]
    open_count: Annotated[
        Quantity | None, Field(description="how many reviews the agent had, where it was chosen for having the fewest")
    ] = None


class ReviewReleased(CaseEvent):
    """The case is in the queue of the agents again."""

    matter: Code = "after_sale_review"
    agent_id: AgentId
    cause: Annotated[Code, one_of(ReleaseCause, "why")]


class DecisionProposed(CaseEvent):
    """An agent wants to decide about so much money that a second agent has to confirm it."""

    OF_PLATFORM: ClassVar[bool] = True

    matter: Code = "after_sale_review"
    action: Annotated[Code, one_of(ProposedAction, "what was proposed")]
    amount_minor: Minor
    currency: Currency
    rules_version: RulesVersion = None
    rule_id: RuleId = None
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None


class DecisionDeclined(CaseEvent):
    """What an agent had proposed was declined, or taken back; the case is reviewed on."""

    OF_PLATFORM: ClassVar[bool] = True

    matter: Code = "after_sale_review"
    action: Annotated[Code, one_of(ProposedAction, "what was proposed")]
    rules_version: RulesVersion = None
    rule_id: RuleId = None
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None
