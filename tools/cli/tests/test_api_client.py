"""The API client of the demo and the journey tests."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from aftercare_cli import api_client
from aftercare_cli.api_client import ApiClient, UnexpectedResponse

SERVICES = {name: f"http://{name}.test" for name in api_client.OWNERS}
Respond = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def client_of() -> Iterator[Callable[[Respond], ApiClient]]:
    """Makes a client whose requests are answered by a function."""
    opened: list[httpx.Client] = []

    def make(respond: Respond) -> ApiClient:
        opened.append(httpx.Client(transport=httpx.MockTransport(respond)))
        return ApiClient("the buyer", SERVICES, "a token", opened[-1])

    yield make
    for http in opened:
        http.close()


class Recorded:
    """Answers with the given responses in turn, the last one for ever, and keeps the requests."""

    def __init__(self, *responses: httpx.Response) -> None:
        self.responses, self.requests = list(responses), list[httpx.Request]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]

    def keys(self) -> list[str | None]:
        return [request.headers.get("idempotency-key") for request in self.requests]


def ok(**body: Any) -> httpx.Response:
    return httpx.Response(200, json=body)


@pytest.mark.parametrize(
    ("path", "service"),
    [("/v1/orders/ord_1", "order-svc"), ("/v1/cases", "aftersale-svc"), ("/v1/traces", "analytics-svc")],
)
def test_a_path_goes_to_the_service_that_owns_it(
    client_of: Callable[[Respond], ApiClient], path: str, service: str
) -> None:
    answer = Recorded(ok(id="1"))

    assert client_of(answer).get(path, limit=3) == {"id": "1"}

    [request] = answer.requests
    assert (request.url.host, request.url.path) == (f"{service}.test", path)
    assert request.url.params["limit"] == "3"
    assert request.headers["authorization"] == "Bearer a token"
    assert answer.keys() == [None]


def test_each_command_has_an_idempotency_key_of_its_own(client_of: Callable[[Respond], ApiClient]) -> None:
    answer = Recorded(ok(id="1"))
    client = client_of(answer)

    client.post("/v1/orders", {"quantity": 1})
    client.post("/v1/orders", key="mine")

    first, second = answer.keys()
    assert (first is not None, second) == (True, "mine")
    assert [json.loads(request.content) for request in answer.requests] == [{"quantity": 1}, {}]


def test_a_command_is_repeated_with_its_key_while_the_service_asks_for_it(
    client_of: Callable[[Respond], ApiClient],
) -> None:
    answer = Recorded(httpx.Response(404, headers={"retry-after": "0"}), ok(id="case_1"))

    assert client_of(answer).post("/v1/cases", {}) == {"id": "case_1"}

    first, second = answer.keys()
    assert first == second


def test_a_command_is_not_repeated_for_ever(
    client_of: Callable[[Respond], ApiClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_client, "WAIT_SECONDS", 0.0)
    answer = Recorded(httpx.Response(404, headers={"retry-after": "0"}, json={"code": "order_unknown"}))

    with pytest.raises(UnexpectedResponse, match="404 order_unknown"):
        client_of(answer).post("/v1/cases", {})
    assert len(answer.requests) <= 2


def test_a_refusal_is_one_line_with_code_detail_and_fields(client_of: Callable[[Respond], ApiClient]) -> None:
    problem = {
        "code": "validation_failed",
        "detail": "Not valid.",
        "errors": [{"pointer": "/lines", "message": "Too few."}],
    }

    with pytest.raises(UnexpectedResponse) as refused:
        client_of(Recorded(httpx.Response(422, json=problem))).post("/v1/orders", {})

    line = "order-svc refused POST /v1/orders of the buyer: -> 422 validation_failed Not valid. /lines Too few."
    assert str(refused.value) == line


def test_a_response_that_is_no_json_is_quoted(client_of: Callable[[Respond], ApiClient]) -> None:
    with pytest.raises(UnexpectedResponse, match="-> 502 Bad gateway"):
        client_of(Recorded(httpx.Response(502, text="Bad gateway"))).get("/v1/orders")


def test_a_service_that_does_not_answer_is_named(client_of: Callable[[Respond], ApiClient]) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(UnexpectedResponse, match="cs-svc does not answer GET /v1/ratings: ConnectError"):
        client_of(refuse).get("/v1/ratings")


def test_waiting_repeats_until_the_condition_holds(client_of: Callable[[Respond], ApiClient]) -> None:
    answer = Recorded(httpx.Response(404), ok(state="created"), ok(state="paid", id="ord_1"))

    assert client_of(answer).wait_state("/v1/orders/ord_1", "paid")["id"] == "ord_1"
    assert len(answer.requests) == 3


def test_waiting_in_vain_quotes_the_last_response(client_of: Callable[[Respond], ApiClient]) -> None:
    client = client_of(Recorded(ok(state="created")))

    with pytest.raises(
        UnexpectedResponse, match=r"order-svc did not get there in 0 s: GET /v1/orders/1 -> 200 .*created"
    ):
        client.wait_state("/v1/orders/1", "paid", seconds=0)


def test_a_token_is_not_shown(client_of: Callable[[Respond], ApiClient]) -> None:
    assert "a token" not in repr(client_of(Recorded(ok())))
