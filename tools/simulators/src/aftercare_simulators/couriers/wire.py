"""What every partner's format is made of. Written from the partners' contracts, without the code that reads them."""

import base64
import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from typing import ClassVar
from urllib.parse import urlencode

Codes = Mapping[str, tuple[str, str]]
"""Code and sentence by status."""
CHINA = timezone(timedelta(hours=8))


class StatusUnknown(ValueError):
    """The partner has no code for a status; the message names those that it has."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One event of a parcel, with the status names of the shop's API.

    `reference` is the number under which the parcel was registered with the courier, `delivered_to` who took it: `person`, `proxy`,
    `locker` or `station`.
    """

    waybill_no: str
    status: str
    at: datetime
    carrier: str | None = None
    reference: str | None = None
    delivered_to: str | None = None

    @property
    def china(self) -> str:
        """Its time as clocks in China show it, to the second."""
        return self.local(CHINA)

    def local(self, zone: tzinfo) -> str:
        """Its time as clocks in this zone show it, to the second."""
        return self.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True, slots=True)
class Request:
    """A signed push. Posted again, it is the same push."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Partner(ABC):
    """How one partner writes, signs and repeats pushes, and what it takes for an acknowledgement.

    `codes` are its code and sentence for each status; `histories`: each push has all scans of the parcel so far. `pauses` are the
    seconds before each repetition. After `gives_up_after` pushes in a row that were not acknowledged it posts no more; None: it never does.
    `shown` are the statuses that the shop gives single scans where a code has another meaning after others.
    """

    name: str
    codes: ClassVar[Codes]
    histories = False
    pauses: tuple[float, ...] = (60, 300, 1800)
    gives_up_after: int | None = None
    shown: ClassVar[Mapping[str, str]] = {}

    @property
    def adapter(self) -> str:
        """The partner in the address that it posts to: its name, unless it is another format of one."""
        return self.name

    @abstractmethod
    def content(self, history: Sequence[Scan]) -> str:
        """The text of a push about the last of these scans of one parcel, which are in the order in which they happened."""

    @abstractmethod
    def wrap(self, content: str, secret: str) -> Request:
        """The signed request with this text."""

    @abstractmethod
    def is_acknowledged(self, status: int, body: bytes) -> bool:
        """Whether the partner takes this response for an acknowledgement; else it posts the push again."""

    def encode(self, history: Sequence[Scan], secret: str) -> Request:
        """The push about the last of these scans.

        Raises:
            StatusUnknown: the partner has no code for a status.
        """
        return self.wrap(self.content(history), secret)

    def code(self, scan: Scan) -> tuple[str, str]:
        """The code and the sentence for a scan. Raises: StatusUnknown."""
        if scan.status not in self.codes:
            raise StatusUnknown(f"{self.name} has no status `{scan.status}`; it has {', '.join(self.codes)}")
        return self.codes[scan.status]


def form(fields: Mapping[str, str], **headers: str) -> Request:
    """A form in UTF-8."""
    return Request(urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"} | headers)


def as_json(value: object) -> str:
    """JSON as partners in China write it: no escapes for characters."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def md5(text: str) -> bytes:
    """The 16 bytes of the digest that most couriers in China sign with."""
    return hashlib.md5(text.encode(), usedforsecurity=False).digest()


def base64_of(raw: bytes) -> str:
    """Base64 with padding."""
    return base64.b64encode(raw).decode()


def json_of(body: bytes) -> Mapping[str, object]:
    """The JSON object in a response; empty where there is none."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
