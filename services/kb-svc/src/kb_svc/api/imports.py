"""Imports of articles 文章导入, in parts, and the export of what is published."""

from collections.abc import AsyncIterator
from typing import Annotated

from aftercare_chassis.http.methods import is_head
from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, ServiceRuntime, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from aftercare_chassis.runtime import Runtime
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import StreamingResponse

from kb_svc.api.imports_schemas import (
    ArticleImportIn,
    ArticleImportOut,
    ArticleImportRefusalOut,
    ArticleImportRefusalsOut,
    ArticleRowsIn,
)
from kb_svc.commands import imports as commands
from kb_svc.domain.imports import ImportClosed, ImportState, RowsOutOfOrder
from kb_svc.integrations.article_files import line
from kb_svc.queries import imports as queries
from kb_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["article-imports"], route_class=ApiRoute)
ImportId = Annotated[Id, Path(description="The id of the import.")]
EDITORS = [require_role("agent", "admin")]


@router.post("/article-imports", operation_id="startArticleImport", status_code=201, dependencies=EDITORS)
async def start_import(body: ArticleImportIn, tx: Tx[Settings]) -> ArticleImportOut:
    """Begin the import of a file, or find the one that has begun: it goes on with `next_row`."""
    return ArticleImportOut.of_row(await commands.begin(tx, file_hash=body.file_hash))


@router.get("/article-imports", operation_id="listArticleImports", dependencies=EDITORS)
async def list_imports(
    reader: Read[Settings],
    state: Annotated[ImportState | None, Query(description="Only imports in this state.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[ArticleImportOut]:
    """Imports, newest first."""
    page = await queries.imports(reader, state=state, limit=limit, cursor=cursor)
    return PageOut[ArticleImportOut].of(page, ArticleImportOut.of_row)


@router.get("/article-imports/{import_id}", operation_id="getArticleImport", dependencies=EDITORS)
async def get_import(import_id: ImportId, reader: Read[Settings]) -> ArticleImportOut:
    """How far an import is."""
    return ArticleImportOut.of_row(await queries.one(reader, import_id))


@router.post(
    "/article-imports/{import_id}/rows",
    operation_id="importArticleRows",
    responses=refusals(ImportClosed, RowsOutOfOrder),
    dependencies=EDITORS,
)
async def import_rows(import_id: ImportId, body: ArticleRowsIn, tx: Tx[Settings]) -> ArticleImportOut:
    """Take a part of the file and check each of its articles. Nothing is published before the import is completed."""
    return ArticleImportOut.of_row(await commands.add(tx, import_id, rows=body.as_rows(), next_row=body.next_row))


@router.post("/article-imports/{import_id}/complete", operation_id="completeArticleImport", dependencies=EDITORS)
async def complete_import(import_id: ImportId, tx: Tx[Settings]) -> ArticleImportOut:
    """End the import: its articles are published, or none of them where a row is refused."""
    return ArticleImportOut.of_row(await commands.complete(tx, import_id))


@router.get("/article-imports/{import_id}/refusals", operation_id="listArticleImportRefusals", dependencies=EDITORS)
async def list_refusals(
    import_id: ImportId,
    reader: Read[Settings],
    after_row: Annotated[int, Query(ge=0, le=2_000_000_000, description="Only rows after this one.")] = 0,
    limit: Limit = 20,
) -> ArticleImportRefusalsOut:
    """Why rows of the file are refused, by rows."""
    found = await queries.refusals(reader, import_id, after=after_row, most=limit)
    return ArticleImportRefusalsOut(data=[ArticleImportRefusalOut.of_row(each) for each in found])


@router.get("/articles/export", operation_id="exportArticles", response_class=StreamingResponse, dependencies=EDITORS)
async def export_articles(
    request: Request, reader: Read[Settings], runtime: ServiceRuntime[Settings]
) -> StreamingResponse:
    """Export the published articles as JSON lines, as an import takes them, oldest first. They are read while they are sent."""
    attached = {"content-disposition": 'attachment; filename="articles.jsonl"'}
    parts = _nothing() if is_head(request) else _parts(runtime)
    return StreamingResponse(parts, headers={"content-type": "application/x-ndjson", **attached})


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


async def _parts(runtime: Runtime[Settings]) -> AsyncIterator[bytes]:
    """The lines page by page, each on a connection of its own: a slow reader holds none."""
    after = ""
    while True:
        async with runtime.reader() as reader:
            page = await queries.page(reader, after)
        if not page:
            return
        yield b"".join(line(queries.exported(each)) for each in page)
        after = page[-1]["id"]
