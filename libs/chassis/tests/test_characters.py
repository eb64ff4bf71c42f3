"""Visible characters, over all of Unicode, compared with Python's own categories."""

from collections.abc import Iterator
from unicodedata import category

import pytest
from aftercare_chassis.characters import breaks_line, has_control, shows

INVISIBLE = ("Cc", "Cf", "Zs", "Zl", "Zp")
VARIATION_SELECTORS = ("\ufe00", "\ufe0f", "\u180b", "\U000e0100", "\U000e01ef")
FILLERS = ("\u115f", "\u1160", "\u3164", "\uffa0", "\u034f", "\u17b4", "\u2800", "\U0001d159")


def characters() -> Iterator[str]:
    """Every code point except surrogates, which no text holds."""
    yield from (chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000)


def test_control_and_format_characters_and_separators_are_invisible() -> None:
    assert [char for char in characters() if category(char) in INVISIBLE and shows(char)] == []


def test_letters_digits_marks_and_symbols_are_visible_except_ignorable_and_empty_ones() -> None:
    hidden = {char for char in characters() if category(char)[0] in "LNPSM" and not shows(char)}
    assert hidden >= {*VARIATION_SELECTORS, *FILLERS}
    assert 250 < len(hidden) < 300, "some 256 variation selectors and a dozen fillers"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \t\n",
        "\u200b",
        "\u2060\ufeff\u00ad",
        "\u3164\u3164",
        "\u2800",
        "\u200e\u200f",
        "\ufe0f",
        "\u180e\u3000",
    ],
)
def test_a_text_of_invisible_characters_is_blank(text: str) -> None:
    assert not shows(text)


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d🔧",
        "❤\ufe0f",
        "می\u200cخواهم",
        "漏水\u3000退款",
        "🏴\U000e0067\U000e0062\U000e007f",
        "\u202bسلام\u202c",
        "é",
        "\U0001fae9",
    ],
)
def test_invisible_characters_are_permitted_beside_a_visible_one(text: str) -> None:
    assert shows(text)
    assert not breaks_line(text)


def test_a_line_has_no_control_character_and_no_line_separator() -> None:
    assert {char for char in characters() if breaks_line(char)} == {
        char for char in characters() if category(char) in ("Cc", "Zl", "Zp")
    }


def test_a_text_of_several_lines_has_no_other_control_character() -> None:
    breaks = {"\t", "\n", "\r", "\x85"}
    assert {char for char in characters() if has_control(char)} == {
        char for char in characters() if category(char) == "Cc"
    } - breaks
