"""What a text shows, over all of Unicode, with Python's own categories as the second opinion."""

from collections.abc import Iterator
from unicodedata import category

import pytest
from aftercare_chassis.characters import breaks_line, has_control, shows

INVISIBLE = ("Cc", "Cf", "Zs", "Zl", "Zp")
VARIATION_SELECTORS = ("\ufe00", "\ufe0f", "\u180b", "\U000e0100", "\U000e01ef")
FILLERS = ("\u115f", "\u1160", "\u3164", "\uffa0", "\u034f", "\u17b4", "\u2800", "\U0001d159")


def characters() -> Iterator[str]:
    """Every character there is, without the halves of surrogate pairs, which no text holds."""
    yield from (chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000)


def test_nothing_is_seen_of_controls_formats_and_separators() -> None:
    assert [char for char in characters() if category(char) in INVISIBLE and shows(char)] == []


def test_letters_digits_marks_and_symbols_are_seen_but_for_those_that_are_ignored_or_empty() -> None:
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
def test_a_text_of_such_characters_alone_is_blank(text: str) -> None:
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
def test_beside_something_that_is_seen_they_may_stand(text: str) -> None:
    assert shows(text)
    assert not breaks_line(text)


def test_one_line_has_no_control_character_and_no_separator_of_lines() -> None:
    assert {char for char in characters() if breaks_line(char)} == {
        char for char in characters() if category(char) in ("Cc", "Zl", "Zp")
    }


def test_lines_may_end_in_prose_and_nothing_else_may_control_it() -> None:
    breaks = {"\t", "\n", "\r", "\x85"}
    assert {char for char in characters() if has_control(char)} == {
        char for char in characters() if category(char) == "Cc"
    } - breaks
