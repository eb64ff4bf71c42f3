"""A generative model behind the OpenAI-compatible API of chat completions, which writes what a test wants it to."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

# Any: JSON.


@dataclass
class ChatModel:
    """`answers` are what it writes next, one after the other; without one it writes the first clause it is given. `raw` are whole responses in their place.

    With `slow` set it answers only once that is released. `asked` are the requests.
    """

    key: str = "key of tests"
    answers: list[str] = field(default_factory=list)
    raw: list[tuple[int, bytes]] = field(default_factory=list)
    slow: asyncio.Event | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> FastAPI:
        """The API."""
        app = FastAPI(title="Chat completions simulator", version="1")
        app.post("/v1/chat/completions")(self._complete)
        return app

    async def _complete(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return JSONResponse({"error": {"message": "invalid key", "type": "invalid_request_error"}}, 401)
        body: dict[str, Any] = await request.json()
        self.asked.append(body)
        if self.slow is not None:
            await self.slow.wait()
        if self.raw:
            status, content = self.raw.pop(0)
            return Response(content, status, media_type="application/json")
        given = json.loads(body["messages"][-1]["content"])
        text = self.answers.pop(0) if self.answers else given["clauses"][0]
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return JSONResponse(
            {"id": "chatcmpl-1", "object": "chat.completion", "model": body["model"], "choices": [choice]}
        )
