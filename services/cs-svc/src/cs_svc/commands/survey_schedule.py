"""Surveys that a closed conversation or a completed case causes. They are decided later, when their delay has passed."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import AfterSaleCompleted, SurveyScheduled, TraceFields, trace_fields

from cs_svc.domain.channels import Channel
from cs_svc.domain.conversations import Conversation
from cs_svc.domain.surveys import SURVEY, Survey, SurveySubject
from cs_svc.settings import Settings
from cs_svc.tables.surveys import NEWEST_ABOUT_CASE, OF_CASE, OF_CONVERSATION, SURVEYS


class SurveyFields(TraceFields):
    """What every event of a survey holds."""

    survey_id: str
    about: str
    channel: str
    conversation_id: str | None
    order_id: str | None
    case_id: str | None
    buyer_id: str
    merchant_id: str | None
    agent_id: str | None


def survey_fields(tx: Transaction, survey: Survey) -> SurveyFields:
    """The fields of an event of this survey, after its change."""
    whose = survey.buyer_id
    return SurveyFields(
        **trace_fields(tx, affected_party=whose, applicant=whose, result=survey.state),
        survey_id=survey.id,
        about=survey.subject,
        channel=survey.channel,
        conversation_id=survey.conversation_id,
        order_id=survey.order_id,
        case_id=survey.case_id,
        buyer_id=whose,
        merchant_id=survey.merchant_id,
        agent_id=survey.agent_id,
    )


async def conversation_closed(tx: Transaction[Settings], conversation: Conversation) -> None:
    """Schedule the survey of the locked conversation, where the installation has them and it has had none."""
    if not tx.settings.survey_conversations:
        return
    if await tx.as_system().one(OF_CONVERSATION, conversation_id=conversation.id) is None:
        await _schedule(tx, _new(tx, SurveySubject.CONVERSATION, conversation))


async def case_completed(tx: Transaction[Settings], event: AfterSaleCompleted) -> None:
    """Schedule the survey of a completed case, where the installation has them and it has had none."""
    if not tx.settings.survey_cases or await tx.one(OF_CASE, case_id=event.case_id) is not None:
        return
    about = {"order_id": event.order_id, "case_id": event.case_id, "buyer_id": event.buyer_id}
    conversation = await tx.one(NEWEST_ABOUT_CASE, **about)
    await _schedule(tx, _new(tx, SurveySubject.CASE, conversation, event))


def _new(
    tx: Transaction[Settings],
    subject: SurveySubject,
    conversation: Conversation | None,
    event: AfterSaleCompleted | None = None,
) -> Survey:
    about = event or conversation
    assert about is not None, "a survey is about a conversation or a case"
    survey = Survey(
        id=tx.new_id("srv"),
        version=0,
        state=SURVEY.initial,
        subject=subject,
        conversation_id=conversation.id if conversation else None,
        rated_case_id=event.case_id if event else None,
        order_id=about.order_id,
        case_id=about.case_id,
        buyer_id=about.buyer_id,
        merchant_id=about.merchant_id,
        agent_id=conversation.agent_id if conversation else None,
        channel=conversation.channel if conversation else Channel.WEB,
        created_at=tx.now,
        updated_at=tx.now,
    )
    return SURVEY.start(survey, tx)


async def _schedule(tx: Transaction[Settings], survey: Survey) -> None:
    await tx.create(SURVEYS, survey, SurveyScheduled(**survey_fields(tx, survey)))
