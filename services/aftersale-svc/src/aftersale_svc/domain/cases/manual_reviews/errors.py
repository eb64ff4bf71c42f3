"""Refusals of who reviews a case as an agent."""

from aftercare_chassis.refusals import Kind, Refusal


class ReviewAlreadyAssigned(Refusal):
    """Another agent has taken the case."""

    kind, code = Kind.CONFLICT, "already_assigned"
    zh, en = "该售后单已由客服 {agent_id} 接手。", "The agent {agent_id} has the case already."


class ReviewAssignedToAnother(Refusal):
    """Another agent has taken the case, and only that one decides."""

    kind, code = Kind.CONFLICT, "assigned_to_another"
    zh, en = "该售后单由客服 {agent_id} 处理。", "The agent {agent_id} has the case, and decides about it."


class ReviewNotAssignedToYou(Refusal):
    """Only the agent who has the case can release it."""

    kind, code = Kind.CONFLICT, "not_assigned_to_you"
    zh, en = "该售后单不由您处理。", "You do not have the case."


class PartyCannotDecide(Refusal):
    """Who acts for the platform is the buyer, or belongs to the merchant, of the case."""

    kind, code = Kind.CONFLICT, "party_cannot_decide"
    zh, en = "交易一方不能处理该售后单。", "A party of the case does not decide about it."


class DecisionWaits(Refusal):
    """An agent has proposed a decision, which another one has to confirm or decline first."""

    kind, code = Kind.CONFLICT, "decision_proposed"
    zh = "客服 {proposed_by} 已提出处理决定，须先由另一名客服确认或退回。"
    en = "The agent {proposed_by} has proposed a decision, which another agent has to confirm or decline first."


class NothingProposed(Refusal):
    """No decision waits for a second agent."""

    kind, code = Kind.CONFLICT, "no_decision_proposed"
    zh, en = "没有等待确认的处理决定。", "No decision waits for a second agent."


class ProposalChanged(Refusal):
    """Another decision is proposed by now than the one that is named."""

    kind, code = Kind.CONFLICT, "proposal_changed"
    zh, en = (
        "您所指的处理决定已被退回，客服 {proposed_by} 已提出另一项；请查看后再确认。",
        "The decision that you name was declined, and the agent {proposed_by} has proposed another one. Look at that one first.",
    )


class ProposalOutdated(Refusal):
    """Another amount would be paid by now than was proposed."""

    kind, code = Kind.CONFLICT, "proposal_outdated"
    zh = "提出时的退款金额为 {proposed_minor:money}，现在应退 {amount_minor:money}；请退回后重新提出。"
    en = "{proposed_minor:money} was proposed, and {amount_minor:money} would go back by now. Decline it, and propose it again."


class NotOpenedByAgent(Refusal):
    """Agents act for the buyer in cases that an agent has opened for them."""

    kind, code = Kind.CONFLICT, "not_opened_by_agent"
    zh, en = (
        "该售后单不是由平台客服代买家申请的，由买家自行操作。",
        "No agent has opened this case for the buyer, who acts in it.",
    )


class AnswersAgent(Refusal):
    """An agent has offered, asked or rejected: no agent answers that for the buyer."""

    kind, code = Kind.CONFLICT, "answers_agent"
    zh = "这是平台客服作出的决定，须由买家本人答复。"
    en = "An agent has decided this, so that the buyer answers it, and no agent does."


class SecondPersonNeeded(Refusal):
    """Who proposed the decision cannot confirm it."""

    kind, code = Kind.CONFLICT, "second_person_needed"
    zh, en = "须由另一名客服确认，提出人不能自行确认。", "Another agent has to confirm it than the one who proposed it."
