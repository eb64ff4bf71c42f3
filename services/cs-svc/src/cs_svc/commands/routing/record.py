"""The fields that the events of an agent, a team or a conversation in a queue have in common."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import TraceFields, trace_fields

from cs_svc.domain.routing.agents import Agent, Team
from cs_svc.domain.routing.queue import QueueEntry


class AgentFields(TraceFields):
    """What every event of an agent holds."""

    agent_id: str
    presence: str


class TeamFields(TraceFields):
    """What the event of a team holds."""

    team_id: str
    merchant_id: str | None
    overflow_team_id: str | None


class QueueFields(TraceFields):
    """What every event of a conversation in a queue holds."""

    queue_entry_id: str
    conversation_id: str
    order_id: str | None
    case_id: str | None
    buyer_id: str
    merchant_id: str | None
    team_id: str


def agent_fields(tx: Transaction, agent: Agent) -> AgentFields:
    """The fields of an event of this agent, after its change."""
    return AgentFields(
        **trace_fields(tx, affected_party=agent.id, applicant=agent.id, result=agent.state),
        agent_id=agent.id,
        presence=agent.state,
    )


def team_fields(tx: Transaction, team: Team) -> TeamFields:
    """The fields of an event of this team, after its change."""
    return TeamFields(
        **trace_fields(tx, affected_party=team.id, applicant=team.id, result="set"),
        team_id=team.id,
        merchant_id=team.merchant_id,
        overflow_team_id=team.overflow_team_id,
    )


def queue_fields(tx: Transaction, entry: QueueEntry) -> QueueFields:
    """The fields of an event of this stay in a queue, after its change."""
    return QueueFields(
        **trace_fields(tx, affected_party=entry.buyer_id, applicant=entry.buyer_id, result=entry.state),
        queue_entry_id=entry.id,
        conversation_id=entry.conversation_id,
        order_id=entry.order_id,
        case_id=entry.case_id,
        buyer_id=entry.buyer_id,
        merchant_id=entry.merchant_id,
        team_id=entry.team_id,
    )
