"""Conversations that an agent gives to another agent or team."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import ConversationTransferred, digest

from cs_svc.commands import effects, notes, referrals
from cs_svc.commands.record import conversation_fields
from cs_svc.domain.conversations import CONVERSATION, Conversation, ConversationAction, ServedBy
from cs_svc.domain.notes import AgentUnknown
from cs_svc.domain.routing.agents import Team
from cs_svc.domain.routing.errors import TeamUnknown
from cs_svc.settings import Settings
from cs_svc.tables.conversations import CONVERSATIONS
from cs_svc.tables.routing.agents import AGENT, TEAM


async def transfer(
    tx: Transaction[Settings], conversation_id: str, *, agent_id: str | None, team_id: str | None, reason: str
) -> Conversation:
    """Give the conversation to an agent, or to a team in whose queue it waits. The reason is a note. One that
    the merchant's people serve is taken back.

    An agent who is not online gets it when they are, unless others of the team take it before.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        AgentUnknown, TeamUnknown: there is no such agent or team.
        IllegalTransition, ActionNotAllowed: see CONVERSATION.
    """
    before = await tx.lock(CONVERSATIONS, conversation_id)
    team = None if team_id is None else await _team(tx, team_id)
    if agent_id is not None and await tx.one(AGENT, agent_id=agent_id) is None:
        raise AgentUnknown(pointer="/agent_id", value=agent_id)
    given = CONVERSATION.apply(before, ConversationAction.TRANSFER, tx)
    given = replace(given, agent_id=agent_id, served_by=ServedBy.PLATFORM)
    event = ConversationTransferred(
        **conversation_fields(tx, given),
        from_agent_id=before.agent_id,
        agent_id=agent_id,
        team_id=team_id,
        reason_hash=digest(reason),
    )
    saved = await tx.save(CONVERSATIONS, given, event, *await referrals.took_back(tx, before, given))
    await effects.conversation_transferred(tx, before, saved, team)
    await notes.store(tx, saved, text=reason, mentions=[] if agent_id is None else [agent_id])
    return saved


async def _team(tx: Transaction[Settings], team_id: str) -> Team:
    team = await tx.one(TEAM, team_id=team_id)
    if team is None:
        raise TeamUnknown(pointer="/team_id", value=team_id)
    return team
