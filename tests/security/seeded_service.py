"""A service with a few objects of buyer-1 and merchant m-1, and what its responses are compared with."""

from dataclasses import dataclass, field
from typing import Any

import httpx
from aftercare_chassis.http import sse
from aftercare_chassis.testing import Harness
from aftercare_events import Event
from jsonschema import Draft202012Validator


@dataclass
class SeededService:
    """A service with a few objects. `ids` are the parameters of its paths, `bodies` and `queries` are by operation."""

    harness: Harness
    ids: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, Any] = field(default_factory=dict)
    queries: dict[str, dict[str, str]] = field(default_factory=dict)
    _validators: dict[tuple[str, str, int], Draft202012Validator] = field(default_factory=dict)

    def assert_documented(self, path: str, method: str, response: httpx.Response) -> None:
        """Assert that the OpenAPI document has this response: its status, media type and schema."""
        document = self.harness.service.app.openapi()
        documented = document["paths"][path][method.lower()]["responses"]
        assert str(response.status_code) in documented, (method, path, response.status_code, response.text)
        answer = documented[str(response.status_code)]
        if "$ref" in answer:
            answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        content = answer.get("content", {})
        place = (path, method, response.status_code)
        if not content or (place in self._validators and not response.is_success):
            return
        [(media_type, described)] = content.items()
        assert response.headers["content-type"] == media_type, place
        if place not in self._validators:
            schema = {**described["schema"], "components": document["components"]}
            self._validators[place] = Draft202012Validator(schema)
        body = response.text if media_type == sse.EventStream.media_type else _without_null(response.json())
        self._validators[place].validate(body)

    @property
    def paths(self) -> dict[str, Any]:
        """The paths of the service's OpenAPI document."""
        found: dict[str, Any] = self.harness.service.app.openapi()["paths"]
        return found

    async def written_rows(self) -> tuple[int, int]:
        """The numbers of events in the outbox and of stored responses, which every successful command increases."""
        both = "SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM idempotency_key)"
        events, kept = await self.harness.runtime.pool.fetchrow(both)
        return events, kept

    async def consume(self, event: type[Event], **fields: Any) -> None:
        """Let the service consume an event of another one about order ord_1."""
        usual = {
            "affected_party": "buyer-1",
            "applicant": "buyer-1",
            "handler": "system",
            "time": self.harness.clock.now(),
            "result": "moved",
            "order_id": "ord_1",
            "case_id": "case_1",
            "buyer_id": "buyer-1",
            "merchant_id": "m-1",
            "case_type": "return_refund",
            "currency": "CNY",
        }
        given = {name: value for name, value in usual.items() if name in event.model_fields}
        await self.harness.consume(event(**given | fields))
        assert await self.harness.parked() == []


def _without_null(value: Any) -> Any:
    """The body without null fields, which mean the same as absent ones."""
    if isinstance(value, dict):
        return {name: _without_null(inner) for name, inner in value.items() if inner is not None}
    return [_without_null(inner) for inner in value] if isinstance(value, list) else value


def made(response: httpx.Response) -> dict[str, Any]:
    assert response.is_success, response.text
    body: dict[str, Any] = response.json()
    return body
