"""The bot 智能客服: its intents and models, questions to it, and how well it answers."""

from datetime import datetime, timedelta
from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, ServiceRuntime, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, Time
from aftercare_chassis.refusals import NotFound
from fastapi import APIRouter, Path, Query

from cs_svc import queries
from cs_svc.api.schemas.bot import (
    IntentIn,
    IntentOut,
    IntentsIn,
    IntentsOut,
    Language,
    ModelOut,
    ModelsOut,
    StoredOut,
    TrainIn,
)
from cs_svc.api.schemas.bot_days import BotDaysOut
from cs_svc.api.schemas.bot_handovers import HandoversOut
from cs_svc.api.schemas.bot_questions import AskIn, AskOut, FiguresOut, MarkIn, MarkOut, UnansweredOut
from cs_svc.commands import bot_answers, bot_asking, bot_models, bot_outcomes, bot_own, bot_wording
from cs_svc.domain import bot_words
from cs_svc.domain.bot import OUT_OF_SCOPE, HandoverReason, Intent
from cs_svc.domain.errors import IntentTwice, ModelNotReady, TooFewIntents
from cs_svc.integrations.bot_reading import BotReading
from cs_svc.integrations.wording import Generator
from cs_svc.queries import bot as bot_queries
from cs_svc.settings import Settings

EDITORS = require_role("agent", "admin")
SINCE_DAYS, MOST_DIGITS = 30, 10
Version = Annotated[Id, Path(description="The number of the model.")]
AnswerId = Annotated[Id, Path(description="The id of the answer.")]
DEFAULTS = TrainIn()
router = APIRouter(prefix="/v1/bot", tags=["bot"], route_class=ApiRoute)


@router.put("/intents", operation_id="putBotIntents", responses=refusals(IntentTwice), dependencies=[EDITORS])
async def put_intents(body: IntentsIn, tx: Tx[Settings]) -> StoredOut:
    """Store intents, each in the place of that with the same name and language. They answer once a model is trained of them."""
    found = [_intent(each, body, tx) for each in body.intents]
    if body.out_of_scope is not None:
        found.append(_intent(IntentIn(name=OUT_OF_SCOPE, examples=body.out_of_scope, citations=[]), body, tx))
    await bot_models.put_intents(tx, found, replace_all=body.replace)
    stored = await bot_models.intents(tx, None)
    return StoredOut(intents=len(stored), examples=sum(len(each.examples) for each in stored))


def _intent(each: IntentIn, body: IntentsIn, tx: Tx[Settings]) -> Intent:
    return Intent(
        language=each.language or body.language,
        name=each.name,
        examples=each.examples,
        answer=each.answer,
        action=each.action,
        citations=bot_models.cited([(clause.slug, clause.clause_id) for clause in each.citations]),
        updated_by=tx.actor.id,
        updated_at=tx.now,
    )


@router.get("/intents", operation_id="listBotIntents", dependencies=[EDITORS])
async def list_intents(
    reader: Read[Settings],
    language: Annotated[Language | None, Query(description="Only those of this language.")] = None,
) -> IntentsOut:
    """The intents with their examples."""
    return IntentsOut(data=[IntentOut.of(each) for each in await bot_models.intents(reader, language)])


@router.post(
    "/train",
    operation_id="trainBot",
    status_code=202,
    responses=refusals(TooFewIntents),
    dependencies=[EDITORS],
)
async def train(tx: Tx[Settings], body: TrainIn = DEFAULTS) -> ModelOut:
    """Train a model of the intents as they are. It is ready after seconds to minutes, and answers once it is activated."""
    return ModelOut.of(await bot_models.request_training(tx, precision=body.precision), None)


@router.get("/models", operation_id="listBotModels", dependencies=[EDITORS])
async def list_models(reader: Read[Settings]) -> ModelsOut:
    """The newest models, newest first."""
    active = await bot_models.active_number(reader)
    return ModelsOut(data=[ModelOut.of(each, active) for each in await bot_models.models(reader)])


@router.get("/models/{version}", operation_id="getBotModel", dependencies=[EDITORS])
async def get_model(version: Version, reader: Read[Settings]) -> ModelOut:
    """A model with the report of its evaluation."""
    found = await bot_models.model_of(reader, _number(version))
    return ModelOut.of(found, await bot_models.active_number(reader))


@router.post(
    "/models/{version}/activate",
    operation_id="activateBotModel",
    responses=refusals(ModelNotReady),
    dependencies=[EDITORS],
)
async def activate_model(version: Version, tx: Tx[Settings]) -> ModelOut:
    """Let this model answer; activating an older one rolls back."""
    return ModelOut.of(*await bot_models.activate(tx, _number(version)))


