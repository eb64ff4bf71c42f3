"""Questions that the search did not answer, for editors."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from kb_svc.domain.articles import Language
from kb_svc.domain.unanswered import QuestionState, UnansweredQuestion
from kb_svc.tables.unanswered import QUESTION_LIST


async def unanswered(
    reader: Reader, *, state: QuestionState | None, language: Language | None, limit: int, cursor: str | None
) -> Page[UnansweredQuestion]:
    """A page of the questions, those that were asked most first."""
    return await reader.page(QUESTION_LIST, limit=limit, cursor=cursor, state=state, language=language)
