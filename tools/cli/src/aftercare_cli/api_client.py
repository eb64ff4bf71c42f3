"""Calls of the public APIs as one person: a token, and the service that owns each path."""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from aftercare_cli.stack.interface import StackError

# JSON bodies as the APIs return them; callers read a few fields of each.
Body = dict[str, Any]

OWNERS = {
    "order-svc": (
        "orders",
        "order-imports",
        "payments",
        "parcels",
        "labels",
        "shipping-accounts",
        "courier-endpoints",
        "courier-webhooks",
    ),
    "aftersale-svc": ("cases", "disputes", "evidence"),
    "cs-svc": ("conversations", "complaints", "feedback", "ratings", "bot"),
    "kb-svc": ("articles", "search"),
    "analytics-svc": ("traces", "metrics"),
}
SERVICE_OF = {noun: service for service, nouns in OWNERS.items() for noun in nouns}
WAIT_SECONDS = 20.0


class UnexpectedResponse(StackError):
    """A service did not answer, or not as the caller needs."""


@dataclass(slots=True)
class ApiClient:
    """Calls the services with one token. Methods return the body of a successful response.

    Raises:
        UnexpectedResponse: the service refused, or did not answer; the message is one line.
    """

    name: str
    services: Mapping[str, str]
    token: str = field(repr=False)
    http: httpx.Client = field(repr=False)

    def get(self, path: str, **query: str | int) -> Body:
        return self._successful(self.request("GET", path, params=query))

    def post(self, path: str, body: Body | bytes | None = None, *, key: str | None = None) -> Body:
        """Send a command, whose body may be JSON that is written already. While the response carries Retry-After, it is sent again with the
        same key."""
        key = key or str(uuid.uuid4())
        end = time.monotonic() + WAIT_SECONDS
        sent = {"content": body} if isinstance(body, bytes) else {"json": body or {}}
        response = self.request("POST", path, key=key, **sent)
        while "retry-after" in response.headers and time.monotonic() < end:
            time.sleep(min(0.1, float(response.headers["retry-after"])))
            response = self.request("POST", path, key=key, **sent)
        return self._successful(response)

    # `parts` are passed on to httpx as they are.
    def request(self, method: str, path: str, *, key: str | None = None, **parts: Any) -> httpx.Response:
        """Send any request; all but GET carry an Idempotency-Key, a new one unless `key` is given."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        if "content" in parts:
            headers["Content-Type"] = "application/json"
        if method != "GET":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        try:
            return self.http.request(method, self.url(path), headers=headers, **parts)
        except httpx.HTTPError as error:
            message = f"{_service(path)} does not answer {method} {path}: {type(error).__name__}"
            raise UnexpectedResponse(message) from None

    def url(self, path: str) -> str:
        """The full URL of a path, at the service that owns it."""
        return self.services[_service(path)] + path

    def wait(
        self, path: str, until: Callable[[Body], bool], *, seconds: float = WAIT_SECONDS, **query: str | int
    ) -> Body:
        """Repeat a GET until `until(body)` holds; the body. The error after `seconds` quotes the last response."""
        end = time.monotonic() + seconds
        while True:
            response = self.request("GET", path, params=query)
            if response.status_code == 200 and until(response.json()):
                return dict(response.json())
            if time.monotonic() > end:
                message = f"{_service(path)} did not get there in {seconds:.0f} s: GET {path} {problem_of(response)}"
                raise UnexpectedResponse(message)
            time.sleep(0.05)

    def wait_state(self, path: str, state: str, *, seconds: float = WAIT_SECONDS) -> Body:
        """Repeat a GET until the object is in `state`; the body."""
        return self.wait(path, lambda body: body.get("state") == state, seconds=seconds)

    def _successful(self, response: httpx.Response) -> Body:
        if response.is_success:
            return dict(response.json())
        request = response.request
        raise UnexpectedResponse(
            f"{_service(request.url.path)} refused {request.method} {request.url.path} of {self.name}: "
            f"{problem_of(response)}"
        )


def _service(path: str) -> str:
    return SERVICE_OF[path.split("/")[2]]


def problem_of(response: httpx.Response) -> str:
    """The status, with the code and detail of a problem or the beginning of a body."""
    try:
        body = response.json()
    except ValueError:
        return f"-> {response.status_code} {response.text[:120]}"
    if response.is_success:
        return f"-> {response.status_code} {str(body)[:300]}"
    errors = "; ".join(f"{one.get('pointer')} {one.get('message')}" for one in body.get("errors") or [])
    return f"-> {response.status_code} {body.get('code')} {body.get('detail') or ''} {errors}".strip()
