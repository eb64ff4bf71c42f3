"""Surveys and preferences that a reader may see, and how many people answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from cs_svc.domain.surveys import Survey, SurveyPreference, SurveyState
from cs_svc.tables.surveys import FIGURES, PREFERENCE_LIST, SURVEY_LIST, SURVEYS


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFigures:
    """What became of the invitations of one channel and subject."""

    channel: str
    subject: str
    invited: int
    answered: int
    expired: int
    opted_out: int

    @property
    def response_rate(self) -> float | None:
        """The answered share of those that have ended; None where none has."""
        ended = self.answered + self.expired + self.opted_out
        return round(self.answered / ended, 4) if ended else None


async def one(reader: Reader, survey_id: str) -> Survey:
    """One survey. Raises: NotFound."""
    return await reader.get(SURVEYS, survey_id)


async def page(reader: Reader, limit: int, cursor: str | None, **filters: str | None) -> Page[Survey]:
    """A page of surveys, newest first."""
    return await reader.page(SURVEY_LIST, limit=limit, cursor=cursor, **filters)


async def preferences(
    reader: Reader, limit: int, cursor: str | None, *, buyer_id: str | None
) -> Page[SurveyPreference]:
    """A page of who has said whether they want invitations, newest first."""
    return await reader.page(PREFERENCE_LIST, limit=limit, cursor=cursor, buyer_id=buyer_id)


async def figures(reader: Reader, start: datetime, end: datetime) -> list[SurveyFigures]:
    """What became of those who were invited from `start` to before `end`, by channel and subject."""
    counts = dict[tuple[str, str], dict[str, int]]()
    for row in await reader.all(FIGURES, start=start, end=end):
        counts.setdefault((row["channel"], row["subject"]), {})[row["state"]] = row["number"]
    return [_figures(channel, subject, by.items()) for (channel, subject), by in counts.items()]


def _figures(channel: str, subject: str, counts: Iterable[tuple[str, int]]) -> SurveyFigures:
    by = dict(counts)
    return SurveyFigures(
        channel=channel,
        subject=subject,
        invited=sum(by.values()),
        answered=by.get(SurveyState.ANSWERED, 0),
        expired=by.get(SurveyState.EXPIRED, 0),
        opted_out=by.get(SurveyState.OPTED_OUT, 0),
    )
