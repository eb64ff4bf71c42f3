"""Invisible characters."""

import unicodedata

import pytest
from aftercare_events.characters import finder, is_invisible


@pytest.mark.parametrize(
    "character", ["\u00ad", "\u200b", "\u2060", "\ufe0f", "\u3164", "\u034f", "\u2800", "\U0001d159"]
)
def test_characters_without_a_glyph_are_invisible(character: str) -> None:
    assert is_invisible(character)


@pytest.mark.parametrize("character", ["a", "退", "-", "0", " ", "\u3000", "\n", "\u0301", "🙂", "\u0378"])
def test_letters_spaces_and_unassigned_code_points_are_not(character: str) -> None:
    assert not is_invisible(character)


def test_all_format_characters_are_invisible() -> None:
    formats = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"]
    assert [hex(ord(character)) for character in formats if not is_invisible(character)] == []


def test_only_single_characters_are_tested() -> None:
    assert not is_invisible("")
    assert not is_invisible("\u200b\u200b")


def test_a_finder_searches_the_whole_text() -> None:
    assert finder(r"\d")("SF 1")
    assert not finder(r"\d")("SF")
