"""An account of WeChat: tokens, customer messages out, files, and signed pushes of what people write (developers.weixin.qq.com/doc)."""

import base64
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

# Any: JSON.
_WINDOW = timedelta(hours=48)
_MOST_ANSWERS = 5
_EARLY = timedelta(minutes=5)
"""For so long before its end a stable token is replaced."""


@dataclass(frozen=True)
class WeChatPush:
    """A request as WeChat makes it."""

    query: dict[str, str]
    body: bytes


@dataclass
class WeChat:
    """The platform as one account sees it. `sent` is what people got; `faults` are codes with which the next messages are refused."""

    clock: Callable[[], datetime]
    app_id: str = "wx0123456789abcdef"
    secret: str = "secret of tests"  # noqa: S105
    token: str = "token-of-tests"  # noqa: S105
    key: str = base64.b64encode(bytes(range(32))).decode()[:43]
    seconds: int = 7200
    sent: list[tuple[str, str]] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    tokens_asked: int = 0
    _tokens: list[tuple[str, datetime]] = field(default_factory=list)
    _written: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def message(self, author: str, content: str, *, number: int, at: datetime | None = None) -> str:
        """A text of a person as XML; from now on they can be answered."""
        at = at or self.clock()
        self._written[author] = at, 0
        return self.xml(author, "text", at, f"<Content><![CDATA[{content}]]></Content><MsgId>{number}</MsgId>")

    def xml(self, author: str, kind: str, at: datetime, rest: str) -> str:
        """A message or an event."""
        self._written.setdefault(author, (at, 0))
        return (
            f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{author}]]></FromUserName>"
            f"<CreateTime>{int(at.timestamp())}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{rest}</xml>"
        )

    def push(self, xml: str, *, plain: bool = False, at: datetime | None = None) -> WeChatPush:
        """The request that brings it, signed, and encrypted unless `plain`."""
        stamp, nonce = str(int((at or self.clock()).timestamp())), "nonce"
        query = {"timestamp": stamp, "nonce": nonce, "signature": _sha1(self.token, stamp, nonce)}
        if plain:
            return WeChatPush(query, xml.encode())
        sealed = self._seal(xml.encode())
        query |= {"encrypt_type": "aes", "msg_signature": _sha1(self.token, stamp, nonce, sealed)}
        body = f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        return WeChatPush(query, body.encode())

    def verification(self) -> dict[str, str]:
        """The query of the request by which WeChat verifies the address; `echostr` is to be repeated."""
        return {**self.push("", plain=True).query, "echostr": "5837592018374651029"}

    def revoke_tokens(self) -> None:
        """Make the tokens that were given invalid, as when somebody forces another one."""
        self._tokens.clear()

    def app(self) -> FastAPI:
        """The API."""
        app = FastAPI(title="WeChat simulator", version="1")
        app.post("/cgi-bin/stable_token")(self._stable_token)
        app.post("/cgi-bin/message/custom/send")(self._send)
        app.get("/cgi-bin/media/get")(self._media)
        return app

    async def _stable_token(self, request: Request) -> JSONResponse:
        asked: dict[str, Any] = await request.json()
        self.tokens_asked += 1
        if (asked.get("appid"), asked.get("secret")) != (self.app_id, self.secret):
            return JSONResponse({"errcode": 40125, "errmsg": "invalid appsecret"})
        now, valid = self.clock(), timedelta(seconds=self.seconds)
        if not self._tokens or self._tokens[-1][1] - now < min(_EARLY, valid / 10):
            self._tokens.append((f"token-{self.tokens_asked}", now + valid))
        value, end = self._tokens[-1]
        return JSONResponse({"access_token": value, "expires_in": int((end - now).total_seconds())})

    async def _send(self, request: Request, access_token: str = "") -> JSONResponse:
        code = self._token_fault(access_token) or (self.faults.pop(0) if self.faults else 0)
        body: dict[str, Any] = await request.json()
        if code == 0:
            code = self._take(body["touser"], body["text"]["content"])
        return JSONResponse({"errcode": code, "errmsg": "ok" if code == 0 else "refused"})

    def _take(self, person: str, text: str) -> int:
        if person not in self._written:
            return 40003
        at, answers = self._written[person]
        if self.clock() - at >= _WINDOW:
            return 45015
        if answers >= _MOST_ANSWERS:
            return 45047
        if len(text.encode()) > 2048:
            return 45002
        self._written[person] = at, answers + 1
        self.sent.append((person, text))
        return 0

    async def _media(self, access_token: str = "", media_id: str = "") -> Response:
        code = self._token_fault(access_token) or (0 if media_id in self.files else 40007)
        if code:
            return JSONResponse({"errcode": code, "errmsg": "refused"})
        content, media_type = self.files[media_id]
        return Response(content, media_type=media_type)

    def _token_fault(self, token: str) -> int:
        end = dict(self._tokens).get(token)
        return 40001 if end is None else 42001 if self.clock() >= end else 0

    def _seal(self, message: bytes) -> str:
        key = base64.b64decode(f"{self.key}=")
        content = os.urandom(16) + len(message).to_bytes(4, "big") + message + self.app_id.encode()
        padder = PKCS7(256).padder()
        padded = padder.update(content) + padder.finalize()
        encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def _sha1(*texts: str) -> str:
    return hashlib.sha1("".join(sorted(texts)).encode(), usedforsecurity=False).hexdigest()
