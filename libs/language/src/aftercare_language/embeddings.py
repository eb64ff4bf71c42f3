"""A client of an OpenAI-compatible embeddings server (`POST /v1/embeddings`).

The server is another process, so a vector is made before a transaction begins, never within one.
"""

import asyncio
import base64
import binascii
import math
import sys
from array import array
from collections.abc import Callable, Sequence
from enum import StrEnum
from time import monotonic
from typing import Protocol

import httpx
from pydantic import BaseModel, Field, ValidationError

from aftercare_language.vectors import Vector, normalized

LONGEST = 2_000
"""Characters of a text that are sent; what follows is not part of its vector. Models read about 500 tokens."""
_FLOAT_BYTES = 4


class TextRole(StrEnum):
    """What a text is for. The models of the E5 family need it as a prefix; others have none."""

    QUERY = "query"
    PASSAGE = "passage"


class EmbeddingsUnavailable(Exception):
    """No vectors: there is no server, it was too slow, it refused, or its answer has another form. The message is for a log."""


class Embedder(Protocol):
    """What makes vectors of texts."""

    @property
    def model(self) -> str:
        """The name of the model. Vectors of different models cannot be compared."""

    async def embed(self, texts: Sequence[str], role: TextRole) -> list[Vector]:
        """A vector for each text, in their order.

        Raises:
            EmbeddingsUnavailable: the caller goes on without vectors, or tries again later.
        """


class _Embedding(BaseModel):
    index: int = Field(ge=0)
    embedding: str | list[float]


class _Answer(BaseModel):
    data: list[_Embedding]


class NoEmbedder:
    """The embedder of a service without a server: it has no vectors."""

    model = ""

    async def embed(self, texts: Sequence[str], role: TextRole) -> list[Vector]:
        raise EmbeddingsUnavailable("no embeddings server is configured")


class EmbeddingsClient:
    """An embedder over HTTP. The server gets texts without who wrote them; neither they nor its answers are logged.

    After a failure the server is not asked for `pause` seconds, doubled with every further one up to `longest_pause`, so that what
    can go on without vectors is not slowed by a server that is down. Work that waits for vectors tries again after that.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        url: str,
        model: str,
        timeout: float = 10.0,
        batch: int = 16,
        pause: float = 1.0,
        longest_pause: float = 30.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`url` is the server's address without a path, `timeout` is for each request, in seconds."""
        self._client, self._url, self.model = client, url.rstrip("/") + "/v1/embeddings", model
        self._timeout, self._batch = timeout, batch
        self._pause, self._longest_pause, self._clock = pause, longest_pause, clock
        self._failures, self._next_at = 0, -math.inf

    async def embed(self, texts: Sequence[str], role: TextRole) -> list[Vector]:
        """A vector for each text, in their order, in requests of at most `batch` texts.

        Raises:
            EmbeddingsUnavailable: the server failed, or it failed shortly before.
        """
        if self._clock() < self._next_at:
            raise EmbeddingsUnavailable("the embeddings server failed shortly before")
        prefix = f"{role}: " if "e5" in self.model.lower() else ""
        prepared = [prefix + text[:LONGEST] for text in texts]
        try:
            vectors = [
                vector
                for at in range(0, len(prepared), self._batch)
                for vector in await self._request(prepared[at : at + self._batch])
            ]
        except EmbeddingsUnavailable:
            self._failures += 1
            self._next_at = self._clock() + min(self._pause * 2 ** min(self._failures - 1, 16), self._longest_pause)
            raise
        self._failures = 0
        return vectors

    async def _request(self, texts: list[str]) -> list[Vector]:
        body = {"model": self.model, "input": texts, "encoding_format": "base64"}
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._client.post(self._url, json=body)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise EmbeddingsUnavailable(f"the embeddings server was not reached: {type(error).__name__}") from None
        if response.status_code != httpx.codes.OK:
            raise EmbeddingsUnavailable(f"the embeddings server answered {response.status_code}")
        return _vectors(response.content, len(texts))


def _vectors(content: bytes, wanted: int) -> list[Vector]:
    try:
        answer = _Answer.model_validate_json(content)
        found = {each.index: normalized(_decoded(each.embedding)) for each in answer.data}
    except (ValidationError, ValueError, OverflowError):  # the error may contain parts of a text
        raise EmbeddingsUnavailable("the answer of the embeddings server has another form") from None
    if sorted(found) != list(range(wanted)) or len({len(vector) for vector in found.values()}) > 1:
        raise EmbeddingsUnavailable("the embeddings server answered with other vectors than were asked for")
    return [found[at] for at in range(wanted)]


def _decoded(embedding: str | list[float]) -> Vector:
    if isinstance(embedding, list):
        return array("f", embedding)
    try:
        content = base64.b64decode(embedding, validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None
    if len(content) % _FLOAT_BYTES:
        raise ValueError("no vector of floats")
    vector = array("f", content)
    if sys.byteorder == "big":
        vector.byteswap()  # the wire has little-endian floats
    return vector
