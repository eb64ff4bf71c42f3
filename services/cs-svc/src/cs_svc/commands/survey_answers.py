"""Surveys that end: by a rating, by time, or because the person asks for no more."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import SurveyEnded

from cs_svc.commands.survey_schedule import survey_fields
from cs_svc.domain.surveys import SURVEY, Survey, SurveyAction
from cs_svc.settings import Settings
from cs_svc.tables.surveys import LOCK_ASKED, SURVEYS


async def answered(
    tx: Transaction[Settings], rating_id: str, *, conversation_id: str | None = None, case_id: str | None = None
) -> None:
    """End the survey of this conversation or case, whose person is asked, with the rating that its buyer has given."""
    for survey in await tx.lock_all(LOCK_ASKED, conversation_id=conversation_id, case_id=case_id):
        if survey.buyer_id == tx.actor.id:
            await end(tx, replace(survey, rating_id=rating_id), SurveyAction.ANSWER)


async def end(tx: Transaction[Settings], survey: Survey, action: SurveyAction) -> None:
    """End the locked survey."""
    ended = replace(SURVEY.apply(survey, action, tx), ended_at=tx.now, updated_at=tx.now)
    event = SurveyEnded(
        **survey_fields(tx, ended),
        skipped_because=ended.skipped_because,
        rating_id=ended.rating_id,
        reminded=ended.reminded_at is not None,
    )
    await tx.save(SURVEYS, ended, event)
