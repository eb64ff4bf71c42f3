"""Surveys 满意度调查: who is invited to rate, who answers, and who wants no invitations."""

from typing import Annotated

from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId, Time
from fastapi import APIRouter, Path, Query

from cs_svc.api.filters import OfBuyer
from cs_svc.api.schemas.surveys import SurveyOut, SurveyPreferenceIn, SurveyPreferenceOut, SurveyReportOut
from cs_svc.commands import surveys
from cs_svc.domain.channels import Channel
from cs_svc.domain.surveys import SurveyState
from cs_svc.queries import surveys as found
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["surveys"], route_class=ApiRoute)
STAFF = require_role("agent", "arbitrator", "admin")


@router.post("/survey-preferences", operation_id="setSurveyPreference", dependencies=[require_role("buyer")])
async def set_survey_preference(body: SurveyPreferenceIn, tx: Tx[Settings]) -> SurveyPreferenceOut:
    """Ask for no more invitations, or for invitations again. What the caller is asked at present ends then."""
    tx.check_condition()
    return SurveyPreferenceOut.of(await surveys.set_preference(tx, opted_out=body.opted_out))


@router.get("/survey-preferences", operation_id="listSurveyPreferences")
async def list_survey_preferences(
    reader: Read, buyer_id: OfBuyer = None, limit: Limit = 20, cursor: Cursor = None
) -> PageOut[SurveyPreferenceOut]:
    """Who has said whether they want invitations, newest first; a buyer sees their own."""
    page = await found.preferences(reader, limit, cursor, buyer_id=buyer_id)
    return PageOut[SurveyPreferenceOut].of(page, SurveyPreferenceOut.of)


@router.get("/surveys", operation_id="listSurveys")
async def list_surveys(
    reader: Read,
    state: Annotated[SurveyState | None, Query(description="Only those in this state.")] = None,
    channel: Annotated[Channel | None, Query(description="Only those over this channel.")] = None,
    conversation_id: Annotated[Id | None, Query(description="Only those in this conversation.")] = None,
    rated_case_id: Annotated[Id | None, Query(description="Only the one of this case.")] = None,
    buyer_id: OfBuyer = None,
    agent_id: Annotated[PrincipalId | None, Query(description="Only of conversations that this agent had.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[SurveyOut]:
    """Surveys, newest first; a buyer sees their own."""
    filters = {"state": state, "channel": channel, "conversation_id": conversation_id, "rated_case_id": rated_case_id}
    page = await found.page(reader, limit, cursor, **filters, buyer_id=buyer_id, agent_id=agent_id)
    return PageOut[SurveyOut].of(page, SurveyOut.of)


@router.get("/surveys/figures", operation_id="getSurveyFigures", dependencies=[STAFF])
async def get_survey_figures(
    reader: Read,
    start: Annotated[Time, Query(alias="from", description="Invited from this time on.")],
    end: Annotated[Time, Query(alias="to", description="Invited before this time.")],
) -> SurveyReportOut:
    """How many people were invited, and what became of it, by channel and subject."""
    return SurveyReportOut.of(await found.figures(reader, start, end))


@router.get("/surveys/{survey_id}", operation_id="getSurvey")
async def get_survey(survey_id: Annotated[Id, Path(description="The id of the survey.")], reader: Read) -> SurveyOut:
    """One survey."""
    return SurveyOut.of(await found.one(reader, survey_id))
