"""Kafka and PostgreSQL as processes of this machine, without Docker."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from aftercare_cli.stack.interface import ComponentStatus, Progress
from aftercare_cli.stack.kafka import Kafka
from aftercare_cli.stack.postgres import Postgres
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.secrets_file import Secrets


@dataclass(slots=True)
class Embedded:
    """Both servers, with their data in one folder."""

    broker: Kafka
    database: Postgres
    kind: str = "embedded"

    @classmethod
    def at(cls, home: Path, *, durable: bool = True) -> "Embedded":
        """The servers of a folder. Without `durable`, a power cut may lose commits of PostgreSQL (tests)."""
        folders = {name: home / name for name in ("run", "logs", "kafka", "postgres")}
        for folder in folders.values():
            folder.mkdir(parents=True, exist_ok=True)
        processes = Processes(folders["run"], folders["logs"])
        password = Secrets.of(home).postgres
        return cls(Kafka(folders["kafka"], processes), Postgres(folders["postgres"], processes, password, durable))

    def start(self, progress: Progress) -> None:
        with ThreadPoolExecutor(max_workers=2) as pool:
            for started in [pool.submit(self.database.start, progress), pool.submit(self.broker.start, progress)]:
                started.result()

    def stop(self, progress: Progress) -> None:
        with ThreadPoolExecutor(max_workers=2) as pool:
            for name, stopping in [
                ("kafka", pool.submit(self.broker.stop)),
                ("postgres", pool.submit(self.database.stop)),
            ]:
                if stopping.result():
                    progress.done(name, "stopped")

    def erase(self, progress: Progress) -> None:
        """Delete the data of both, which must be stopped."""
        for folder in (self.broker.folder, self.database.folder):
            shutil.rmtree(folder, ignore_errors=True)

    def status(self) -> list[ComponentStatus]:
        return [self.broker.status(), self.database.status()]

    @property
    def kafka(self) -> str:
        return self.broker.bootstrap

    @property
    def postgres(self) -> str:
        return self.database.admin
