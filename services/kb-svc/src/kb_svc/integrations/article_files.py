"""Files with articles: JSON lines, or a ZIP archive with a Markdown file per article.

A line is a JSON object with `kind`, `slug`, `language`, `title`, `body` and perhaps a list of `questions`. A Markdown file has the same but the
body in its head, between two lines `---`, as `name: value`, and each question as a line `- …` below `questions:`; in an archive `en/returns.md`, the folder and the name stand for `language` and `slug` where the head has
none. What cannot be read is a row with the reason, so that the others are checked as well; what is no such file at all is refused.
"""

import json
import stat
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Any

from kb_svc.domain.imports import QUESTIONS, RowUnreadable

LONGEST_ROW = 200_000
"""Bytes of a line or of a file in an archive: a body has 20,000 characters, and JSON may need six bytes for one."""
MOST_FILES = 200_000
LARGEST_ARCHIVE = 1 << 30
_CHUNK = 1 << 20
Fields = dict[str, Any]  # Any: JSON, checked later
Found = tuple[int, str | None, Fields | RowUnreadable]
"""The number of the line or file, the name of the file, and its fields or why they cannot be read."""


class FileUnusable(Exception):
    """The file is no JSON lines and no archive of Markdown files. The message says why."""


def hash_of(path: Path) -> str:
    """The hash of the bytes of a file: `sha256:…`."""
    found = sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return f"sha256:{found.hexdigest()}"


def read(path: Path) -> Iterator[Found]:
    """The articles of a file, in its order. Raises: FileUnusable."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive(path)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileUnusable("the file is in UTF-16; it has to be in UTF-8")
    if start.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zX", b"\x28\xb5\x2f\xfd")):
        raise FileUnusable("the file is compressed; unpack it, or make a ZIP archive of Markdown files")
    return _lines(path)


def _lines(path: Path) -> Iterator[Found]:
    with path.open("rb") as file:
        for number in range(1, 2**31):
            line = file.readline(LONGEST_ROW + 1)
            if not line:
                return
            if len(line) > LONGEST_ROW:
                _skip_line(file, line)
                yield number, None, _unreadable(f"the line has more than {LONGEST_ROW} bytes")
            elif line.strip():
                yield number, None, _object(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)


def _skip_line(file: IO[bytes], line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = file.readline(_CHUNK)


def _object(line: bytes) -> Fields | RowUnreadable:
    try:
        found = json.loads(line.decode("utf-8"), object_pairs_hook=_each_once)
    except UnicodeDecodeError:
        return _unreadable("it is not in UTF-8")
    except (ValueError, RecursionError):
        return _unreadable("it is no JSON object, or names a field twice")
    return found if isinstance(found, dict) else _unreadable("it is no JSON object")


def _each_once(pairs: list[tuple[str, Any]]) -> Fields:  # Any: JSON
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is named twice")
    return found


def _archive(path: Path) -> Iterator[Found]:
    if path.stat().st_size > LARGEST_ARCHIVE:
        raise FileUnusable(f"the archive has more than {LARGEST_ARCHIVE} bytes")
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if len(infos) > MOST_FILES:
                raise FileUnusable(f"the archive has more than {MOST_FILES} files")
            for number, info in enumerate(infos, start=1):
                yield number, info.filename[:200], _member(archive, info)
    except (zipfile.BadZipFile, zipfile.LargeZipFile) as error:
        raise FileUnusable("the archive is damaged") from error


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Fields | RowUnreadable:
    """The article of a file. No file is ever written: its name is only compared."""
    name = PurePosixPath(info.filename)
    if name.is_absolute() or ".." in name.parts or "\\" in info.filename or ":" in info.filename:
        return _unreadable("its path leaves the archive")
    if stat.S_ISLNK(info.external_attr >> 16):
        return _unreadable("it is a link")
    if name.suffix != ".md":
        return _unreadable("it is no Markdown file (.md)")
    if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return _unreadable("it is encrypted, or compressed by another method than deflate")
    try:
        with archive.open(info) as file:
            content = file.read(LONGEST_ROW + 1)  # whatever size the archive states for it
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError):
        return _unreadable("it is damaged")
    except Exception as error:  # zlib.error has no common base with the others
        if type(error).__module__ == "zlib":
            return _unreadable("it is damaged")
        raise
    if len(content) > LONGEST_ROW:
        return _unreadable(f"it has more than {LONGEST_ROW} bytes")
    return _markdown(content, name)


def _markdown(content: bytes, name: PurePosixPath) -> Fields | RowUnreadable:
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return _unreadable("it is not in UTF-8")
    before, *rest = text.split("---\n", 2)
    if before.strip() or len(rest) < 2:
        return _unreadable("it has no head between two lines ---")
    fields: Fields = {"slug": name.stem, **({"language": name.parts[-2]} if len(name.parts) > 1 else {})}
    named, key = set[str](), ""
    for line in rest[0].splitlines():
        if key == QUESTIONS and line.startswith("- "):
            fields[QUESTIONS] = [*fields.get(QUESTIONS, ()), line.removeprefix("- ").strip()]
            continue
        key, separator, value = line.partition(":")
        if not line.strip():
            continue
        key = key.strip()
        if not separator or key in named or (key == QUESTIONS and value.strip()):
            return _unreadable("a line of its head is not `name: value`, or names a field twice")
        named.add(key)
        fields[key] = [] if key == QUESTIONS else value.strip()
    return {**fields, "body": rest[1]}


def _unreadable(problem: str) -> RowUnreadable:
    return RowUnreadable(problem=problem)


def line(article: Fields) -> bytes:
    """An article as a line of JSON."""
    return json.dumps(article, ensure_ascii=False).encode() + b"\n"


class Writer:
    """Writes articles to a file: a ZIP archive of Markdown files where its name ends in `.zip`, else JSON lines."""

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) if path.suffix == ".zip" else None
        self._file = None if self._archive else path.open("wb")

    def write(self, article: Fields) -> None:
        """Add an article."""
        if self._file is not None:
            self._file.write(line(article))
        elif self._archive is not None:
            head = "".join(f"{name}: {article[name]}\n" for name in ("kind", "slug", "language", "title"))
            if asked := article.get(QUESTIONS):
                head += f"{QUESTIONS}:\n" + "".join(f"- {each}\n" for each in asked)
            name = f"{article['language']}/{article['slug']}.md"
            self._archive.writestr(name, f"---\n{head}---\n{article['body']}")

    def close(self) -> None:
        """End the file."""
        for each in (self._archive, self._file):
            if each is not None:
                each.close()
