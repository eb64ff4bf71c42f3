"""`<name>-svc outbox …`: what has not reached the log yet, and letting a blocked aggregate go on."""

import json
import sys
from typing import Annotated, Any

import typer

from aftercare_chassis.cli import Once
from aftercare_chassis.runtime import Runtime

_STANDS = """
SELECT (SELECT count(*) FROM outbox) AS backlog, pg_total_relation_size('outbox') AS bytes,
       COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - (SELECT created_at FROM outbox ORDER BY id LIMIT 1)), 0)::float8 AS oldest
"""
_BLOCKED = """
SELECT b.aggregateid, b.reason, b.blocked_at, (SELECT count(*) FROM outbox o WHERE o.aggregateid = b.aggregateid) AS waiting
FROM outbox_blocked b ORDER BY b.blocked_at
"""
_RELEASE = "DELETE FROM outbox_blocked WHERE aggregateid = $1"


class OutboxCommands:
    """The words over one service's outbox. `once` runs an act with an open runtime and ends the process."""

    def __init__(self, once: Once) -> None:
        self._once = once

    def group(self) -> typer.Typer:
        """show and release as a group of commands."""
        words = typer.Typer(no_args_is_help=True, help="Events that have not reached the log yet.")
        words.command("show")(self.show)
        words.command("release")(self.release)
        return words

    def show(self, as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False) -> None:
        """How many wait, since when, and which aggregates are blocked because the log refuses an event of theirs."""

        async def act(runtime: Runtime) -> int:
            stands: Any = await runtime.pool.fetchrow(_STANDS)
            blocked: Any = await runtime.pool.fetch(_BLOCKED)
            if as_json:
                print(json.dumps({**stands, "blocked": [dict(row) for row in blocked]}, default=str))
                return 0
            size = stands["bytes"] // 1024
            print(
                f"{stands['backlog']} events wait, the oldest for {stands['oldest']:.1f} s; the table takes {size:,} KiB"
            )
            for row in blocked:
                told = f"blocked since {row['blocked_at']:%Y-%m-%d %H:%M:%S}  {row['waiting']} wait"
                print(f"{row['aggregateid']}  {told}  {row['reason']}")
            return 0

        self._once(act)

    def release(self, key: Annotated[str, typer.Argument(help="the aggregate's id")]) -> None:
        """Let a blocked aggregate be tried again, once the log takes what it refused."""

        async def act(runtime: Runtime) -> int:
            if await runtime.pool.execute(_RELEASE, key) == "DELETE 1":
                print(f"{key} is tried again")
                return 0
            print(f"{key} is not blocked", file=sys.stderr)
            return 1

        self._once(act)
