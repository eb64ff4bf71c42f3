"""`<name>-svc outbox …`: shows what is not on the log yet, and releases a blocked aggregate."""

import json
import sys
from typing import Annotated

import typer

from aftercare_chassis.cli import Once, text
from aftercare_chassis.runtime import Runtime

_SUMMARY = """
SELECT (SELECT count(*) FROM outbox) AS backlog, pg_total_relation_size('outbox') AS bytes,
       COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - (SELECT created_at FROM outbox ORDER BY id LIMIT 1)), 0)::float8 AS oldest
"""
_BLOCKED = """
SELECT b.aggregateid, b.reason, b.blocked_at, (SELECT count(*) FROM outbox o WHERE o.aggregateid = b.aggregateid) AS waiting
FROM outbox_blocked b ORDER BY b.blocked_at
"""
_RELEASE = "DELETE FROM outbox_blocked WHERE aggregateid = $1"


class OutboxCommands:
    """The commands over one service's outbox. `once` runs a function with an open runtime and ends the process."""

    def __init__(self, once: Once) -> None:
        self._once = once

    def group(self) -> typer.Typer:
        """Return show and release as a group of commands."""
        group = typer.Typer(no_args_is_help=True, help="Events that have not reached the log yet.")
        group.command("show")(self.show)
        group.command("release")(self.release)
        return group

    def show(self, as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False) -> None:
        """How many wait, since when, and which aggregates are blocked because the log refuses an event of theirs."""

        async def act(runtime: Runtime) -> int:
            [summary] = await runtime.pool.fetch(_SUMMARY)
            blocked = await runtime.pool.fetch(_BLOCKED)
            if as_json:
                print(json.dumps({**summary, "blocked": [dict(row) for row in blocked]}, default=str))
                return 0
            size = summary["bytes"] // 1024
            print(
                f"{summary['backlog']} events wait, the oldest for {summary['oldest']:.1f} s; the table takes {size:,} KiB"
            )
            for row in blocked:
                state = f"blocked since {row['blocked_at']:%Y-%m-%d %H:%M:%S}  {row['waiting']} wait"
                print(f"{row['aggregateid']}  {state}  {row['reason']}")
            return 0

        self._once(act)

    def release(self, key: Annotated[str, typer.Argument(help="the aggregate's id", callback=text)]) -> None:
        """Send the events of a blocked aggregate again, once the log accepts what it refused."""

        async def act(runtime: Runtime) -> int:
            if await runtime.pool.execute(_RELEASE, key) == "DELETE 1":
                print(f"{key} is tried again")
                return 0
            print(f"{key} is not blocked", file=sys.stderr)
            return 1

        self._once(act)
