"""Suggested replies and macros, for agents."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Reader, Transaction
from aftercare_events import MacroSet, trace_fields

from cs_svc.commands import bot_answers, bot_asking, bot_citations, conversations
from cs_svc.commands.bot_asking import Classifiers
from cs_svc.commands.routing.agents import leads_any
from cs_svc.domain import assist as domain
from cs_svc.domain import bot_words
from cs_svc.domain.assist import LEAST_SHARE, MOST_SUGGESTED, Macro, MacroVariable, Suggestion, SuggestionState
from cs_svc.domain.bot import BotAction, Found, Intent
from cs_svc.domain.conversations import AuthorRole, Citation, Conversation, Message
from cs_svc.domain.routing.errors import LeadOnly, TeamUnknown
from cs_svc.domain.state_names import CASE_STATES, ORDER_STATES, name_of
from cs_svc.settings import Settings
from cs_svc.tables import assist as tables
from cs_svc.tables.conversations import CONVERSATIONS, LATEST_OF_BUYER
from cs_svc.tables.orders import KNOWN_CASES, KNOWN_ORDERS
from cs_svc.tables.routing.agents import TEAM


async def suggest(
    tx: Transaction[Settings], conversation_id: str, *, text: str | None, classifiers: Classifiers
) -> list[Suggestion]:
    """Replies for what the agent has written so far, else for the last message of the buyer, the likeliest first.

    They are answers of intents whose clauses are in force. What is shown is recorded, to be compared with what the agent posts.

    Raises:
        NotFound: there is no such conversation.
        Stale: the request's If-Match names another version.
    """
    conversation = await tx.get(CONVERSATIONS, conversation_id)
    tx.check_condition(conversation.version)
    if text is None:
        asked = await tx.one(LATEST_OF_BUYER, conversation_id=conversation_id)
        text = asked.text if asked is not None else None
    if not text:
        return []
    language = bot_words.language_of(text)
    model, found = await bot_asking.find(tx, classifiers, language=language, text=text, vector=None)
    if model is None or found is None:
        return []
    shown = await _of_intents(tx, conversation, found, language, model)
    await tx.insert(tables.SUGGESTIONS, *shown)
    return shown


async def _of_intents(
    tx: Transaction[Settings], conversation: Conversation, found: Found, language: str, model: int
) -> list[Suggestion]:
    shown: list[Suggestion] = []
    for name, share in found.likely:
        intent = await bot_answers.intent_of(tx, language, name) if share >= LEAST_SHARE else None
        if intent is None or not intent.answer or intent.action == BotAction.HANDOVER:
            continue
        citations = await bot_citations.citations_of(tx, intent, language)
        if citations is not None and len(shown) < MOST_SUGGESTED:
            shown.append(_suggestion(tx, conversation, intent, citations, share, language, model))
    return shown


def _suggestion(
    tx: Transaction[Settings],
    conversation: Conversation,
    intent: Intent,
    citations: list[bot_answers.Json],
    share: float,
    language: str,
    model: int,
) -> Suggestion:
    return Suggestion(
        id=tx.new_id("sug"),
        conversation_id=conversation.id,
        agent_id=tx.actor.id,
        state=SuggestionState.SHOWN,
        intent=intent.name,
        language=language,
        text=intent.answer or "",
        citations=citations,
        confidence=share,
        model=model,
        shown_at=tx.now,
    )


async def post(
    tx: Transaction[Settings],
    conversation_id: str,
    *,
    text: str,
    citations: Sequence[Citation],
    case_id: str | None,
    suggestion_id: str | None,
    is_approved: bool = False,
    attachment_ids: Sequence[str] = (),
) -> Message:
    """Add a message as `conversations.post`, and record what became of the suggestions that its author, an agent, was shown.

    Raises:
        SuggestionUnknown: it names one that was not shown to the actor in this conversation.
    """
    if suggestion_id is not None:
        await _check_used(tx, conversation_id, suggestion_id)
    message = await conversations.post(
        tx,
        conversation_id,
        text=text,
        citations=citations,
        case_id=case_id,
        is_approved=is_approved,
        attachment_ids=attachment_ids,
    )
    if message.author_role is AuthorRole.AGENT:
        _settle(tx, message, suggestion_id)
    return message


async def _check_used(tx: Transaction[Settings], conversation_id: str, suggestion_id: str) -> None:
    found = await tx.find(tables.SUGGESTIONS, suggestion_id)
    if found is None or found.conversation_id != conversation_id or found.state is not SuggestionState.SHOWN:
        raise domain.SuggestionUnknown(pointer="/suggestion_id")


def _settle(tx: Transaction[Settings], message: Message, suggestion_id: str | None) -> None:
    tx.change(
        tables.suggestions.name,
        tables.SETTLE,
        of_conversation=message.conversation_id,
        of_agent=message.author_id,
        used_id=suggestion_id,
        posted_text=message.text,
        by_message=message.id,
        at=tx.now,
    )


async def put_macro(
    tx: Transaction[Settings], macro_id: str, *, team_id: str | None, title: str, text: str, retired: bool
) -> Macro:
    """Make a macro, or change it: an administrator, or an agent who leads its team.

    Raises:
        LeadOnly: the actor leads neither the team that it is for nor the one that it was for.
        TeamUnknown, MacroVariableUnknown: see there.
        Stale: the request's If-Match names another version.
    """
    known = await tx.look_up(tables.MACRO, id=macro_id)
    tx.check_condition(None if known is None else known.version)
    for team in {team_id, team_id if known is None else known.team_id}:
        if not await leads_any(tx, [] if team is None else [team]):
            raise LeadOnly
    if team_id is not None and await tx.one(TEAM, team_id=team_id) is None:
        raise TeamUnknown(pointer="/team_id", value=team_id)
    domain.check_variables(text)
    macro = Macro(
        id=macro_id,
        version=0 if known is None else known.version,
        team_id=team_id,
        title=title,
        text=text,
        retired=retired,
        created_at=tx.now if known is None else known.created_at,
        updated_at=tx.now,
    )
    traced = trace_fields(tx, affected_party=macro_id, applicant=macro_id, result="retired" if retired else "set")
    event = MacroSet(**traced, macro_id=macro_id, team_id=team_id, retired=retired)
    return await (tx.create if known is None else tx.save)(tables.MACROS, macro, event)


async def fill(reader: Reader[Settings], conversation_id: str, macro_id: str) -> str:
    """The text of a macro with what a conversation has for its variables; states by their names, in the language of the text.

    Raises:
        NotFound: there is no such conversation or macro.
        MacroVariableMissing: the conversation has nothing for a variable.
    """
    conversation = await reader.get(CONVERSATIONS, conversation_id)
    macro = await reader.get(tables.MACROS, macro_id)
    order = await reader.find(KNOWN_ORDERS, conversation.order_id or "")
    case = await reader.find(KNOWN_CASES, conversation.case_id or "")
    due, language = conversation.answer_due_at, bot_words.language_of(macro.text)
    values = {
        MacroVariable.CONVERSATION_ID: conversation.id,
        MacroVariable.AGENT_ID: reader.actor.id,
        MacroVariable.ORDER_ID: conversation.order_id,
        MacroVariable.ORDER_STATE: name_of(ORDER_STATES, order.state, language) if order else None,
        MacroVariable.CASE_ID: conversation.case_id,
        MacroVariable.CASE_STATE: name_of(CASE_STATES, case.state, language) if case else None,
        MacroVariable.ANSWER_DUE_AT: due.isoformat() if due else None,
    }
    return domain.filled(macro.text, values)
