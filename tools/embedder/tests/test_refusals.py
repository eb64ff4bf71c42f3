"""What the embedder refuses, and what it makes of texts. The model is a function here: its own words are not tested."""

import asyncio
import base64
import json
import threading
from array import array
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aftercare_embedder.main import LONGEST_TEXT, MOST_BYTES, MOST_TEXTS, MOST_WAITING, app


class Model:
    """Returns the length of a text, and keeps what it was given."""

    def __init__(self) -> None:
        self.given = list[tuple[str, bool]]()
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def __call__(self, text: str, is_query: bool) -> bytes:
        self.may_go_on.wait(30)
        self.given.append((text, is_query))
        return array("f", [len(text), 1.0]).tobytes()


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
async def client(model: Model) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app(model))
    async with httpx.AsyncClient(transport=transport, base_url="http://embedder") as client:
        yield client


async def post(client: httpx.AsyncClient, body: Any) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post("/v1/embeddings", content=content)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        ([], 422),
        ({}, 422),
        ({"input": []}, 422),
        ({"input": None}, 422),
        ({"input": [1]}, 422),
        ({"input": [[1, 2]]}, 422),
        ({"input": {"text": "a"}}, 422),
        ({"input": ["a"] * (MOST_TEXTS + 1)}, 422),
        ({"input": "a", "encoding_format": "hex"}, 422),
        ({"input": "a", "encoding_format": None}, 422),
        (b'{"input": "' + b"a" * MOST_BYTES + b'"}', 413),
    ],
)
async def test_what_is_no_request_for_vectors_is_refused_without_its_texts(
    client: httpx.AsyncClient, model: Model, body: Any, status: int
) -> None:
    response = await post(client, body)
    assert response.status_code == status
    error = response.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert len(error["message"]) < 100
    assert model.given == []


async def test_texts_have_vectors_in_their_order_as_floats_or_base64(client: httpx.AsyncClient, model: Model) -> None:
    body = {"input": ["query: 退货", "passage: 可以退", "plain"]}
    floats = (await post(client, body)).json()["data"]
    assert [(each["index"], each["embedding"]) for each in floats] == [
        (0, [2.0, 1.0]),
        (1, [3.0, 1.0]),
        (2, [5.0, 1.0]),
    ]
    assert model.given == [("退货", True), ("可以退", False), ("plain", False)]
    encoded = (await post(client, body | {"encoding_format": "base64"})).json()["data"]
    assert [list(array("f", base64.b64decode(each["embedding"]))) for each in encoded] == [
        each["embedding"] for each in floats
    ]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", " "),
        ("query: ", " "),
        ("a\x00b", "a b"),
        ("a\ud800b", "a?b"),
        ("a" * (LONGEST_TEXT + 1), "a" * LONGEST_TEXT),
    ],
)
async def test_no_text_is_one_that_the_model_cannot_read(
    client: httpx.AsyncClient, model: Model, text: str, read: str
) -> None:
    assert (await post(client, {"input": text})).status_code == 200
    assert [each for each, _ in model.given] == [read]


async def test_more_than_can_wait_are_refused_at_once_and_served_later(client: httpx.AsyncClient, model: Model) -> None:
    model.may_go_on.clear()
    waiting = [asyncio.create_task(post(client, {"input": "a"})) for _ in range(MOST_WAITING)]
    for _ in range(1000):
        await asyncio.sleep(0)  # the others go on
        refused = await post(client, [])
        if refused.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            break
    assert refused.json()["error"]["type"] == "server_error"
    model.may_go_on.set()
    assert {(await each).status_code for each in waiting} == {200}
    assert (await post(client, {"input": "a"})).status_code == 200, "the places are free again"
