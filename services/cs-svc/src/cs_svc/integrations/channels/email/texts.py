"""The text of an e-mail: from HTML, and without what its author repeated of earlier ones."""

import re
from html.parser import HTMLParser

from cs_svc.integrations.channels.texts import clean

LONGEST_HTML = 200_000
_DROPPED = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BLOCKS = frozenset({"p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "blockquote", "hr"})
_QUOTES = frozenset({"gmail_quote", "moz-cite-prefix", "yahoo_quoted", "qmbox", "ntes-mailmaster-quote"})
"""Classes of the elements in which web mail quotes what it answers."""
_QUOTE_BEGINS = re.compile(
    r"^(?:-{2,}\s*(?:Original Message|Forwarded message|原始邮件|转发邮件|回复的原邮件)\s*-{2,}.*"
    r"|On .{4,200} wrote:|在.{4,200}写道[:：]|.{0,100}于.{4,100}写道[:：]"
    r"|(?:From|发件人)[:：] ?.{3,200}|_{10,}|-- ?)$"
)


def split(text: str) -> tuple[str, str | None]:
    """What the author wrote, and what was repeated or is a signature.

    Where nothing remains, the author wrote below or between the quoted lines: those that begin with `>` are the quotation then.
    """
    lines = text.split("\n")
    begin = next((place for place, line in enumerate(lines) if _begins(line)), len(lines))
    head = [line for line in lines[:begin] if not line.startswith(">")]
    tail = [line for line in lines[:begin] if line.startswith(">")] + lines[begin:]
    if not "".join(head).strip():
        head = [line for line in lines if not line.startswith(">") and not _begins(line)]
        tail = [line for line in lines if line.startswith(">") or _begins(line)]
    written, repeated = clean("\n".join(head)), clean("\n".join(tail))
    return (written, repeated or None) if written else (repeated, None)


def _begins(line: str) -> bool:
    """Whether what was repeated, or a signature, begins with this line."""
    return len(line) < 400 and _QUOTE_BEGINS.match(line.strip()) is not None


class _Reader(HTMLParser):
    """Collects the text of HTML; what is quoted gets a `>` at the beginning of its lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._dropped = self._quoted = 0
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._dropped += 1
        if tag in _BLOCKS:
            self.parts.append("\n")
        classes = set((dict(attrs).get("class") or "").split())
        if tag == "blockquote" or classes & _QUOTES:
            self._quoted += 1
            self._open.append(tag)
        elif tag in self._open:
            self._open.append("")  # an element of the same name within the quotation

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED and self._dropped:
            self._dropped -= 1
        if tag in _BLOCKS:
            self.parts.append("\n")
        if self._open and (self._open[-1] == tag or (tag in self._open and self._open[-1] == "")):
            self._quoted -= self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._dropped and data.strip():
            lines = " ".join(data.split())
            self.parts.append(f"\n> {lines}" if self._quoted > 0 else lines + " ")


def of_html(markup: str) -> str:
    """The text of HTML without its scripts, styles and pictures. Addresses behind links are left out: they may be others than they look."""
    reader = _Reader()
    reader.feed(markup[:LONGEST_HTML])
    reader.close()
    return "".join(reader.parts)
