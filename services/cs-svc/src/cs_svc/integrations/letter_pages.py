"""A letter as PDF, A4, in Chinese and English.

Written without a library and without a font in it: it names STSong-Light, one of the fonts that PDF readers have or replace for Chinese (Adobe
Technical Note 5079, Adobe-GB1), in the encoding UniGB-UCS2-H. fpdf2 with a font embedded, as order-svc prints labels, needs some
60 MB that the image of this service is not to have (ADR 68). Format: ISO 32000-1, 7.3 to 7.7 and 9.7.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 595, 842
"""A4 in points."""
_MARGIN, _SIZE, _LEADING, _TITLE_SIZE = 72, 11, 18, 16
_COLUMNS = (WIDTH - 2 * _MARGIN) / _SIZE
_LINES = int((HEIGHT - 2 * _MARGIN) / _LEADING)
_MISSING = "\u25a1"
_FONT = """<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-UniGB-UCS2-H /Encoding /UniGB-UCS2-H /DescendantFonts [<<
/Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >>
/DW 1000 /W [1 95 500] /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880]
/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >> >>] >>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterText:
    """What a letter says, and when it was written."""

    title: str
    paragraphs: Sequence[str]
    written_at: datetime


def pdf(letter: LetterText) -> bytes:
    """The letter, with as many pages as it needs. The same letter makes the same bytes."""
    lines = [line for paragraph in letter.paragraphs for line in wrapped(paragraph)]
    first, rest = lines[: _LINES - 3], lines[_LINES - 3 :]
    pages = [first, *(rest[at : at + _LINES] for at in range(0, len(rest), _LINES))]
    contents = [_content(page, letter.title if number == 0 else None) for number, page in enumerate(pages)]
    return _document(contents, letter.title, letter.written_at)


def wrapped(paragraph: str) -> Iterator[str]:
    """The lines of a paragraph; words are kept together where they fit, and each line feed begins a line."""
    for part in paragraph.replace("\t", " ").splitlines() or [""]:
        line, width = "", 0.0
        for piece in _pieces(part):
            size = sum(map(_width, piece))
            if line and width + size > _COLUMNS:
                yield line.rstrip()
                line, width, piece = "", 0.0, piece.lstrip()
                size = sum(map(_width, piece))
            line, width = line + piece, width + size
        yield line


def _pieces(text: str) -> Iterator[str]:
    """Words with the space before them, and single characters of wide scripts. A longer word than a line is divided."""
    word = ""
    for character in text:
        wide = _width(character) == 1
        if word and (wide or character == " " or sum(map(_width, word)) > _COLUMNS - 1):
            yield word
            word = ""
        if wide:
            yield character
        else:
            word += character
    if word:
        yield word


def _width(character: str) -> float:
    return 0.5 if " " <= character <= "~" else 1


def _content(lines: Sequence[str], title: str | None) -> bytes:
    top = HEIGHT - _MARGIN
    parts = [f"BT {_LEADING} TL"]
    if title is not None:
        left = max(_MARGIN, (WIDTH - sum(map(_width, title)) * _TITLE_SIZE) / 2)
        parts += [f"/F {_TITLE_SIZE} Tf 1 0 0 1 {left:.1f} {top} Tm <{_hex(title)}> Tj"]
        top -= 3 * _LEADING
    parts += [f"/F {_SIZE} Tf 1 0 0 1 {_MARGIN} {top} Tm"]
    parts += [f"<{_hex(line)}> Tj T*" for line in lines]
    return "\n".join([*parts, "ET"]).encode()


def _hex(text: str) -> str:
    """The text in UCS-2. A character that this has not, or that is none to be seen, becomes an empty square."""
    shown = (each if each.isprintable() and ord(each) < 0x10000 else _MISSING for each in text)
    return "".join(shown).encode("utf-16-be").hex()


def _document(contents: Sequence[bytes], title: str, at: datetime) -> bytes:
    first = 5
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        _FONT.encode(),
        f"<< /Title <feff{_hex(title)}> /CreationDate (D:{at:%Y%m%d%H%M%S}Z) >>".encode(),
    ]
    for number, content in enumerate(contents):
        page = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Resources << /Font << /F 3 0 R >> >> "
            f"/Contents {first + 2 * number + 1} 0 R >>"
        )
        objects += [page.encode(), b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)]
    return _with_offsets(objects)


def _with_offsets(objects: Sequence[bytes]) -> bytes:
    """The file: its objects, and the table of where each begins."""
    file, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    begins = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    file += b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, begins)
    return bytes(file)
