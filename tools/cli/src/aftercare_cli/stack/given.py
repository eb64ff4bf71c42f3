"""Kafka and PostgreSQL that somebody else runs, by address."""

import socket
from dataclasses import dataclass, field

import asyncpg
from aftercare_chassis.kafka import topics
from aftercare_cli.stack import databases
from aftercare_cli.stack.interface import Piece, Progress, StackError, step
from aftercare_cli.stack.threads import run


@dataclass(slots=True)
class Given:
    """Servers we use but neither start nor stop."""

    kafka: str
    postgres: str = field(repr=False)
    kind: str = "given"

    def start(self, progress: Progress) -> None:
        """Only look whether PostgreSQL answers; the topics will show whether Kafka does."""
        with step(progress, "postgres", "looking at the given PostgreSQL", "answers"):
            if problem := run(_trouble(self.postgres)):
                raise StackError(f"the PostgreSQL of AFTERCARE_POSTGRES does not answer: {problem}")

    def stop(self, progress: Progress) -> None:
        """They are not ours to stop."""

    def erase(self, progress: Progress) -> None:
        """Delete our five databases and roles, and our topics; nothing else."""
        with step(progress, "given", "deleting our databases and topics", "erased"):
            run(databases.remove(self.postgres))
            run(topics.delete(self.kafka))

    def pieces(self) -> list[Piece]:
        problem = run(_trouble(self.postgres))
        return [
            Piece("kafka", "up" if _listens(self.kafka) else "broken", f"{self.kafka} · given"),
            Piece("postgres", "broken" if problem else "up", problem or "given"),
        ]


def _listens(bootstrap: str) -> bool:
    """Whether any of the brokers takes connections."""
    for broker in bootstrap.split(","):
        host, _, port = broker.strip().rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=2).close()
        except (OSError, ValueError):
            continue
        return True
    return False


async def _trouble(dsn: str) -> str | None:
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
    except (TimeoutError, OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return str(error) or type(error).__name__
    await connection.close()
    return None
