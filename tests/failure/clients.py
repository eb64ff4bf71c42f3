"""Clients that never give up easily, and remember word by word what they were told."""

import asyncio
import itertools
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

import httpx
from aftercare_chassis.auth.dev_keys import make_key_set, mint
from aftercare_checker import history


@dataclass(slots=True)
class History:
    """A JSON line per attempt, as the checker reads it."""

    path: Path
    _file: TextIO

    @classmethod
    @contextmanager
    def at(cls, path: Path) -> Iterator["History"]:
        with path.open("a", encoding="utf-8") as file:
            yield cls(path, file)

    def note(self, **said: Any) -> None:
        self._file.write(json.dumps(said) + "\n")

    def commands(self) -> list[history.Command]:
        self._file.flush()
        return history.read(self.path)


@dataclass(slots=True)
class Clients:
    """Asks the processes of a service in turn, with one key per wish until there is an answer.

    One wish after the other goes to the next process, and a wish that was turned away goes to the one after that.
    `turned_away`: attempts that did not succeed, by status or kind of error; `failed`: wishes given up.
    """

    history: History
    http: httpx.AsyncClient
    keys: Path
    urls: Callable[[str], list[str]]
    patience: float = 30.0
    attempts: int = 0
    turned_away: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    slowest: float = 0.0
    _tokens: dict[tuple[str, str, str | None], str] = field(default_factory=dict)
    _wishes: Iterator[int] = field(default_factory=itertools.count)

    def token(self, role: str, sub: str, merchant: str | None = None) -> str:
        who = (role, sub, merchant)
        if who not in self._tokens:
            self._tokens[who] = mint(
                make_key_set(self.keys),
                role=role,
                sub=sub,
                issuer="aftercare-local",
                now=datetime.now(UTC) - timedelta(days=365),
                merchant_id=merchant,
                hours=24 * 365 * 3,
            )
        return self._tokens[who]

    async def command(
        self, service: str, path: str, body: dict[str, Any], *, who: tuple[str, str, str | None]
    ) -> dict[str, Any] | None:
        """The answer of a command that succeeded, or None once patience is over. A refusal (4xx) is an error of the test."""
        key, turn = uuid.uuid4().hex, next(self._wishes)
        begun, pause = time.monotonic(), 0.05
        while True:
            answer = await self._attempt(service, path, body, who, key, turn)
            if answer is not None and answer.is_success:
                self.slowest = max(self.slowest, time.monotonic() - begun)
                return dict(answer.json())
            final = answer is not None and answer.status_code < 500 and "retry-after" not in answer.headers
            if final or time.monotonic() - begun > self.patience:
                told = f"{answer.status_code} {answer.text[:200]}" if answer is not None else "no answer"
                self.failed.append(f"{path}: {told}")
                return None
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause, turn = min(pause * 1.6, 1.0), turn + 1

    async def _attempt(
        self, service: str, path: str, body: dict[str, Any], who: tuple[str, str, str | None], key: str, turn: int
    ) -> httpx.Response | None:
        said = {"service": service, "method": "POST", "path": path, "key": key}
        headers = {"Authorization": f"Bearer {self.token(*who)}", "Idempotency-Key": key}
        self.attempts += 1
        try:
            answer = await self.http.post(self._url(service, turn) + path, json=body, headers=headers)
        except httpx.HTTPError as error:
            self.turned_away[type(error).__name__] += 1
            self.history.note(**said, status=None)
            return None
        told = answer.json() if answer.is_success else {}
        self.history.note(**said, status=answer.status_code, id=told.get("id"), version=told.get("version"))
        if not answer.is_success:
            self.turned_away[str(answer.status_code)] += 1
        return answer

    async def get(self, service: str, path: str, who: tuple[str, str, str | None]) -> dict[str, Any] | None:
        """What a read shows now; None where it cannot be had."""
        headers = {"Authorization": f"Bearer {self.token(*who)}"}
        try:
            answer = await self.http.get(self._url(service, next(self._wishes)) + path, headers=headers)
        except httpx.HTTPError:
            return None
        return dict(answer.json()) if answer.is_success else None

    def _url(self, service: str, turn: int) -> str:
        urls = self.urls(service)
        return urls[turn % len(urls)]

    def figures(self) -> str:
        turned = ", ".join(f"{number} × {kind}" for kind, number in self.turned_away.most_common()) or "none"
        return f"{self.attempts} attempts, turned away: {turned}, given up: {len(self.failed)}, slowest {self.slowest:.1f} s"
