"""A bot of QQ: access tokens, messages out with their windows and sequence numbers, and pushes signed with Ed25519 (bot.q.qq.com/wiki)."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

# Any: JSON.
_WINDOWS = {"users": timedelta(minutes=60), "groups": timedelta(minutes=5)}


@dataclass
class QqPush:
    """A request as QQ makes it."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Qq:
    """The platform as one bot sees it. `sent` is (path, content, whether it was an answer); `quota` is how many messages of its own accord it may send."""

    clock: Callable[[], datetime]
    app_id: str = "102000001"
    secret: str = "secret-of-tests"  # noqa: S105 (of tests)
    quota: int = 0
    seconds: int = 7200
    sent: list[tuple[str, str, bool]] = field(default_factory=list)
    faults: list[tuple[int, int]] = field(default_factory=list)
    lost: int = 0
    tokens_asked: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    _token: str = ""
    _written: dict[str, datetime] = field(default_factory=dict)
    _used: set[tuple[str, int]] = field(default_factory=set)

    def private(self, person: str, content: str, *, number: int, **more: Any) -> dict[str, Any]:
        """A private message of a person."""
        data = {"id": f"ROBOT1.0_{number}", "author": {"user_openid": person}, "content": content, **more}
        return self._event("C2C_MESSAGE_CREATE", data, number)

    def in_group(self, group: str, person: str, content: str, *, number: int) -> dict[str, Any]:
        """A message in a group that addresses the bot."""
        author = {"member_openid": person}
        data = {"id": f"ROBOT1.0_{number}", "group_openid": group, "author": author, "content": content}
        return self._event("GROUP_AT_MESSAGE_CREATE", data, number)

    def push(self, payload: dict[str, Any], *, at: datetime | None = None) -> QqPush:
        """The signed request that brings it."""
        body, stamp = json.dumps(payload).encode(), str(int((at or self.clock()).timestamp()))
        signature = self.key().sign(stamp.encode() + body).hex()
        return QqPush({"x-signature-ed25519": signature, "x-signature-timestamp": stamp}, body)

    def verification(self) -> dict[str, Any]:
        """The payload by which QQ verifies an address."""
        return {"op": 13, "d": {"plain_token": "Arq0D5A61EgUu4OxUvOp", "event_ts": "1725442341"}}

    def key(self) -> Ed25519PrivateKey:
        """The key pair, of which QQ and the bot both have the seed: the secret, repeated to 32 bytes."""
        seed = self.secret
        while len(seed) < 32:
            seed += self.secret
        return Ed25519PrivateKey.from_private_bytes(seed[:32].encode())

    def app(self) -> FastAPI:
        """The API, the server of tokens, and that of files."""
        app = FastAPI(title="QQ simulator", version="1")
        app.post("/app/getAppAccessToken")(self._give_token)
        app.post("/v2/{kind}/{target}/messages")(self._send)
        app.get("/download/{name}")(self._file)
        return app

    def _event(self, kind: str, data: dict[str, Any], number: int) -> dict[str, Any]:
        self._written[data["id"]] = self.clock()
        data = {"timestamp": self.clock().isoformat(), **data}
        return {"id": f"{kind}:{number}", "op": 0, "t": kind, "d": data}

    async def _give_token(self, request: Request) -> JSONResponse:
        asked = await request.json()
        self.tokens_asked += 1
        if (asked.get("appId"), asked.get("clientSecret")) != (self.app_id, self.secret):
            return JSONResponse({"code": 100007, "message": "appid invalid"})
        self._token = f"token-{self.tokens_asked}"
        return JSONResponse({"access_token": self._token, "expires_in": str(self.seconds)})

    async def _send(self, kind: str, target: str, request: Request) -> JSONResponse:
        if request.headers.get("authorization") != f"QQBot {self._token}":
            return JSONResponse({"code": 11244, "message": "token not exist or expire"}, 401)
        if self.faults:
            status, code = self.faults.pop(0)
            return JSONResponse({"code": code, "message": "refused"}, status)
        body = await request.json()
        code = self._refusal(kind, body)
        if code:
            return JSONResponse({"code": code, "message": "refused"}, 400)
        self.sent.append((f"{kind}/{target}", body["content"], "msg_id" in body))
        if self.lost:
            self.lost -= 1
            return JSONResponse(["the response is lost"], 502)
        return JSONResponse({"id": f"out-{len(self.sent)}", "timestamp": self.clock().isoformat()})

    def _refusal(self, kind: str, body: dict[str, Any]) -> int:
        if "msg_id" not in body:
            self.quota -= 1
            return 22009 if self.quota < 0 else 0
        at = self._written.get(body["msg_id"])
        if at is None or self.clock() - at >= _WINDOWS[kind]:
            return 40034025
        used = (body["msg_id"], body.get("msg_seq", 1))
        if used in self._used:
            return 40054005
        self._used.add(used)
        return 0

    async def _file(self, name: str) -> Response:
        return Response(self.files[name]) if name in self.files else Response(status_code=404)