def _number(version: str) -> int:
    """The number in a path. Raises: NotFound where it is none."""
    if not (version.isascii() and version.isdigit() and len(version) < MOST_DIGITS):
        raise NotFound(what="bot_models")
    return int(version)


@router.post("/answers/{answer_id}/mark", operation_id="markBotAnswer", responses=refusals(NotFound))
async def mark_answer(answer_id: AnswerId, body: MarkIn, tx: Tx[Settings]) -> MarkOut:
    """State what was found of an answer: the asker whether it solved the matter, an agent that it was wrong."""
    return MarkOut.of(await bot_outcomes.mark(tx, answer_id, body.kind, reason=body.reason))


@router.get("/unanswered", operation_id="listUnansweredQuestions", dependencies=[EDITORS])
async def list_unanswered(
    reader: Read[Settings],
    reason: Annotated[
        HandoverReason | None, Query(description="Only those that were handed over for this reason.")
    ] = None,
    language: Annotated[Language | None, Query(description="Only those in this language.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[UnansweredOut]:
    """The questions that the bot did not answer, newest first."""
    page = await bot_outcomes.unanswered(reader, limit, cursor, reason=reason, language=language)
    return PageOut[UnansweredOut].of(page, UnansweredOut.of)


@router.get("/figures", operation_id="getBotFigures", dependencies=[EDITORS])
async def get_figures(
    reader: Read[Settings],
    since: Annotated[Time | None, Query(description="From when; thirty days ago where it is left out.")] = None,
) -> FiguresOut:
    """What became of the questions: answered, silent, confirmed by those who asked, and wrong."""
    begin: datetime = since or reader.now - timedelta(days=SINCE_DAYS)
    found = await bot_outcomes.figures(reader, begin)
    share = found["contained"] / found["asked"] if found["asked"] else None
    return FiguresOut(since=begin, containment=None if share is None else round(share, 4), **found)


@router.get("/days", operation_id="listBotDays", dependencies=[EDITORS])
async def list_days(
    reader: Read[Settings],
    since: Annotated[Time | None, Query(description="From when; thirty days ago where it is left out.")] = None,
) -> BotDaysOut:
    """What became of the questions, by day and version of the model: how many were answered, solved, asked again, wrong and handed over."""
    begin: datetime = since or reader.now - timedelta(days=SINCE_DAYS)
    return BotDaysOut.of(await bot_queries.days(reader, begin))


handovers = APIRouter(prefix="/v1/conversations", tags=["bot"], route_class=ApiRoute)


@handovers.get(
    "/{conversation_id}/handovers",
    operation_id="listBotHandovers",
    dependencies=[require_role("agent", "arbitrator", "admin")],
)
async def list_handovers(
    conversation_id: Annotated[Id, Path(description="The id of the conversation.")], reader: Read[Settings]
) -> HandoversOut:
    """Why the bot handed a conversation over, with what it was asked, found, cited and saw; for those who go on with it."""
    return HandoversOut.of(await bot_queries.handovers(reader, conversation_id))


def asking(reading: BotReading, generator: Generator) -> APIRouter:
    """The route of questions, with what reads them and words the answers."""
    routes = APIRouter(prefix="/v1/bot", tags=["bot"], route_class=ApiRoute)

    @routes.post("/ask", operation_id="askBot", responses=refusals(NotFound))
    async def ask(body: AskIn, reader: Read[Settings], runtime: ServiceRuntime[Settings]) -> AskOut:
        """Ask the bot. It answers from published articles and the caller's own orders and cases, asks back, or hands over. What it
        made of the question is recorded; a repetition is a question of its own."""
        vector = await reading.vector(body.text)
        about = bot_own.NOTHING
        if body.conversation_id is not None:
            conversation = await queries.conversation(reader, body.conversation_id)
            about = bot_own.About.of(conversation)
        language = body.language or bot_words.language_of(body.text)
        model, found = await bot_asking.find(
            reader, reading.classifiers, language=language, text=body.text, vector=vector
        )
        replied = await bot_answers.reply(
            reader,
            body.text,
            language=language,
            conversation_id=body.conversation_id,
            model=model,
            found=found,
            about=about,
        )
        replied = await bot_wording.worded(generator, body.text, replied)
        async with runtime.transaction(reader.actor) as tx:
            answer = await bot_outcomes.record(tx, replied, body.text, body.conversation_id)
        return AskOut.of(replied, answer)

    return routes
