"""Imports of articles, and the articles as an import takes them."""

from collections.abc import AsyncIterator
from typing import Any

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from asyncpg import Record

from kb_svc.domain.imports import FIELDS, QUESTIONS, ArticleImport, ImportRefusal, ImportState
from kb_svc.tables.imports import EXPORTED, IMPORT_LIST, IMPORTS, REFUSALS_AFTER

PAGE = 200


async def imports(reader: Reader, *, state: ImportState | None, limit: int, cursor: str | None) -> Page[ArticleImport]:
    """A page of imports, newest first."""
    return await reader.page(IMPORT_LIST, limit=limit, cursor=cursor, state=state)


async def one(reader: Reader, import_id: str) -> ArticleImport:
    """How far an import is. Raises: NotFound."""
    return await reader.get(IMPORTS, import_id)


async def refusals(reader: Reader, import_id: str, *, after: int, most: int) -> list[ImportRefusal]:
    """Why rows after this one are refused, by rows. Raises: NotFound."""
    await reader.get(IMPORTS, import_id)
    return await reader.all(REFUSALS_AFTER, import_id=import_id, after=after, most=most)


async def page(reader: Reader, after: str) -> list[Record]:
    """The published articles behind an id, oldest first: id, kind, slug, language, title, body and questions."""
    return await reader.all(EXPORTED, after=after, most=PAGE)


def exported(article: Record) -> dict[str, Any]:  # Any: texts, and a list of them
    """The fields of a published article as an import takes them; without questions where it has none."""
    asked = {QUESTIONS: article[QUESTIONS]} if article[QUESTIONS] else {}
    return {name: article[name] for name in FIELDS} | asked


async def published(reader: Reader) -> AsyncIterator[Record]:
    """Every published article, oldest first."""
    after = ""
    while found := await page(reader, after):
        for each in found:
            yield each
        after = found[-1]["id"]
