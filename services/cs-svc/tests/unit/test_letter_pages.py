"""Letters as PDF, read back by another library."""

from datetime import UTC, datetime

import pypdfium2
from cs_svc.integrations.letter_pages import WIDTH, LetterText, pdf, wrapped
from hypothesis import given, settings
from hypothesis import strategies as st

AT = datetime(2026, 3, 2, tzinfo=UTC)


def text_of(*paragraphs: str) -> list[str]:
    """The text of each page."""
    document = pypdfium2.PdfDocument(pdf(LetterText(title="答复", paragraphs=paragraphs, written_at=AT)))
    return [page.get_textpage().get_text_range() for page in document]


def test_a_long_letter_has_pages_and_loses_nothing() -> None:
    paragraphs = [f"第{number}条 paragraph {number}" for number in range(100)]
    pages = text_of(*paragraphs)
    assert len(pages) == 3
    assert [each for each in paragraphs if each not in "\n".join(pages)] == []


def test_characters_without_a_glyph_are_squares() -> None:
    assert "好\u25a1完" in text_of("好😀完")[0]


def test_the_same_letter_has_the_same_bytes() -> None:
    letter = LetterText(title="答复", paragraphs=["一"], written_at=AT)
    assert pdf(letter) == pdf(letter)


@settings(max_examples=50)
@given(st.text(max_size=300))
def test_lines_fit_and_every_text_is_a_readable_letter(text: str) -> None:
    for line in wrapped(text):
        assert sum(0.5 if " " <= each <= "~" else 1 for each in line) * 11 <= WIDTH
    assert len(text_of(text)) >= 1
