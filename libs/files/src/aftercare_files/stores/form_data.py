"""Reading the form of an S3 upload (multipart/form-data, RFC 7578) as it arrives: small fields first, then the file, which is last."""

import re
from collections.abc import AsyncIterator
from email.message import Message

MOST_FIELD_BYTES = 20_000
"""Of everything that comes before the content of the file; the limit of S3."""
_NAME = re.compile(r';\s*name="([^"\r\n]{1,100})"', re.IGNORECASE)


class FormMalformed(ValueError):
    """The body is no such form."""


class UploadedForm:
    """A form whose fields have been read; `content()` returns the file. Created by `read`."""

    def __init__(self, chunks: AsyncIterator[bytes], delimiter: bytes) -> None:
        self.fields: dict[str, str] = {}
        self._chunks, self._delimiter, self._buffer = chunks, delimiter, b"\r\n"

    @classmethod
    async def read(cls, chunks: AsyncIterator[bytes], content_type: str) -> "UploadedForm":
        """The form with all fields up to the file. Raises: FormMalformed."""
        header = Message()
        header["content-type"] = content_type
        boundary = header.get_param("boundary")
        if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str) or len(boundary) > 70:
            raise FormMalformed("not a form")
        form = cls(chunks, b"\r\n--" + boundary.encode("ascii", "replace"))
        await form._read_fields()
        return form

    async def content(self) -> AsyncIterator[bytes]:
        """The content of the file, in pieces. Raises: FormMalformed where the body ends before the file does."""
        while True:
            place = self._buffer.find(self._delimiter)
            if place >= 0:
                yield self._buffer[:place]
                return
            # The delimiter may have begun at the end of what has arrived.
            keep = len(self._delimiter) - 1
            piece, self._buffer = self._buffer[:-keep], self._buffer[-keep:]
            if piece:
                yield piece
            await self._more()

    async def _read_fields(self) -> None:
        left = MOST_FIELD_BYTES
        preamble = await self._until(self._delimiter, left)
        if preamble:
            raise FormMalformed("something precedes the form")
        while True:
            if await self._until(b"\r\n", left):
                raise FormMalformed("there is no file")
            headers = await self._until(b"\r\n\r\n", left)
            name = _name(headers)
            if name == "file":
                return
            value = await self._until(self._delimiter, left)
            left -= len(headers) + len(value)
            if name in self.fields:
                raise FormMalformed("a field is repeated")
            self.fields[name] = value.decode()

    async def _until(self, end: bytes, most: int) -> bytes:
        while (place := self._buffer.find(end)) < 0:
            if len(self._buffer) > most:
                raise FormMalformed("the fields are too large")
            await self._more()
        found, self._buffer = self._buffer[:place], self._buffer[place + len(end) :]
        if len(found) > most:
            raise FormMalformed("the fields are too large")
        return found

    async def _more(self) -> None:
        chunk = await anext(self._chunks, b"")
        if not chunk:
            raise FormMalformed("the body has ended too early")
        self._buffer += chunk


def _name(headers: bytes) -> str:
    for line in headers.decode("utf-8", "replace").split("\r\n"):
        if line.lower().startswith("content-disposition:") and (found := _NAME.search(line)):
            return found[1]
    raise FormMalformed("a part has no name")
