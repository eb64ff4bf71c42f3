"""A person who talks to the suite: a token, and calls that know which service answers what."""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from aftercare_cli.stack.interface import StackError

Body = dict[str, Any]

OWNERS = {
    "order-svc": ("orders", "payments", "parcels", "courier-endpoints", "courier-webhooks"),
    "aftersale-svc": ("cases", "disputes"),
    "cs-svc": ("conversations", "complaints", "feedback", "ratings"),
    "kb-svc": ("articles", "search"),
    "analytics-svc": ("traces", "metrics"),
}
SERVICE_OF = {noun: service for service, nouns in OWNERS.items() for noun in nouns}
PATIENCE = 20.0


class Unexpected(StackError):
    """A service answered something else than the journey needs."""


@dataclass(slots=True)
class Person:
    """Speaks with the services as one role; every method returns the body of a good answer or raises in one line."""

    name: str
    services: Mapping[str, str]
    token: str = field(repr=False)
    http: httpx.Client = field(repr=False)

    def get(self, path: str, **query: str | int) -> Body:
        return self._good(self.request("GET", path, params=query))

    def post(self, path: str, body: Body | None = None, *, key: str | None = None) -> Body:
        """A command. Told to try again in a moment (a fact has not arrived yet), it does, with the same key."""
        key = key or str(uuid.uuid4())
        end = time.monotonic() + PATIENCE
        answer = self.request("POST", path, json=body or {}, key=key)
        while "retry-after" in answer.headers and time.monotonic() < end:
            time.sleep(min(0.1, float(answer.headers["retry-after"])))
            answer = self.request("POST", path, json=body or {}, key=key)
        return self._good(answer)

    def request(self, method: str, path: str, *, key: str | None = None, **parts: Any) -> httpx.Response:
        """Any call; a fresh Idempotency-Key where one is due and none is given."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        if method != "GET":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        try:
            return self.http.request(method, self.url(path), headers=headers, **parts)
        except httpx.HTTPError as error:
            raise Unexpected(f"{_service(path)} does not answer {method} {path}: {type(error).__name__}") from None

    def url(self, path: str) -> str:
        return self.services[_service(path)] + path

    def wait(self, path: str, until: Callable[[Body], bool], *, seconds: float = PATIENCE, **query: str | int) -> Body:
        """Ask again until the answer is as wished; what it still was when the time is over goes into the refusal."""
        end = time.monotonic() + seconds
        while True:
            answer = self.request("GET", path, params=query)
            if answer.status_code == 200 and until(answer.json()):
                return dict(answer.json())
            if time.monotonic() > end:
                raise Unexpected(f"{_service(path)} did not get there in {seconds:.0f} s: GET {path} {_short(answer)}")
            time.sleep(0.05)

    def wait_state(self, path: str, state: str, *, seconds: float = PATIENCE) -> Body:
        return self.wait(path, lambda body: body.get("state") == state, seconds=seconds)

    def _good(self, answer: httpx.Response) -> Body:
        if answer.is_success:
            return dict(answer.json())
        request = answer.request
        raise Unexpected(
            f"{_service(request.url.path)} refused {request.method} {request.url.path} of {self.name}: {_short(answer)}"
        )


def _service(path: str) -> str:
    return SERVICE_OF[path.split("/")[2]]


def _short(answer: httpx.Response) -> str:
    """Status with code and detail of the problem, or the state of a body, in a few words."""
    try:
        body = answer.json()
    except ValueError:
        return f"-> {answer.status_code} {answer.text[:120]}"
    if answer.is_success:
        return f"-> {answer.status_code} {str(body)[:300]}"
    errors = "; ".join(f"{one.get('pointer')} {one.get('message')}" for one in body.get("errors") or [])
    return f"-> {answer.status_code} {body.get('code')} {body.get('detail') or ''} {errors}".strip()
