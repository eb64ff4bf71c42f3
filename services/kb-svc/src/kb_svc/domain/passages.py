"""The passages of an article that have vectors: its title, and each section with the title and its heading."""

import re
from collections.abc import Iterator

from kb_svc.domain.markdown import blocks, plain

LONGEST = 600  # characters of a passage; a longer section is parted at the end of a sentence
MOST = 40  # passages of an article
FIRST_QUESTION = 1_000
"""The position of the first question of editors among the passages of an article; sections come before it."""
_SENTENCE_END = re.compile(r"(?<=[。！？；!?;])|(?<=[.])(?= )")


def passages(title: str, markdown: str) -> list[str]:
    """The texts of the passages, at most the first 40."""
    found = [title]
    for heading, text in _sections(markdown):
        head = f"{title} {heading}".strip()
        found += [f"{head} {part}" for part in _parts(text)]
        if len(found) >= MOST:
            break
    return found[:MOST]


def _sections(markdown: str) -> Iterator[tuple[str, str]]:
    """The heading and the plain text of each section; what stands before the first heading has none."""
    lines, tokens = markdown.splitlines(), blocks(markdown)
    spans = [token.map for token in tokens if token.type == "heading_open" and token.map]
    begin, heading = 0, ""
    for start, end in [*spans, [len(lines), len(lines)]]:
        if text := plain("\n".join(lines[begin:start])):
            yield heading, text
        begin, heading = end, plain("\n".join(lines[start:end]))


def _parts(text: str) -> Iterator[str]:
    part = ""
    for sentence in _SENTENCE_END.split(text):
        while len(sentence) > LONGEST:
            if part:
                yield part
            part, sentence = sentence[:LONGEST], sentence[LONGEST:]
        if part and len(part) + len(sentence) > LONGEST:
            yield part
            part = ""
        part += sentence
    if part.strip():
        yield part
