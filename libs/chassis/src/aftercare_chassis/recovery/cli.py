"""`<name>-svc reconcile`: compares a restored database with the log, and mends what it has lost."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Generic

import typer
from aftercare_events import TOPICS
from sqlalchemy import MetaData

from aftercare_chassis.cli import Once
from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.jobs.deadlines import Deadlines, Due
from aftercare_chassis.kafka.range_reader import RangeUnavailable
from aftercare_chassis.kafka.topics import TopicError
from aftercare_chassis.recovery.lost_events import others_at_work
from aftercare_chassis.recovery.reconciliation import Reconciliation, Redo
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S


class ReconcileCommand(Generic[S]):
    """The command of one service. `once` runs a function with an open runtime and ends the process."""

    def __init__(
        self, handlers: Handlers[S], deadlines: Sequence[Due[S]], redo: Redo[S], metadata: MetaData, once: Once[S]
    ) -> None:
        self._handlers, self._deadlines, self._redo, self._metadata, self._once = (
            handlers,
            deadlines,
            redo,
            metadata,
            once,
        )

    def reconcile(
        self,
        apply: Annotated[bool, typer.Option("--apply", help="mend; without it nothing is changed")] = False,
        since: Annotated[
            datetime | None,
            typer.Option(
                help="read the log from this time on (UTC); by default from shortly before the last work in the database"
            ),
        ] = None,
        report: Annotated[Path | None, typer.Option(help="also write the report as JSON to this file")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
    ) -> None:
        """After a restore to an earlier time: find what the log has and this database has not. 0 nothing is left, 1 a person has to look, 2 not possible."""

        async def act(runtime: Runtime[S]) -> int:
            async with runtime.connection() as connection:
                others = await others_at_work(connection, runtime.name)
            if apply and others:
                return _fail(f"{others} sessions of {runtime.name} are open: stop its processes first")
            deadlines = Deadlines(runtime, self._deadlines)
            topics = [topic.name for topic in TOPICS.values() if topic.writer == runtime.name]
            made = Reconciliation(
                runtime,
                handlers=self._handlers,
                deadlines=deadlines,
                redo=self._redo,
                metadata=self._metadata,
                topics=topics,
            )
            try:
                found = await made.run(since=_utc(since), apply=apply)
            except (RangeUnavailable, TopicError) as error:
                return _fail(str(error))
            if report is not None:
                report.write_text(found.json() + "\n", encoding="utf-8")
            print(found.json() if as_json else found.text())
            return int(found.needs_a_person or (not apply and bool(found.lost or found.already_sent)))

        self._once(act)


def _utc(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def _fail(why: str) -> int:
    print(f"reconcile: {why}", file=sys.stderr)
    return 2
