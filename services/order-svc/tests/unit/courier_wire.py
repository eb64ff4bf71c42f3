"""What the example of every partner is made of: pushes on the wire, and the digests that partners make, not those of the adapters."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from order_svc.integrations.couriers.fields import CHINA
from order_svc.integrations.couriers.port import Meaning

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SECRET = "key-66"
Rows = Mapping[str, str]
"""`status`, `status @receiver`, `status !reason`, by the codes with blanks between."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A push on the wire. `query` is what its partner adds to the address."""

    raw: bytes
    headers: dict[str, str] = field(default_factory=dict)
    query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What the tests of all partners know of one.

    `sign` makes the push of a content, with a secret, at a time. `delivered` is the content of a push of one scan that delivers a
    waybill, `status` what that is here, and `say` puts a sentence of the courier into it. `failure` is what
    a refusal has in its body, as fields of an object or as text. `tables` are the reference of its codes
    beside the whole of the adapter's table. `secret` makes a secret that the partner can have of any text.
    """

    sign: Callable[[object, str, datetime], Signed]
    delivered: Callable[[str, datetime], Any]
    say: Callable[[Any, str], Any]
    failure: Mapping[str, object] | bytes
    tables: Mapping[str, tuple[Rows, Mapping[str, Meaning]]] = field(default_factory=dict)
    status: str = "delivered"
    secret: Callable[[str], str] = str


def md5(text: str) -> bytes:
    return hashlib.md5(text.encode(), usedforsecurity=False).digest()


def base64_md5(text: str) -> str:
    return base64.b64encode(md5(text)).decode()


def text_of(content: object) -> str:
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


def form(**fields: str) -> Signed:
    return Signed(urlencode(fields).encode(), {"content-type": "application/x-www-form-urlencoded"})


def in_china(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
