"""What a text shows to its reader, judged by Unicode property.

The tables are those of pydantic's regular expressions (Rust's `regex`): Python's `re` knows no properties, and
`unicodedata` lacks Default_Ignorable_Code_Point.
"""

from collections.abc import Callable

from pydantic_core import SchemaValidator, core_schema


def _finds(pattern: str) -> Callable[[str], bool]:
    return SchemaValidator(core_schema.str_schema(pattern=pattern)).isinstance_python


# No property says of these that they show nothing: as letters, marks and symbols they stand for "nothing here", and their
# glyph in the code charts is empty (BRAILLE PATTERN BLANK, MUSICAL SYMBOL NULL NOTEHEAD, EGYPTIAN HIEROGLYPH FULL and HALF
# BLANK, KHITAN SMALL SCRIPT FILLER).
_EMPTY_GLYPHS = r"\u{2800}\u{1D159}\u{13441}\u{13442}\u{16FE4}"

shows = _finds(rf"[^\p{{Cc}}\p{{Cf}}\p{{Z}}\p{{Default_Ignorable_Code_Point}}{_EMPTY_GLYPHS}]")
"""Whether a reader sees anything of the text.

Nothing is seen of control and format characters (Cc, Cf), separators (Zs, Zl, Zp), what Unicode declares
Default_Ignorable_Code_Point (variation selectors, Hangul fillers, the grapheme joiner), and characters whose glyph is empty.
One other character makes a text visible, and then all of these may stand beside it: joiners within emoji, the non-joiner of
Persian, full-width spaces. Unassigned code points count as seen: they may be the emoji of a later Unicode.
"""

breaks_line = _finds(r"[\p{Cc}\p{Zl}\p{Zp}]")
"""Whether the text holds what a one-line field does not: a control character (Cc, so U+0085 and U+009B too) or a line or
paragraph separator (Zl, Zp)."""

has_control = _finds(r"[\p{Cc}--[\t\n\r\u{85}]]")
"""Whether the text holds a control character (Cc) that is neither a tab nor a line break."""
