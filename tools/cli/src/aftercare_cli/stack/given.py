"""Kafka and PostgreSQL that run elsewhere, given by their addresses."""

import socket
from dataclasses import dataclass, field

import asyncpg
from aftercare_chassis.kafka import topics

from aftercare_cli.stack import databases
from aftercare_cli.stack.interface import ComponentStatus, Progress, StackError, step
from aftercare_cli.stack.threads import run


@dataclass(slots=True)
class Given:
    """Servers that the stack uses but neither starts nor stops."""

    kafka: str
    postgres: str = field(repr=False)
    kind: str = "given"

    def start(self, progress: Progress) -> None:
        """Check that PostgreSQL answers; creating the topics checks Kafka.

        Raises:
            StackError: PostgreSQL does not answer.
        """
        with step(progress, "postgres", "connecting to the given PostgreSQL", "answers"):
            if problem := run(_connection_error(self.postgres)):
                raise StackError(f"the PostgreSQL of AFTERCARE_POSTGRES does not answer: {problem}")

    def stop(self, progress: Progress) -> None:
        """Nothing to do: the servers run elsewhere."""

    def erase(self, progress: Progress) -> None:
        """Delete the databases, roles and topics of the suite, and nothing else."""
        with step(progress, "given", "deleting our databases and topics", "deleted"):
            run(databases.remove(self.postgres))
            run(topics.delete(self.kafka))

    def status(self) -> list[ComponentStatus]:
        problem = run(_connection_error(self.postgres))
        return [
            ComponentStatus("kafka", "up" if _listens(self.kafka) else "broken", f"{self.kafka} · given"),
            ComponentStatus("postgres", "broken" if problem else "up", problem or "given"),
        ]


def _listens(bootstrap: str) -> bool:
    """Whether any of the brokers accepts connections."""
    for broker in bootstrap.split(","):
        host, _, port = broker.strip().rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=2).close()
        except (OSError, ValueError):
            continue
        return True
    return False


async def _connection_error(dsn: str) -> str | None:
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
    except (TimeoutError, OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return str(error) or type(error).__name__
    await connection.close()
    return None
