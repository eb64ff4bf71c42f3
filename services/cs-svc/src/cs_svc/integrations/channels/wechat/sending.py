"""Customer messages out (`/cgi-bin/message/custom/send`), and the files of messages that came in (`/cgi-bin/media/get`)."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from cs_svc.domain.attachments import MOST_BYTES
from cs_svc.domain.channels import Channel, may_be_answered
from cs_svc.integrations.channels.access_tokens import AccessTokens, Token, TokenUnavailable
from cs_svc.integrations.channels.pieces import pieces
from cs_svc.integrations.channels.port import FetchedMedia, Outcome, Outgoing, Sent

_MOST_BYTES = 2_000
"""WeChat takes 2,048 bytes of a text."""
_TOKEN_REFUSED = frozenset({40001, 40014, 42001})
_WHYS = {
    45015: "window_closed",  # nothing came from the person for 48 hours
    45047: "too_many_answers",  # more than WeChat permits without another message of the person
    48002: "blocked_by_person",
    43004: "not_a_follower",
    40003: "address_unknown",
    45002: "text_too_long",
}
_LATER = frozenset({-1, 45009, 45011})
"""The system is busy, or too much was asked of it."""
_PARTLY = Sent(Outcome.REFUSED, why="partly_sent")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeChatSending:
    """Sends from one account. WeChat recognises no repetition. `secret` reads the secret of the account, which may change."""

    client: httpx.AsyncClient
    url: str
    app_id: str
    secret: Callable[[], str] = field(repr=False)
    repeats_safely: bool = False
    _tokens: AccessTokens = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tokens", AccessTokens(self._fetch_token))

    @property
    def resources(self) -> Sequence[AbstractAsyncContextManager[object]]:
        return (self.client,)

    async def send(self, outgoing: Outgoing, now: datetime) -> Sent:
        """See the port. A text that is too long for one message is sent in several."""
        if not may_be_answered(Channel.WECHAT, outgoing.last_inbound_at, now):
            return Sent(Outcome.REFUSED, why="window_closed")
        parts = pieces(outgoing.text, _MOST_BYTES)
        for number, part in enumerate(parts):
            sent = await self._send(outgoing.address, part, now)
            if sent.outcome is not Outcome.SENT:
                return _PARTLY if number else sent
        return Sent(Outcome.SENT)

    async def _send(self, address: str, text: str, now: datetime) -> Sent:
        body = {"touser": address, "msgtype": "text", "text": {"content": text}}
        try:
            code = await self._post("/cgi-bin/message/custom/send", body, now)
        except TokenUnavailable as error:
            return Sent(Outcome.UNAVAILABLE, why=str(error))
        except httpx.ConnectError:
            return Sent(Outcome.UNAVAILABLE, why="wechat_unavailable")
        except (httpx.HTTPError, ValueError):
            return Sent(Outcome.REFUSED, why="outcome_unknown")  # it may have arrived
        if code == 0:
            return Sent(Outcome.SENT)
        later = code in _LATER or code in _TOKEN_REFUSED
        return Sent(Outcome.UNAVAILABLE if later else Outcome.REFUSED, why=_WHYS.get(code, f"wechat_{code}"))

    async def _post(self, path: str, body: dict[str, Any], now: datetime) -> int:  # Any: JSON
        """The code of the response. A token that is refused is replaced once: another process may have fetched a newer one."""
        code = -1
        for _ in range(2):
            token = await self._tokens.get(now)
            response = await self.client.post(f"{self.url}{path}", params={"access_token": token}, json=body)
            code = _code(response)
            if code not in _TOKEN_REFUSED:
                break
            self._tokens.forget(token)
        return code

    async def fetch(self, reference: str, now: datetime) -> FetchedMedia:
        """See the port of files. WeChat keeps a file for three days."""
        try:
            token = await self._tokens.get(now)
            params = {"access_token": token, "media_id": reference}
            async with self.client.stream("GET", f"{self.url}/cgi-bin/media/get", params=params) as response:
                return await self._media(response, token)
        except TokenUnavailable as error:
            return FetchedMedia(Outcome.UNAVAILABLE, why=str(error))
        except (httpx.HTTPError, ValueError):
            return FetchedMedia(Outcome.UNAVAILABLE, why="wechat_unavailable")

    async def _media(self, response: httpx.Response, token: str) -> FetchedMedia:
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type in ("application/json", "text/plain"):
            await response.aread()
            code = _code(response)
            if code in _TOKEN_REFUSED:
                self._tokens.forget(token)
            later = code in _TOKEN_REFUSED or code in _LATER
            return FetchedMedia(Outcome.UNAVAILABLE if later else Outcome.REFUSED, why=f"wechat_{code}")
        response.raise_for_status()
        content = bytearray()
        async for part in response.aiter_bytes():
            content += part
            if len(content) > MOST_BYTES:
                return FetchedMedia(Outcome.REFUSED, why="file_too_large")
        return FetchedMedia(Outcome.SENT, content=bytes(content), media_type=media_type or None)

    async def _fetch_token(self) -> Token:
        """The stable token: WeChat gives the same one to every process that asks until shortly before it ends."""
        body = {"grant_type": "client_credential", "appid": self.app_id, "secret": self.secret()}
        try:
            response = await self.client.post(f"{self.url}/cgi-bin/stable_token", json=body)
            found = response.json()
        except (httpx.HTTPError, ValueError):
            raise TokenUnavailable("wechat_unavailable") from None
        if not isinstance(found, dict) or not isinstance(found.get("access_token"), str):
            raise TokenUnavailable("wechat_login_refused")
        return Token(found["access_token"], float(found.get("expires_in", 0)))


def _code(response: httpx.Response) -> int:
    """Raises: ValueError where it has none; httpx.HTTPStatusError."""
    response.raise_for_status()
    found = response.json()
    code = found.get("errcode", 0) if isinstance(found, dict) else None
    if not isinstance(code, int):
        raise ValueError("no errcode")
    return code
