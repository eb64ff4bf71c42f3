"""The parts of an e-mail: headers, texts and files, within limits whatever arrives (RFC 5322, RFC 2045 to 2047)."""

import codecs
import hashlib
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from typing import TypeAlias

from cs_svc.domain.attachments import MOST_BYTES, MOST_BYTES_TOGETHER, MOST_FILES
from cs_svc.integrations.channels.port import File, Unreadable
from cs_svc.integrations.channels.texts import one_line

LARGEST = 15 * 1024 * 1024
"""Bytes of a mail that is read: files of ten megabytes in base64."""
_MOST_MULTIPARTS = 200
_MOST_PARTS = 20_000
_LONGEST_HEADER = 2_000
# Labels that mail programs use for more than they say.
_CHARSETS = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "ks_c_5601-1987": "cp949", "us-ascii": "utf-8"}
_TEXTUAL = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf_7", "undefined"})
"""Codecs of Python that no mail means."""

Mail: TypeAlias = "Message[str, str]"
"""A mail, or a part of one. At run time its class takes no parameters."""


def read(raw: bytes) -> Mail:
    """The mail. Raises: Unreadable where it is too large, or nested too deeply."""
    if len(raw) > LARGEST:
        raise Unreadable("mail_too_large")
    low = raw.lower()
    if low.count(b"boundary") > _MOST_MULTIPARTS or low.count(b"message/rfc822") > _MOST_MULTIPARTS:
        raise Unreadable("mail_too_nested")
    try:
        return message_from_bytes(raw)
    except (RecursionError, ValueError, LookupError, AssertionError):
        raise Unreadable("mail_malformed") from None


def header(mail: Mail, name: str) -> str:
    """A header on one line with its encoded words decoded; the empty string where there is none."""
    value = str(mail.get(name, ""))[:_LONGEST_HEADER]
    try:
        pieces = [
            piece if isinstance(piece, str) else decoded(piece, charset or "utf-8")
            for piece, charset in decode_header(value)
        ]
    except (HeaderParseError, ValueError, LookupError):
        return one_line(value, _LONGEST_HEADER)
    return one_line("".join(pieces), _LONGEST_HEADER)


def decoded(content: bytes, charset: str) -> str:
    """The text in its charset; where that is wrong, in the first of UTF-8 and GB 18030 that fits, at last with replacements."""
    named = _CHARSETS.get(charset.lower().strip("\"' "), charset.strip("\"' "))
    for each in (named, "utf-8", "gb18030"):
        try:
            info = codecs.lookup(each)
            if info._is_text_encoding and info.name.replace("-", "_") not in _TEXTUAL:
                return content.decode(info.name)
        except (LookupError, ValueError):
            continue
    return content.decode("utf-8", "replace")


def leaves(mail: Mail) -> Iterator[Mail]:
    """The parts that have content of their own, in order, without recursion; a forwarded mail is one part.

    Raises:
        Unreadable: there are too many.
    """
    waiting, seen = [mail], 0
    while waiting:
        part, seen = waiting.pop(), seen + 1
        if seen > _MOST_PARTS:
            raise Unreadable("mail_too_many_parts")
        # What is not multipart is not read here: to decode it in a malformed charset raises.
        payload = part.get_payload() if part.is_multipart() else None
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting.extend(each for each in reversed(payload) if isinstance(each, Message))
        else:
            yield part


def content_of(part: Mail) -> bytes:
    """The bytes of a part; of a forwarded mail, its source."""
    if part.is_multipart():
        return b"".join(bytes(each) for each in part.get_payload() if isinstance(each, Message))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def is_file(part: Mail) -> bool:
    """Whether a part is a file: it is attached, or no text."""
    return part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text"


def files(parts: list[Mail]) -> tuple[File, ...]:
    """The first MOST_FILES files; the content of those within the limits. Archives are not opened."""
    found, together = list[File](), 0
    for part in parts[:MOST_FILES]:
        content = content_of(part)
        kept = len(content) <= MOST_BYTES and together + len(content) <= MOST_BYTES_TOGETHER
        together += len(content) if kept else 0
        name = one_line(part.get_filename() or "") or "unnamed"
        found.append(
            File(
                name=name,
                media_type=one_line(part.get_content_type(), 100),
                size_bytes=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                content=content if kept else None,
            )
        )
    return tuple(found)
