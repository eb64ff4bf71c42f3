"""The one interface of the local stack; embedded, compose and given addresses stand behind it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, Protocol


class StackError(Exception):
    """Why the stack cannot do what was asked, in one line for a person."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of the stack as it is now."""

    name: str
    state: Literal["up", "down", "broken"]
    detail: str


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything is: the content of `stack.json`."""

    kind: str
    services: dict[str, str]
    simulator: str
    kafka: str
    databases: dict[str, str] = field(repr=False)

    def write(self, path: Path) -> None:
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Addresses":
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise StackError("no stack is running here: start it with `make up`") from None
        except (ValueError, TypeError):
            raise StackError(f"{path} is damaged: `make down`, then `make up`") from None

    @classmethod
    def recorded(cls, path: Path) -> "Addresses | None":
        """The same, or None where no stack runs or nobody can tell any more."""
        try:
            return cls.read(path)
        except StackError:
            return None


class Progress(Protocol):
    """Told what is going on while long steps run."""

    def begin(self, name: str, what: str) -> None: ...

    def done(self, name: str, detail: str) -> None: ...


class Silent:
    """Progress that nobody watches (tests)."""

    def begin(self, name: str, what: str) -> None: ...

    def done(self, name: str, detail: str) -> None: ...


@contextmanager
def step(progress: Progress, name: str, what: str, detail: str) -> Iterator[None]:
    """Announce a step and, unless it fails, its end."""
    progress.begin(name, what)
    yield
    progress.done(name, detail)


class Infrastructure(Protocol):
    """Kafka and PostgreSQL, wherever they come from. Every method may be called again."""

    @property
    def kind(self) -> str: ...

    def start(self, progress: Progress) -> None: ...

    def stop(self, progress: Progress) -> None: ...

    def erase(self, progress: Progress) -> None: ...

    def pieces(self) -> list[Piece]: ...

    @property
    def kafka(self) -> str:
        """Bootstrap address."""
        ...

    @property
    def postgres(self) -> str:
        """DSN of a role that may create databases and roles."""
        ...


class Stack(Protocol):
    """The whole suite on this machine. `up` of a running stack only mends what is broken."""

    @property
    def kind(self) -> str:
        """How it is run: embedded, compose or given."""
        ...

    def up(self, progress: Progress) -> Addresses: ...

    def down(self, progress: Progress) -> None: ...

    def reset(self, progress: Progress) -> None:
        """Down, and everything the stack ever stored is gone."""
        ...

    def status(self) -> list[Piece]: ...

    def logs(self, name: str | None, follow: bool) -> None: ...
