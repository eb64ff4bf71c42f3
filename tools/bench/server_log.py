"""The statements that services send to PostgreSQL, counted in its log."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

PREFIX = "bench-statement"
ENTRY = re.compile(rf"^{PREFIX} ", re.MULTILINE)
STATEMENT = re.compile(r"(\S+) LOG:  (?:statement|execute [^:]*): (.*)", re.DOTALL)
SETTINGS = {"log_statement": "all", "log_line_prefix": f"{PREFIX} %d ", "log_parameter_max_length": "0"}
RELOAD_SECONDS = 1.0
SHOWN = 110

Statements = Counter[tuple[str, str]]
"""How often each statement was sent, by database and its text on one line."""


@asynccontextmanager
async def statements(admin: str, log: Path) -> AsyncIterator[Statements]:
    """Counts the statements that are sent in the block; the result is complete when the block has ended."""
    connection, found = await asyncpg.connect(admin), Counter[tuple[str, str]]()
    await _set(connection, *(f"{name} = '{value}'" for name, value in SETTINGS.items()))
    begin = len(await asyncio.to_thread(log.read_bytes))
    try:
        yield found
    finally:
        logged = await asyncio.to_thread(log.read_bytes)
        found.update(parse(logged[begin:].decode(errors="replace")))
        await connection.execute("ALTER SYSTEM RESET ALL")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.close()


async def _set(connection: asyncpg.Connection, *settings: str) -> None:
    for each in settings:
        await connection.execute(f"ALTER SYSTEM SET {each}")
    await connection.execute("SELECT pg_reload_conf()")
    await asyncio.sleep(RELOAD_SECONDS)  # the backends that wait for a command read the settings before the next one


def parse(text: str) -> Iterator[tuple[str, str]]:
    """(database, statement) of each logged statement; the log indents further lines of a statement."""
    for entry in ENTRY.split(text):
        if found := STATEMENT.match(entry):
            yield found[1], " ".join(found[2].split())[:SHOWN]
