"""The lines of a file as texts of bounded length, each with what is wrong with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from aftercare_cli.stack.interface import StackError

LONGEST_LINE = 1_000_000
"""In bytes. What is longer is passed over in pieces of this size."""
_OTHER_FILES = {
    b"\x1f\x8b": "compressed by gzip: unpack it",
    b"PK\x03\x04": "a ZIP archive, or a workbook of a spreadsheet program: save it as CSV in UTF-8",
    b"\xd0\xcf\x11\xe0": "a workbook of a spreadsheet program: save it as CSV in UTF-8",
    b"\xff\xfe": "in UTF-16: save it as UTF-8",
    b"\xfe\xff": "in UTF-16: save it as UTF-8",
}
"""By the bytes with which they begin."""


class FileUnreadable(StackError):
    """The file as a whole cannot be read: another encoding, or other columns."""


class Lines(Iterator[str]):
    """The lines of a file, which is UTF-8 with or without a byte-order mark.

    `number` is the line that was read last, from 1. `wrong` is what is wrong with it, or with one before it, until it is set to None; the
    text of such a line has replacement characters, or is empty.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.number = 0
        self.wrong: str | None = None
        self._file = file

    def __next__(self) -> str:
        raw = self._file.readline(LONGEST_LINE + 1)
        if not raw:
            raise StopIteration
        self.number += 1
        if len(raw) > LONGEST_LINE:
            while raw and not raw.endswith(b"\n"):
                raw = self._file.readline(LONGEST_LINE)
            self._note(f"it is longer than {LONGEST_LINE} bytes")
            return "\n"
        if self.number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            self._note(_encoding(raw))
            text = raw.decode("utf-8", "replace")
        if "\0" in text:
            self._note("it has NUL bytes; save the file as UTF-8")
            return text.replace("\0", "\ufffd")
        return text

    def _note(self, wrong: str) -> None:
        self.wrong = self.wrong or wrong


@contextmanager
def opened(path: Path) -> Iterator[Lines]:
    """The lines of the file. Raises: FileUnreadable where it begins as an archive, a workbook or a text in UTF-16 does."""
    with path.open("rb") as file:
        begin = file.read(4)
        for first, what in _OTHER_FILES.items():
            if begin.startswith(first):
                raise FileUnreadable(f"{path.name} is {what}")
        file.seek(0)
        yield Lines(file)


def copy_lines(source: Path, spans: Iterator[tuple[int, int]], target: BinaryIO) -> None:
    """Copy lines as they are: those of each span, from its first line to before its second, in rising order."""
    with source.open("rb") as file:
        number = 1
        first, after = next(spans, (0, 0))
        while first and (piece := file.readline(LONGEST_LINE)):
            if number >= first:
                target.write(piece)
            if piece.endswith(b"\n"):
                number += 1
                if number >= after:
                    first, after = next(spans, (0, 0))


def _encoding(raw: bytes) -> str:
    """What a line that is not UTF-8 may be."""
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "it is not UTF-8"
    return "it is not UTF-8 but perhaps GBK: convert it, as with `iconv -f GB18030 -t UTF-8`"
