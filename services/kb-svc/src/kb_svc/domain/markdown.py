"""Markdown to plain text: what a reader sees of an article, which is what is searched and what snippets are cut from."""

import html
import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_TAG = re.compile(r"<[^<>]*>")
_BREAKS = ("softbreak", "hardbreak")


def plain(markdown: str) -> str:
    """The words of a Markdown text without its marks, on one line."""
    return " ".join("".join(_texts(_PARSER.parse(markdown))).split())


def _texts(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline" or token.type == "image":  # an image is read by its description
            yield from _texts(token.children or [])
        elif token.type == "html_block":
            yield html.unescape(_TAG.sub(" ", token.content))
        elif token.type == "html_inline":
            yield " " if token.content.lower().startswith("<br") else ""
        else:
            yield token.content  # empty for the marks themselves
        if token.block or token.type in _BREAKS:
            yield " "
