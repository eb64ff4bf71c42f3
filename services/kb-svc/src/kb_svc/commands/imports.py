"""Imports of articles: rows come in and are checked; only where none is refused, they are published, batch by batch."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from aftercare_chassis.database.sending import Sending
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import Refusal
from asyncpg import Record

from kb_svc.commands import articles
from kb_svc.domain.articles import ArticleKind, Language
from kb_svc.domain.errors import ApprovalRequired
from kb_svc.domain.imports import (
    FIELDS,
    QUESTIONS,
    ArticleImport,
    DraftInTheWay,
    ImportClosed,
    ImportRefusal,
    ImportRow,
    ImportState,
    KindDiffers,
    RowsOutOfOrder,
    SlugRepeated,
    check,
    reason,
)
from kb_svc.domain.questions import distinct
from kb_svc.settings import Settings
from kb_svc.tables.imports import (
    DELETE_ROWS,
    IMPORT_OF_FILE,
    IMPORT_REFUSALS,
    IMPORT_ROWS,
    IMPORTS,
    KNOWN_ARTICLES,
    NEXT_ROWS,
    PUBLISHING,
    REPEATED,
)

WORKER = "article-imports"
BATCH, SENT_TOGETHER = 200, 25
_LAST = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line or file of an import: its fields, or why they could not be read."""

    number: int
    file: str | None = None
    fields: Mapping[str, object] | None = None
    unreadable: Refusal | None = None


async def begin(tx: Transaction[Settings], *, file_hash: str) -> ArticleImport:
    """Begin the import of a file, or find the one that has begun.

    A UniqueViolationError at the end of the transaction means that another one has begun it at the same time.
    """
    known = await tx.one(IMPORT_OF_FILE, file_hash=file_hash)
    if known is not None:
        return known
    begun = ArticleImport(
        id=tx.new_id("aimp"),
        file_hash=file_hash,
        state=ImportState.OPEN,
        next_row=1,
        rows=0,
        refused=0,
        published=0,
        unchanged=0,
        started_by=tx.actor.id,
        started_role=tx.actor.role,
        created_at=tx.now,
        changed_at=tx.now,
    )
    await tx.insert(IMPORTS, begun)
    return begun


async def add(tx: Transaction[Settings], import_id: str, *, rows: Sequence[Row], next_row: int) -> ArticleImport:
    """Take these rows of the file and check each of them. Nothing is published yet.

    Raises:
        NotFound: see `Transaction.lock`.
        ImportClosed: it takes no rows any more.
        RowsOutOfOrder: they do not rise, or were passed already.
    """
    before = await tx.lock(IMPORTS, import_id)
    if before.state is not ImportState.OPEN:
        raise ImportClosed(state=before.state)
    rising = [before.next_row - 1, *(row.number for row in rows), next_row]
    if any(later <= earlier for earlier, later in pairwise(rising)):
        raise RowsOutOfOrder(pointer="/rows", next_row=before.next_row)
    good, bad = list[ImportRow](), list[ImportRefusal]()
    for row in rows:
        found = [row.unreadable] if row.unreadable else list(_check(tx, row.fields or {}))
        bad += [reason(each, import_id, row.number, place, row.file) for place, each in enumerate(found)]
        if not found:
            good.append(_row(import_id, row))
    tx.in_bulk()
    await tx.insert(IMPORT_ROWS, *good)
    await tx.insert(IMPORT_REFUSALS, *bad)
    refused = before.refused + len(rows) - len(good)
    return await _save(
        tx, replace(before, next_row=next_row, rows=before.rows + len(rows), refused=refused, changed_at=tx.now)
    )


def _check(tx: Transaction[Settings], fields: Mapping[str, object]) -> Iterator[Refusal]:
    """What is wrong with the fields; an import gives no approval, whoever has started it."""
    yield from check(fields)
    if fields.get("kind") in tx.settings.approval_required:
        yield ApprovalRequired(pointer="/kind")


def _row(import_id: str, row: Row) -> ImportRow:
    given = row.fields or {}
    fields = {name: str(given[name]).strip() for name in FIELDS}
    questions = given.get(QUESTIONS)
    return ImportRow(
        import_id=import_id,
        row=row.number,
        file=row.file,
        kind=ArticleKind(fields["kind"]),
        slug=fields["slug"],
        language=Language(fields["language"]),
        title=fields["title"],
        body=fields["body"],
        questions=distinct(str(each).strip() for each in questions) if isinstance(questions, list) else None,
    )


