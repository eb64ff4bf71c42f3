"""What the bot makes of a question: it answers from published clauses and the asker's own orders and cases, asks back, or hands over."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from aftercare_chassis.database.transaction import Reader

from cs_svc.commands import bot_citations, bot_own
from cs_svc.commands.bot_own import About
from cs_svc.domain import bot_texts, bot_words
from cs_svc.domain.bot import (
    CLARIFY_LEAD,
    CLARIFY_SHARE,
    MOST_ALTERNATIVES,
    MOST_MISSES,
    Answer,
    AnswerKind,
    BotAction,
    Found,
    HandoverReason,
    Intent,
)
from cs_svc.settings import Settings
from cs_svc.tables.bot import ANSWERS_IN_CONVERSATION, INTENTS

Json: TypeAlias = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the bot says to a question, and by what. `is_of_clauses`: there is nothing of own orders or cases in it; `is_generated`: a generative model has worded it."""

    kind: AnswerKind
    language: str
    text: str
    reason: HandoverReason | None = None
    intent: str | None = None
    confidence: float = 0.0
    alternatives: list[tuple[str, float]] = field(default_factory=list)
    citations: list[Json] = field(default_factory=list)
    proposal: Json | None = None
    choices: list[str] = field(default_factory=list)
    is_of_clauses: bool = False
    is_generated: bool = False
    model: int | None = None
    with_vector: bool = False


async def reply(
    reader: Reader[Settings],
    text: str,
    *,
    language: str,
    conversation_id: str | None,
    model: int | None,
    found: Found | None,
    about: About = bot_own.NOTHING,
) -> Reply:
    """The reply to a question by what the model found in it; None where no model answers in its language."""
    if bot_words.wants_person(text):
        return handed_over(language, HandoverReason.REQUESTED, model, found)
    if bot_words.is_angry(text):
        return handed_over(language, HandoverReason.ANGER, model, found)
    latest = await _latest(reader, conversation_id)
    chosen = await _chosen(reader, text, latest, language, model, about)
    if chosen is not None:
        return chosen
    if found is None:
        return handed_over(language, HandoverReason.NO_MODEL, model, None)
    likely = found.likely
    if found.is_enough:
        intent = await intent_of(reader, language, likely[0][0])
        if conversation_id is not None and _is_uncited(intent):
            return handed_over(language, HandoverReason.NO_ARTICLE, model, found)
        replied = await _of_intent(reader, intent, likely[0][0], language, model, found, about)
        return await _with_own(reader, replied, intent, bot_own.named(text, ()), about)
    if _misses(latest) >= MOST_MISSES - 1:
        return handed_over(language, HandoverReason.THIRD_MISS, model, found)
    if _is_close(likely):
        return Reply(
            kind=AnswerKind.CLARIFY,
            language=language,
            text=await _asking_back(reader, [name for name, _ in likely[:2]], language),
            confidence=found.confidence,
            alternatives=list(likely[:MOST_ALTERNATIVES]),
            model=model,
            with_vector=found.with_vector,
        )
    return handed_over(language, HandoverReason.NOT_SURE, model, found)


def _is_uncited(intent: Intent | None) -> bool:
    """Whether the intent has neither a clause that it relies on nor an action: nothing that is said in a conversation comes from it."""
    return intent is None or not (intent.citations or intent.action)


async def _asking_back(reader: Reader[Settings], names: Sequence[str], language: str) -> str:
    """Ask which of these intents is meant, each in the words of its first example."""
    found = [await intent_of(reader, language, each) for each in names]
    options = [each.examples[0] if each and each.examples else name for name, each in zip(names, found, strict=True)]
    return bot_texts.text_of("clarify", language, options=" / ".join(options))


def _is_close(likely: tuple[tuple[str, float], ...]) -> bool:
    first, second = likely[0][1], likely[1][1] if len(likely) > 1 else 0.0
    return first + second >= CLARIFY_SHARE and first <= CLARIFY_LEAD


def handed_over(language: str, reason: HandoverReason, model: int | None, found: Found | None) -> Reply:
    """The reply by which a person has to answer."""
    return Reply(
        kind=AnswerKind.HANDOVER,
        language=language,
        text=bot_texts.text_of(reason, language),
        reason=reason,
        confidence=found.confidence if found else 0.0,
        alternatives=list(found.likely[:MOST_ALTERNATIVES]) if found else [],
        model=model,
        with_vector=found is not None and found.with_vector,
    )


