"""Messages out: as answers to a message of the person while QQ takes them as such, else of the bot's own accord, within its quota."""

import zlib
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from cs_svc.domain.attachments import MOST_BYTES
from cs_svc.integrations.channels.access_tokens import AccessTokens, Token, TokenUnavailable
from cs_svc.integrations.channels.port import FetchedMedia, Outcome, Outgoing, Sent
from cs_svc.integrations.channels.qq.receiving import C2C, GROUP

# Any: JSON.
_ANSWERED_WITHIN = {C2C: timedelta(minutes=60), GROUP: timedelta(minutes=5)}
_TEXT = 0
_TOKEN_REFUSED = frozenset({11243, 11244, 11281})
_REPEATED = 40054005
"""The sequence number was used with this message: an attempt before has arrived."""
_WHYS = {
    22009: "quota_used",  # messages of the bot's own accord
    304082: "quota_used",
    40034102: "quota_used",
    40034100: "quota_used",
    40034025: "answer_too_late",
    304083: "too_many_answers",
    40034101: "too_many_answers",
    40034008: "address_unknown",
}
_LATER = frozenset({304023, 304031, 304032, 304034, 304036, 304037, 304038, 304039, 1100100, 1100308})
_HOSTS = (".qq.com", ".qq.com.cn", ".qpic.cn")


@dataclass(frozen=True, slots=True, kw_only=True)
class QqSending:
    """Sends as one bot. An answer that was sent twice arrives once: its sequence number follows from the delivery."""

    client: httpx.AsyncClient
    url: str
    token_url: str
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
        """See the port."""
        kind, _, rest = outgoing.address.partition(":")
        target = quote(rest.partition(":")[0], safe="")
        if kind not in _ANSWERED_WITHIN or not target:
            return Sent(Outcome.REFUSED, why="address_unknown")
        path = f"/v2/{'users' if kind == C2C else 'groups'}/{target}/messages"
        body: dict[str, Any] = {"content": outgoing.text, "msg_type": _TEXT}
        last = outgoing.last_inbound_at
        if outgoing.answers and last is not None and now < last + _ANSWERED_WITHIN[kind]:
            body |= {"msg_id": outgoing.answers, "msg_seq": zlib.crc32(outgoing.delivery_id.encode()) & 0x7FFFFFFF or 1}
        try:
            return await self._send(path, body, now)
        except TokenUnavailable as error:
            return Sent(Outcome.UNAVAILABLE, why=str(error))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Sent(Outcome.UNAVAILABLE, why="qq_unavailable")
        except (httpx.HTTPError, ValueError):
            if "msg_seq" in body:
                return Sent(Outcome.UNAVAILABLE, why="qq_unavailable")  # QQ recognises the repetition
            return Sent(Outcome.REFUSED, why="outcome_unknown")

    async def _send(self, path: str, body: dict[str, Any], now: datetime) -> Sent:
        code, found = 0, dict[str, Any]()
        for _ in range(2):
            token = await self._tokens.get(now)
            headers = {"authorization": f"QQBot {token}"}
            response = await self.client.post(f"{self.url}{path}", json=body, headers=headers)
            found = _object(response)
            code = int(found.get("code") or found.get("err_code") or 0)
            if response.status_code != httpx.codes.UNAUTHORIZED and code not in _TOKEN_REFUSED:
                break
            self._tokens.forget(token)
            code = code or httpx.codes.UNAUTHORIZED
        if code in (0, _REPEATED) and (found.get("id") or code == _REPEATED):
            return Sent(Outcome.SENT, str(found.get("id") or "") or None)
        later = code in _LATER or code in _TOKEN_REFUSED or code == httpx.codes.UNAUTHORIZED
        return Sent(Outcome.UNAVAILABLE if later else Outcome.REFUSED, why=_WHYS.get(code, f"qq_{code}"))

    async def fetch(self, reference: str, now: datetime) -> FetchedMedia:
        """See the port of files. Only addresses of QQ are called, whatever a push names."""
        if not _is_of_qq(reference):
            return FetchedMedia(Outcome.REFUSED, why="address_not_of_qq")
        try:
            async with self.client.stream("GET", reference) as response:
                response.raise_for_status()
                content = bytearray()
                async for part in response.aiter_bytes():
                    content += part
                    if len(content) > MOST_BYTES:
                        return FetchedMedia(Outcome.REFUSED, why="file_too_large")
                return FetchedMedia(Outcome.SENT, content=bytes(content))
        except (httpx.HTTPError, httpx.InvalidURL):
            return FetchedMedia(Outcome.UNAVAILABLE, why="qq_unavailable")

    async def _fetch_token(self) -> Token:
        """QQ gives the same token until a minute before its end."""
        body = {"appId": self.app_id, "clientSecret": self.secret()}
        try:
            found = _object(await self.client.post(f"{self.token_url}/app/getAppAccessToken", json=body))
            return Token(str(found["access_token"]), float(found["expires_in"]))
        except KeyError:
            raise TokenUnavailable("qq_login_refused") from None
        except (httpx.HTTPError, ValueError, TypeError):
            raise TokenUnavailable("qq_unavailable") from None


def _is_of_qq(address: str) -> bool:
    try:
        found = urlsplit(address)
    except ValueError:  # such as brackets that hold no address
        return False
    return found.scheme == "https" and (found.hostname or "").endswith(_HOSTS)


def _object(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of a response, whatever its status. Raises: ValueError."""
    found = response.json()
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found
