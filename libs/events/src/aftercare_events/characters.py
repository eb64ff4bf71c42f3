"""Which characters a reader does not see, by their Unicode properties.

The properties come from pydantic's regular expressions (Rust's `regex`): Python's `re` has none, and `unicodedata` lacks
Default_Ignorable_Code_Point.
"""

from collections.abc import Callable

from pydantic_core import SchemaValidator, core_schema


def finder(pattern: str) -> Callable[[str], bool]:
    """Return a function that returns whether the pattern occurs in a text."""
    return SchemaValidator(core_schema.str_schema(pattern=pattern)).isinstance_python


# Letters, marks and symbols whose glyph in the code charts is empty; no property marks them as invisible (BRAILLE PATTERN
# BLANK, MUSICAL SYMBOL NULL NOTEHEAD, EGYPTIAN HIEROGLYPH FULL and HALF BLANK, KHITAN SMALL SCRIPT FILLER).
_EMPTY_GLYPHS = r"\u{2800}\u{1D159}\u{13441}\u{13442}\u{16FE4}"

INVISIBLE = rf"\p{{Cf}}\p{{Default_Ignorable_Code_Point}}{_EMPTY_GLYPHS}"
"""Invisible characters, as part of a bracketed class: format characters (Cf), Default_Ignorable_Code_Point (variation
selectors, Hangul fillers, the grapheme joiner), and characters whose glyph is empty. Space is not among them."""

is_invisible = finder(rf"^[{INVISIBLE}]$")
"""Whether a character is invisible."""