async def intent_of(reader: Reader[Settings], language: str, name: str) -> Intent | None:
    """The intent as it is now: its answer may have changed since the training, and it may be gone."""
    for each in (language, "en" if language.startswith("zh") else "zh-CN"):
        found = await reader.find(INTENTS, each, name)
        if found is not None:
            return found
    return None


async def _latest(reader: Reader[Settings], conversation_id: str | None) -> list[Answer]:
    """The last answers in the conversation, newest first."""
    if conversation_id is None:
        return []
    return await reader.all(ANSWERS_IN_CONVERSATION, conversation_id=conversation_id, rows=MOST_MISSES - 1)


def _misses(latest: Sequence[Answer]) -> int:
    """How many of the last questions of the conversation were not answered, one after the other. To ask which order is meant is no miss."""
    return sum(each.kind is not AnswerKind.ANSWER and not each.choices for each in latest)


async def _chosen(
    reader: Reader[Settings], text: str, latest: Sequence[Answer], language: str, model: int | None, about: About
) -> Reply | None:
    """The answer about the order or case that was chosen of those that were offered last; None where none was."""
    offered = latest[0].choices if latest else None
    chosen = bot_own.named(text, offered) if offered else None
    if chosen is None:
        return None
    asked = latest[0]
    action = BotAction.CASE_STATUS if chosen.startswith("case_") else BotAction.ORDER_STATUS
    shown = await bot_own.status(reader, action, language, named_id=chosen, about=about)
    kind = AnswerKind.CLARIFY if shown.choices else AnswerKind.ANSWER
    return Reply(
        kind=kind,
        language=language,
        text=shown.text,
        intent=asked.intent,
        confidence=asked.confidence,
        choices=shown.choices,
        model=model,
    )


async def _with_own(
    reader: Reader[Settings], replied: Reply, intent: Intent | None, named_id: str | None, about: About
) -> Reply:
    """The answer with what our copies show of the asker's own order or case, where the intent is about that."""
    action = None if intent is None or intent.action is None else BotAction(intent.action)
    if replied.kind is not AnswerKind.ANSWER or action not in (BotAction.ORDER_STATUS, BotAction.CASE_STATUS):
        return replied
    shown = await bot_own.status(reader, action, replied.language, named_id=named_id, about=about)
    text = "\n".join(each for each in (replied.text, shown.text) if each)
    kind = AnswerKind.CLARIFY if shown.choices else AnswerKind.ANSWER
    return replace(replied, kind=kind, text=text, choices=shown.choices)


async def _of_intent(
    reader: Reader[Settings],
    intent: Intent | None,
    name: str,
    language: str,
    model: int | None,
    found: Found,
    about: About,
) -> Reply:
    if intent is not None and intent.action == BotAction.HANDOVER:
        return handed_over(language, HandoverReason.INTENT, model, found)
    citations = await bot_citations.citations_of(reader, intent, language) if intent else []
    if citations is None:
        return handed_over(language, HandoverReason.NO_ARTICLE, model, found)
    text, proposal = await _text(reader, intent, language, about)
    return Reply(
        kind=AnswerKind.ANSWER,
        language=language,
        text=text,
        intent=name,
        confidence=found.confidence,
        alternatives=list(found.likely[1:MOST_ALTERNATIVES]),
        citations=citations,
        proposal=proposal,
        is_of_clauses=intent is None or intent.action is None,
        model=model,
        with_vector=found.with_vector,
    )


async def _text(
    reader: Reader[Settings], intent: Intent | None, language: str, about: About
) -> tuple[str, Json | None]:
    """What the intent answers, and a request to confirm; of own orders and cases see `_with_own`."""
    parts, proposal = [intent.answer] if intent and intent.answer else [], None
    action = intent.action if intent else None
    if action in (BotAction.ORDER_STATUS, BotAction.CASE_STATUS):
        return "\n".join(parts), None
    if action in (BotAction.OPEN_CASE, BotAction.OPEN_COMPLAINT):
        orders = await bot_own.newest(reader, BotAction.ORDER_STATUS, about)
        parts.append(bot_texts.text_of("proposal", language))
        proposal = bot_own.proposal(str(action), [each.id for each in orders])
    return "\n".join(parts) or bot_texts.text_of("answered", language), proposal
