"""Kafka and PostgreSQL as processes of this machine, from published artifacts, without Docker."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from aftercare_cli.stack.interface import Piece, Progress
from aftercare_cli.stack.kafka import Kafka
from aftercare_cli.stack.postgres import Postgres
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.secrets_file import Secrets


@dataclass(slots=True)
class Embedded:
    """Both servers, in a folder."""

    broker: Kafka
    database: Postgres
    kind: str = "embedded"

    @classmethod
    def at(cls, home: Path, *, careless: bool = False) -> "Embedded":
        """The servers of a folder. A careless database is for tests."""
        made = {name: home / name for name in ("run", "logs", "kafka", "postgres")}
        for folder in made.values():
            folder.mkdir(parents=True, exist_ok=True)
        processes = Processes(made["run"], made["logs"])
        password = Secrets.of(home).postgres
        return cls(Kafka(made["kafka"], processes), Postgres(made["postgres"], processes, password, careless))

    def start(self, progress: Progress) -> None:
        with ThreadPoolExecutor(max_workers=2) as both:
            for started in [both.submit(self.database.start, progress), both.submit(self.broker.start, progress)]:
                started.result()

    def stop(self, progress: Progress) -> None:
        with ThreadPoolExecutor(max_workers=2) as both:
            for name, stopping in [
                ("kafka", both.submit(self.broker.stop)),
                ("postgres", both.submit(self.database.stop)),
            ]:
                if stopping.result():
                    progress.done(name, "stopped")

    def erase(self, progress: Progress) -> None:
        """Delete the data of both; they have to be stopped."""
        for folder in (self.broker.folder, self.database.folder):
            shutil.rmtree(folder, ignore_errors=True)

    def pieces(self) -> list[Piece]:
        return [self.broker.piece(), self.database.piece()]

    @property
    def kafka(self) -> str:
        return self.broker.bootstrap

    @property
    def postgres(self) -> str:
        return self.database.admin
