"""The interface of the local stack, which the kinds embedded, compose and given implement."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, Protocol


class StackError(Exception):
    """An expected error of the command line; the message is one line for its user."""


@dataclass(frozen=True, slots=True)
class ComponentStatus:
    """The present state of one component of the stack."""

    name: str
    state: Literal["up", "down", "broken"]
    detail: str


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a running stack, kept in `stack.json`. `services`, `databases` and `owners` are by service name; the last
    two have the DSNs of the roles that the services run as, and of those that own the tables."""

    kind: str
    services: dict[str, str]
    simulator: str
    kafka: str
    databases: dict[str, str] = field(repr=False)
    owners: dict[str, str] = field(repr=False)

    def write(self, path: Path) -> None:
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    def variables(self, service: str) -> dict[str, str]:
        """The variables that name the database of a service, for a command that may change its tables."""
        return {
            "AFTERCARE_DATABASE_URL": self.databases[service],
            "AFTERCARE_MIGRATION_DATABASE_URL": self.owners[service],
        }

    @classmethod
    def read(cls, path: Path) -> "Addresses":
        """Raises: StackError where there is no file, or it cannot be read."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise StackError("no stack is running here: start it with `make up`") from None
        except (ValueError, TypeError):
            raise StackError(f"{path} is damaged: `make down`, then `make up`") from None

    @classmethod
    def recorded(cls, path: Path) -> "Addresses | None":
        """As `read`, but None in place of an error."""
        try:
            return cls.read(path)
        except StackError:
            return None


class Progress(Protocol):
    """Receives the begin and the end of long steps."""

    def begin(self, name: str, what: str) -> None: ...

    def done(self, name: str, detail: str) -> None: ...


class NoProgress:
    """Ignores all steps (tests)."""

    def begin(self, name: str, what: str) -> None: ...

    def done(self, name: str, detail: str) -> None: ...


@contextmanager
def step(progress: Progress, name: str, what: str, detail: str) -> Iterator[None]:
    """Report the begin of a step and, unless it fails, its end."""
    progress.begin(name, what)
    yield
    progress.done(name, detail)


class Infrastructure(Protocol):
    """Kafka and PostgreSQL of a stack. Every method may be repeated."""

    @property
    def kind(self) -> str: ...

    def start(self, progress: Progress) -> None: ...

    def stop(self, progress: Progress) -> None: ...

    def erase(self, progress: Progress) -> None: ...

    def status(self) -> list[ComponentStatus]: ...

    @property
    def kafka(self) -> str:
        """The bootstrap address."""
        ...

    @property
    def postgres(self) -> str:
        """The DSN of a role that may create databases and roles."""
        ...


class Stack(Protocol):
    """The whole suite on this machine. `up` on a running stack starts only what is not up."""

    @property
    def kind(self) -> str:
        """embedded, compose or given."""
        ...

    def up(self, progress: Progress) -> Addresses: ...

    def down(self, progress: Progress, names: Sequence[str] = ()) -> None:
        """Stop everything, or only these servers, which `up` starts again."""
        ...

    def reset(self, progress: Progress) -> None:
        """As `down`; then delete everything that the stack has stored."""
        ...

    def status(self) -> list[ComponentStatus]: ...

    def logs(self, name: str | None, follow: bool) -> None: ...
