"""The statements that services send to PostgreSQL, and how long they take there, from its log.

The wheel with the embedded server has no pg_stat_statements.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

PREFIX = "bench-statement"
ENTRY = re.compile(rf"^{PREFIX} ", re.MULTILINE)
STEP = re.compile(r"(\S+) LOG:  duration: ([\d.]+) ms  (statement|parse|bind|execute)(?: [^:]*)?: (.*)", re.DOTALL)
SETTINGS = {"log_min_duration_statement": "0", "log_line_prefix": f"{PREFIX} %d ", "log_parameter_max_length": "0"}
LITERAL = re.compile(r"'[^']*'")
EXECUTING = ("statement", "execute")
RELOAD_SECONDS = 1.0
SHOWN = 110

Statement = tuple[str, str]
"""The database, and the text on one line, with ? for its literals."""


@dataclass(frozen=True, slots=True)
class Statements:
    """How often each statement was sent, and its milliseconds by the clock of the server: parse, bind and execute."""

    counts: Counter[Statement] = field(default_factory=Counter)
    ms: dict[Statement, float] = field(default_factory=dict)

    def add(self, log: str) -> None:
        """Add what this text of the log has."""
        for statement, executed, ms in parse(log):
            self.counts[statement] += executed
            self.ms[statement] = self.ms.get(statement, 0.0) + ms


@asynccontextmanager
async def statements(admin: str, log: Path) -> AsyncIterator[Statements]:
    """The statements that are sent in the block; the result is complete when the block has ended."""
    connection, found = await asyncpg.connect(admin), Statements()
    await _set(connection, *(f"{name} = '{value}'" for name, value in SETTINGS.items()))
    begin = len(await asyncio.to_thread(log.read_bytes))
    try:
        yield found
    finally:
        logged = await asyncio.to_thread(log.read_bytes)
        found.add(logged[begin:].decode(errors="replace"))
        await connection.execute("ALTER SYSTEM RESET ALL")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.close()


async def _set(connection: asyncpg.Connection, *settings: str) -> None:
    for each in settings:
        await connection.execute(f"ALTER SYSTEM SET {each}")
    await connection.execute("SELECT pg_reload_conf()")
    await asyncio.sleep(RELOAD_SECONDS)  # the backends that wait for a command read the settings before the next one


def parse(log: str) -> Iterator[tuple[Statement, bool, float]]:
    """(statement, whether this step executes it, milliseconds) of each step, without the text's literals.

    The log indents further lines of a text.
    """
    for entry in ENTRY.split(log):
        if found := STEP.match(entry):
            database, ms, step, text = found.groups()
            shown = LITERAL.sub("?", " ".join(text.split()))[:SHOWN]
            yield (database, shown), step in EXECUTING, float(ms)
