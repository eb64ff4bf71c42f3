"""The clauses that the bot relies on, of the versions in force."""

from typing import Any, TypeAlias

from aftercare_chassis.database.transaction import Reader
from asyncpg import Record

from cs_svc.domain.bot import Intent
from cs_svc.settings import Settings
from cs_svc.tables.bot import CITED_CLAUSES

LONGEST_QUOTE = 400
Json: TypeAlias = dict[str, Any]  # Any: JSON


async def citations_of(reader: Reader[Settings], intent: Intent, language: str) -> list[Json] | None:
    """The clauses that an intent is answered by, of the versions in force; None where one of them is not published."""
    found = [await _citation(reader, each["slug"], each["clause_id"], language) for each in intent.citations]
    cited = [each for each in found if each is not None]
    return cited if len(cited) == len(found) else None


async def _citation(reader: Reader[Settings], slug: str, clause_id: str | None, language: str) -> Json | None:
    """The clause of the version that is in force now; None where the article is not published."""
    for each in (language, "en" if language.startswith("zh") else "zh-CN"):
        row: Record | None = await reader.one(
            CITED_CLAUSES, slug=slug, language=each, clause_id=clause_id, now=reader.now
        )
        if row is not None:
            return {
                "article_id": row["article_id"],
                "article_version": row["number"],
                "slug": row["slug"],
                "title": row["title"],
                "clause_id": row["clause_id"],
                "heading": row["heading"],
                "quote": row["text"][:LONGEST_QUOTE],
            }
    return None
