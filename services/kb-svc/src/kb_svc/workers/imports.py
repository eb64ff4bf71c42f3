"""Imports and exports of articles: the worker that publishes what was imported, and the commands `kb-svc import` and `kb-svc export`."""

import os
import sys
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from pathlib import Path

from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.lifecycle import SYSTEM, Actor
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime

from kb_svc.commands import imports
from kb_svc.domain.imports import ArticleImport, ImportState
from kb_svc.integrations import article_files
from kb_svc.integrations.article_files import FileUnusable, Found, Writer
from kb_svc.queries import imports as queries
from kb_svc.settings import Settings

PART = 500
_SHOWN = 100
IDLE_SECONDS = 30.0


async def publish_some(runtime: Runtime[Settings]) -> datetime | None:
    """Publish the next rows of an import."""
    async with runtime.transaction(SYSTEM) as tx:
        found = await imports.publishing(tx)
        if found is None:
            return None
        tx.actor = Actor(found.started_by, found.started_role)
        await imports.publish_some(tx, found)
    return AT_ONCE


PUBLISHING: Worker[Settings] = Worker(imports.WORKER, publish_some, idle=IDLE_SECONDS)


async def import_file(runtime: Runtime[Settings], file: Path, editor: str = "operator") -> int:
    """Import the articles of FILE: JSON lines, or a ZIP archive of Markdown files. Nothing is published where a row is refused."""
    try:
        found = await _rows(runtime, file, Actor(editor, "admin"))
    except (FileUnusable, OSError) as error:
        print(f"{file}: {error}", file=sys.stderr)
        return 2
    while found.state is ImportState.PUBLISHING:
        await publish_some(runtime)
        async with runtime.reader() as reader:
            found = await queries.one(reader, found.id)
        print(f"{found.published + found.unchanged} of {found.rows} articles", file=sys.stderr)
    print(
        f"{found.state}: {found.rows} rows, {found.published} published, {found.unchanged} unchanged, {found.refused} refused"
    )
    await _print_refusals(runtime, found)
    return 1 if found.refused else 0


async def _rows(runtime: Runtime[Settings], file: Path, actor: Actor) -> ArticleImport:
    """The import with all rows of the file."""
    async with runtime.transaction(actor) as tx:
        found = await imports.begin(tx, file_hash=article_files.hash_of(file))
    if found.state is not ImportState.OPEN:
        return found
    rest = (each for each in article_files.read(file) if each[0] >= found.next_row)
    while part := list(islice(rest, PART)):
        async with runtime.transaction(actor) as tx:
            found = await imports.add(tx, found.id, rows=_as_rows(part), next_row=part[-1][0] + 1)
        print(f"{found.rows} rows read, {found.refused} refused", file=sys.stderr)
    async with runtime.transaction(actor) as tx:
        return await imports.complete(tx, found.id)


def _as_rows(part: Iterable[Found]) -> list[imports.Row]:
    return [
        imports.Row(number=number, file=name, unreadable=found)
        if isinstance(found, Refusal)
        else imports.Row(number=number, file=name, fields=found)
        for number, name, found in part
    ]


async def _print_refusals(runtime: Runtime[Settings], found: ArticleImport) -> None:
    async with runtime.reader() as reader:
        for each in await queries.refusals(reader, found.id, after=0, most=_SHOWN):
            print(f"{each.file or f'line {each.row}'}: {each.field or '-'}: {each.en}", file=sys.stderr)
    if found.refused > _SHOWN:
        print(f"… the first {_SHOWN} of {found.refused}", file=sys.stderr)


async def export_file(runtime: Runtime[Settings], file: Path) -> int:
    """Write the published articles to FILE as an import takes them: JSON lines, or an archive where its name ends in `.zip`."""
    partial = file.with_name(f".{file.name}.partial{file.suffix}")
    writer, count = Writer(partial), 0
    try:
        async with runtime.reader() as reader:
            async for each in queries.published(reader):
                writer.write(queries.exported(each))
                count += 1
    finally:
        writer.close()
    os.replace(partial, file)
    print(f"{count} articles")
    return 0
