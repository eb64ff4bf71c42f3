"""Clients that repeat a command until it is answered, and record every attempt for the checker."""

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
from aftercare_chassis.testing import until
from aftercare_checker import history

Client = tuple[str, str, str | None]
"""Role, subject, and the merchant of a seller."""


@dataclass(slots=True)
class History:
    """The file that the checker reads: one JSON line per attempt."""

    path: Path
    _file: TextIO

    @classmethod
    @contextmanager
    def at(cls, path: Path) -> Iterator["History"]:
        with path.open("a", encoding="utf-8") as file:
            yield cls(path, file)

    def write(self, **attempt: Any) -> None:
        self._file.write(json.dumps(attempt) + "\n")

    def commands(self) -> list[history.Command]:
        self._file.flush()
        return history.read(self.path)


@dataclass(slots=True)
class RetryingClients:
    """Sends commands to the processes of a service in turn, with one Idempotency-Key per command.

    Each command begins at the next process, and each retry goes to the one after. `timeout` is in seconds per command.
    `rejected` counts attempts without success, by status or exception; `failed` lists commands that timed out or were
    refused; `slowest` is the longest command in seconds.
    """

    history: History
    http: httpx.AsyncClient
    keys: Path
    urls: Callable[[str], list[str]]
    timeout: float = 30.0
    attempts: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    slowest: float = 0.0
    _tokens: dict[Client, str] = field(default_factory=dict)
    _turns: Iterator[int] = field(default_factory=itertools.count)

    def token(self, role: str, sub: str, merchant: str | None = None) -> str:
        """A token that is valid for three years, so that hosts with a wrong clock accept it."""
        client = (role, sub, merchant)
        if client not in self._tokens:
            self._tokens[client] = mint(
                make_key_set(self.keys),
                role=role,
                sub=sub,
                issuer="aftercare-local",
                now=datetime.now(UTC) - timedelta(days=365),
                merchant_id=merchant,
                hours=24 * 365 * 3,
            )
        return self._tokens[client]

    async def command(self, service: str, path: str, body: dict[str, Any], *, client: Client) -> dict[str, Any] | None:
        """The body of a command that succeeded; None for one that was refused (4xx) or timed out."""
        key, turn = uuid.uuid4().hex, next(self._turns)
        begun, pause = time.monotonic(), 0.05
        while True:
            response = await self._attempt(service, path, body, client, key, turn)
            if response is not None and response.is_success:
                self.slowest = max(self.slowest, time.monotonic() - begun)
                return dict(response.json())
            final = response is not None and response.status_code < 500 and "retry-after" not in response.headers
            if final or time.monotonic() - begun > self.timeout:
                reason = f"{response.status_code} {response.text[:200]}" if response is not None else "no response"
                self.failed.append(f"{path}: {reason}")
                return None
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause, turn = min(pause * 1.6, 1.0), turn + 1

    async def _attempt(
        self, service: str, path: str, body: dict[str, Any], client: Client, key: str, turn: int
    ) -> httpx.Response | None:
        attempt = {"service": service, "method": "POST", "path": path, "key": key}
        headers = {"Authorization": f"Bearer {self.token(*client)}", "Idempotency-Key": key}
        self.attempts += 1
        try:
            response = await self.http.post(self._url(service, turn) + path, json=body, headers=headers)
        except httpx.HTTPError as error:
            self.rejected[type(error).__name__] += 1
            self.history.write(**attempt, status=None)
            return None
        found = response.json() if response.is_success else {}
        self.history.write(**attempt, status=response.status_code, id=found.get("id"), version=found.get("version"))
        if not response.is_success:
            self.rejected[str(response.status_code)] += 1
        return response

    async def get(self, service: str, path: str, client: Client) -> dict[str, Any] | None:
        """The body of a read; None where it did not succeed."""
        headers = {"Authorization": f"Bearer {self.token(*client)}"}
        try:
            response = await self.http.get(self._url(service, next(self._turns)) + path, headers=headers)
        except httpx.HTTPError:
            return None
        return dict(response.json()) if response.is_success else None

    def _url(self, service: str, turn: int) -> str:
        urls = self.urls(service)
        return urls[turn % len(urls)]

    async def wait_rejected(self, number: int, seconds: float = 60) -> None:
        """Wait until this number of further attempts is rejected."""
        wanted = sum(self.rejected.values()) + number

        async def reached() -> bool:
            return sum(self.rejected.values()) >= wanted

        await until(reached, f"{number} further attempts are rejected", seconds)

    def summary(self) -> str:
        rejected = ", ".join(f"{number} × {kind}" for kind, number in self.rejected.most_common()) or "none"
        return (
            f"{self.attempts} attempts, rejected: {rejected}, failed: {len(self.failed)}, slowest {self.slowest:.1f} s"
        )
