"""Tests of the characters in a text by their Unicode properties."""

from aftercare_events.characters import INVISIBLE, finder

shows = finder(rf"[^\p{{Cc}}\p{{Z}}{INVISIBLE}]")
"""Whether the text has a visible character: one that is neither a control character (Cc), a separator (Zs, Zl, Zp) nor
otherwise INVISIBLE.

Beside a visible character all of them are permitted: joiners within emoji, the non-joiner of Persian, full-width spaces.
Unassigned code points count as visible: they may be emoji of a later Unicode version.
"""

breaks_line = finder(r"[\p{Cc}\p{Zl}\p{Zp}]")
"""Whether the text has a character that a one-line field must not have: a control character (Cc, which includes U+0085 and
U+009B), or a line or paragraph separator (Zl, Zp)."""

has_control = finder(r"[\p{Cc}--[\t\n\r\u{85}]]")
"""Whether the text has a control character (Cc) other than a tab or a line break."""
