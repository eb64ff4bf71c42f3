"""The client of the embeddings server, over a transport that answers as such a server does."""

import base64
import json
from array import array
from collections.abc import Callable

import httpx
import pytest
from aftercare_language.embeddings import (
    LONGEST,
    EmbeddingsClient,
    EmbeddingsUnavailable,
    NoEmbedder,
    TextRole,
)
from aftercare_language.vectors import Vector, normalized, similarity


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Server:
    """Answers with a vector that is made of the length of a text, in reverse order, as the format allows."""

    def __init__(self, *, plain: bool = False) -> None:
        self.requests: list[list[str]] = []
        self.plain = plain
        self.answer: Callable[[], httpx.Response] | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        texts = json.loads(request.content)["input"]
        self.requests.append(texts)
        if self.answer is not None:
            return self.answer()
        data = [{"index": at, "embedding": self._vector(text)} for at, text in enumerate(texts)]
        return httpx.Response(200, json={"object": "list", "data": data[::-1], "model": "m"})

    def _vector(self, text: str) -> str | list[float]:
        numbers = [float(len(text)), 1.0]
        return numbers if self.plain else base64.b64encode(array("f", numbers).tobytes()).decode()


def client(server: Server, *, model: str = "multilingual-e5-small", clock: Clock | None = None) -> EmbeddingsClient:
    http = httpx.AsyncClient(transport=httpx.MockTransport(server))
    return EmbeddingsClient(http, url="http://embedder/", model=model, batch=3, clock=clock or Clock())


@pytest.mark.parametrize("plain", [False, True])
async def test_texts_are_sent_in_batches_and_vectors_come_in_their_order(plain: bool) -> None:
    server = Server(plain=plain)
    texts = ["a" * size for size in range(1, 8)]
    vectors = await client(server, model="other").embed(texts, TextRole.PASSAGE)
    assert [len(each) for each in server.requests] == [3, 3, 1]
    assert vectors == [normalized(array("f", [float(size), 1.0])) for size in range(1, 8)]
    assert similarity(vectors[0], vectors[0]) == pytest.approx(1)
    assert similarity(vectors[0], vectors[1]) < similarity(vectors[5], vectors[6])


async def test_models_of_the_e5_family_get_the_role_as_a_prefix() -> None:
    server = Server()
    await client(server).embed(["退货"], TextRole.QUERY)
    await client(server).embed(["退货" * LONGEST], TextRole.PASSAGE)
    await client(server, model="use-multilingual").embed(["退货"], TextRole.QUERY)
    assert server.requests[0] == ["query: 退货"]
    assert server.requests[1] == ["passage: " + "退货" * (LONGEST // 2)]
    assert server.requests[2] == ["退货"]


async def test_nothing_is_asked_for_no_texts() -> None:
    server = Server()
    assert await client(server).embed([], TextRole.QUERY) == []
    assert server.requests == []


def _disconnected() -> httpx.Response:
    raise httpx.ReadTimeout("slow")


def _embedding(embedding: object, index: int = 0) -> httpx.Response:
    return httpx.Response(200, json={"data": [{"index": index, "embedding": embedding}]})


FAULTS: dict[str, Callable[[], httpx.Response]] = {
    "slow": _disconnected,
    "busy": lambda: httpx.Response(503),
    "no JSON": lambda: httpx.Response(200, content=b"<html>"),
    "no data": lambda: httpx.Response(200, json={"data": []}),
    "another index": lambda: _embedding([1.0], index=1),
    "no number": lambda: _embedding(["x"]),
    "not finite": lambda: httpx.Response(200, content=b'{"data":[{"index":0,"embedding":[NaN]}]}'),
    "too large": lambda: _embedding([1e300]),
    "zero": lambda: _embedding([0.0, 0.0]),
    "empty": lambda: _embedding([]),
    "no base64": lambda: _embedding("§"),
    "half a float": lambda: _embedding(base64.b64encode(b"12345").decode()),
}


@pytest.mark.parametrize("answer", FAULTS.values(), ids=FAULTS)
async def test_every_fault_of_the_server_is_one_error_without_the_text(answer: Callable[[], httpx.Response]) -> None:
    server = Server()
    server.answer = answer
    with pytest.raises(EmbeddingsUnavailable) as raised:
        await client(server).embed(["private words"], TextRole.QUERY)
    assert "private" not in str(raised.value)


async def test_a_server_that_failed_is_left_alone_for_a_time_that_doubles() -> None:
    server, clock = Server(), Clock()
    server.answer = lambda: httpx.Response(500)
    embedder = client(server, clock=clock)

    async def fails() -> int:
        with pytest.raises(EmbeddingsUnavailable):
            await embedder.embed(["a"], TextRole.QUERY)
        return len(server.requests)

    assert [await fails(), await fails()] == [1, 1]
    clock.now = 1.0
    assert [await fails(), await fails()] == [2, 2]
    clock.now = 2.9
    assert await fails() == 2
    clock.now = 3.0
    server.answer = None
    assert len(await embedder.embed(["a"], TextRole.QUERY)) == 1
    server.answer = lambda: httpx.Response(500)
    assert await fails() == 4
    clock.now = 4.0
    assert await fails() == 5


async def test_without_a_server_there_are_no_vectors() -> None:
    with pytest.raises(EmbeddingsUnavailable):
        await NoEmbedder().embed(["a"], TextRole.QUERY)


def test_vectors_of_different_models_are_not_compared() -> None:
    one: Vector = array("f", [1.0])
    with pytest.raises(ValueError, match="different"):
        similarity(one, array("f", [1.0, 0.0]))