async def complete(tx: Transaction[Settings], import_id: str) -> ArticleImport:
    """No more rows come: publish them, or nothing of the file where a row is refused. Completing it again changes nothing.

    Raises:
        NotFound: see `Transaction.lock`.
    """
    before = await tx.lock(IMPORTS, import_id)
    if before.state is not ImportState.OPEN:
        return before
    refused = [
        reason(SlugRepeated(pointer="/slug", row=each["first"]), import_id, each["row"], 0, each["file"])
        for each in await tx.all(REPEATED, import_id=import_id)
    ]
    repeated = {each.row for each in refused}
    for each in await tx.all(KNOWN_ARTICLES, import_id=import_id, last=_LAST):
        if each["row"] not in repeated and (found := _in_the_way(each)):
            refused.append(reason(found, import_id, each["row"], 0, each["file"]))
    await tx.insert(IMPORT_REFUSALS, *refused)
    total = before.refused + len(refused)
    if total:
        await tx.execute(DELETE_ROWS, import_id=import_id, last=_LAST)
    else:
        tx.wake(WORKER)
    state = ImportState.REFUSED if total else ImportState.PUBLISHING
    return await _save(tx, replace(before, state=state, refused=total, changed_at=tx.now))


def _in_the_way(known: Record) -> Refusal | None:
    if known["kind_differs"]:
        return KindDiffers(pointer="/kind", present=known["kind"])
    if known["has_draft"]:
        return DraftInTheWay(pointer="/slug")
    return None


async def publishing(tx: Transaction[Settings]) -> ArticleImport | None:
    """The import whose rows are to be published next, locked; None where there is none that nobody else publishes."""
    return await tx.one(PUBLISHING)


async def publish_some(tx: Transaction[Settings], before: ArticleImport) -> ArticleImport:
    """Publish the next rows of an import that the caller has locked; it is completed where there are no more.

    What an editor has begun to change since the rows were checked is left as it is, with a refusal; so are kinds that have had to be
    approved since then.
    """
    rows = await tx.all(NEXT_ROWS, import_id=before.id, most=BATCH)
    if not rows:
        return await _save(tx, replace(before, state=ImportState.COMPLETED, changed_at=tx.now))
    known = {each["row"]: each for each in await tx.all(KNOWN_ARTICLES, import_id=before.id, last=rows[-1].row)}
    refused = [
        reason(found, before.id, row.row, 0, row.file)
        for row in rows
        if (found := _kept_out(tx, row, known.get(row.row)))
    ]
    kept_out = {each.row for each in refused}
    taken = [row for row in rows if row.row not in kept_out]
    changed = [row for row in taken if row.row in known and not known[row.row]["is_same"]]
    new = [row for row in taken if row.row not in known]
    for row in changed:
        article_id = known[row.row]["id"]
        await articles.edit(tx, article_id, title=row.title, body=row.body, questions=row.questions)
        await articles.publish(tx, article_id)
    await tx.execute(DELETE_ROWS, import_id=before.id, last=rows[-1].row)
    await tx.insert(IMPORT_REFUSALS, *refused)
    tx.in_bulk()
    await _publish_new(tx, new)
    published = len(changed) + len(new)
    return await _save(
        tx,
        replace(
            before,
            refused=before.refused + len(refused),
            published=before.published + published,
            unchanged=before.unchanged + len(taken) - published,
            changed_at=tx.now,
        ),
    )


def _kept_out(tx: Transaction[Settings], row: ImportRow, known: Record | None) -> Refusal | None:
    if row.kind in tx.settings.approval_required:
        return ApprovalRequired(pointer="/kind")
    return None if known is None else _in_the_way(known)


async def _publish_new(tx: Transaction[Settings], rows: Sequence[ImportRow]) -> None:
    """Publish articles that are not here, while those before are sent to PostgreSQL."""
    async with Sending(tx) as sending:
        for number, row in enumerate(rows):
            await articles.publish_new(
                tx,
                kind=row.kind,
                slug=row.slug,
                language=row.language,
                title=row.title,
                body=row.body,
                questions=row.questions or (),
            )
            if number % SENT_TOGETHER == SENT_TOGETHER - 1:
                sending.start()
                await asyncio.sleep(0)


async def _save(tx: Transaction[Settings], changed: ArticleImport) -> ArticleImport:
    await tx.upsert(IMPORTS, changed)
    return changed
