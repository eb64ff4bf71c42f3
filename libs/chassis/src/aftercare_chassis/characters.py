"""Tests of the characters in a text by their Unicode properties.

The properties come from pydantic's regular expressions (Rust's `regex`): Python's `re` has none, and `unicodedata` lacks
Default_Ignorable_Code_Point.
"""

from collections.abc import Callable

from pydantic_core import SchemaValidator, core_schema


def _finds(pattern: str) -> Callable[[str], bool]:
    return SchemaValidator(core_schema.str_schema(pattern=pattern)).isinstance_python


# Letters, marks and symbols whose glyph in the code charts is empty; no property marks them as invisible (BRAILLE PATTERN
# BLANK, MUSICAL SYMBOL NULL NOTEHEAD, EGYPTIAN HIEROGLYPH FULL and HALF BLANK, KHITAN SMALL SCRIPT FILLER).
_EMPTY_GLYPHS = r"\u{2800}\u{1D159}\u{13441}\u{13442}\u{16FE4}"

shows = _finds(rf"[^\p{{Cc}}\p{{Cf}}\p{{Z}}\p{{Default_Ignorable_Code_Point}}{_EMPTY_GLYPHS}]")
"""Whether the text has a visible character.

Invisible are control and format characters (Cc, Cf), separators (Zs, Zl, Zp), Default_Ignorable_Code_Point (variation
selectors, Hangul fillers, the grapheme joiner), and characters whose glyph is empty. Beside a visible character all of them
are permitted: joiners within emoji, the non-joiner of Persian, full-width spaces. Unassigned code points count as visible:
they may be emoji of a later Unicode version.
"""

breaks_line = _finds(r"[\p{Cc}\p{Zl}\p{Zp}]")
"""Whether the text has a character that a one-line field must not have: a control character (Cc, which includes U+0085 and
U+009B), or a line or paragraph separator (Zl, Zp)."""

has_control = _finds(r"[\p{Cc}--[\t\n\r\u{85}]]")
"""Whether the text has a control character (Cc) other than a tab or a line break."""
