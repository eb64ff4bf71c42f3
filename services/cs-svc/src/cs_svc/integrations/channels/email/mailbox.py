"""E-mails in, over IMAP. The calls block, so that they run in a thread."""

import hashlib
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from typing import Any

from imap_tools.errors import MailboxUidsError
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxUnencrypted

from cs_svc.integrations.channels.email.parts import LARGEST

AT_A_TIME = 20
_SECONDS = 30
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAccount:
    """A mailbox. `security`: `tls`, or `none`, which is for tests."""

    host: str
    port: int
    security: str
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail as the server has it, and what makes two copies of it the same one."""

    uid: str
    push_id: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Reads the mails that have no flag `\\Seen`, and sets it once they are stored here."""

    account: ImapAccount

    def fetch(self) -> list[Fetched]:
        """The oldest unseen mails, AT_A_TIME at most; of one that is too large, the headers alone."""
        with self._open() as box:
            uids = box.uids("UNSEEN")[:AT_A_TIME]
            return [_fetched(uid, self._raw(box, uid)) for uid in uids]

    def mark_stored(self, fetched: list[Fetched]) -> None:
        """Set the flag."""
        with self._open() as box:
            # The library's own method also expunges what anybody else has marked as deleted.
            _checked(box.client.uid("STORE", ",".join(each.uid for each in fetched), "+FLAGS", "(\\Seen)"))

    def _open(self) -> AbstractContextManager[BaseMailBox]:
        account = self.account
        made: Callable[..., BaseMailBox] = MailBox if account.security == "tls" else MailBoxUnencrypted
        box = made(account.host, account.port, timeout=_SECONDS)
        return box.login(account.username, account.password, initial_folder=account.folder)

    def _raw(self, box: BaseMailBox, uid: str) -> bytes:
        """The bytes of a mail. The library's own method parses them, and a mail may be nested too deeply for that."""
        size = _SIZE.search(_bytes(box.client.uid("FETCH", uid, "(RFC822.SIZE)")))
        too_large = size is not None and int(size[1]) > LARGEST
        return _bytes(box.client.uid("FETCH", uid, f"(BODY.PEEK[{'HEADER' if too_large else ''}])"))


# Any: as `imaplib` has it, a list of texts, and of pairs of one and a literal.
def _checked(response: tuple[str, list[Any]]) -> list[Any]:
    status, data = response
    if status != "OK":
        raise MailboxUidsError(response, "OK")
    return data


def _bytes(response: tuple[str, list[Any]]) -> bytes:
    """The literal of a response to FETCH, else its text."""
    data = _checked(response)
    literal = next((each[1] for each in data if isinstance(each, tuple)), None)
    return bytes(literal) if literal is not None else b" ".join(each for each in data if isinstance(each, bytes))


def _fetched(uid: str, raw: bytes) -> Fetched:
    """A mail is the same one by its Message-ID and sender: a copy of it came another way. One without is so by its content."""
    headers = BytesHeaderParser().parsebytes(raw)
    named = f"{headers.get('Message-ID', '')}\n{headers.get('From', '')}".strip()
    basis = named.encode("utf-8", "replace") if headers.get("Message-ID") else raw
    return Fetched(uid, hashlib.sha256(basis).hexdigest(), raw)
