"""No parser of what others send raises anything that it does not document: a short form of `make fuzz`, and what that found."""

from random import Random

import pytest
from parsers import PARSERS

CHANGES = 60
FOUND: dict[str, tuple[bytes, ...]] = {
    "request body": (b'{"a": 1, "a": 2}}',),
    "e-mail": (
        b'From: a@example.com\r\nContent-Type: text/plain; charset="utf\x00-8"\r\n\r\n\xe9\r\n',
        b"From: a@example.com\r\nContent-Type: multipart/m\x00\x00\r\n\r\n",
    ),
}
"""Inputs on which a parser failed once."""


def changed(chance: Random, data: bytes) -> bytes:
    """The input with up to four changes: bytes replaced, left out, repeated, or extreme."""
    for _ in range(chance.randrange(1, 5)):
        at, length = chance.randrange(len(data) + 1), chance.randrange(1, 9)
        new = chance.choice(
            (bytes([chance.randrange(256)]), b"", data[at : at + length] * 3, b"9" * 40, b"\x00", "\u202e退".encode())
        )
        data = data[:at] + new + data[at + chance.randrange(length + 1) :]
    return data


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_raises_what_it_documents(name: str) -> None:
    parser = PARSERS[name]()
    chance = Random(name)
    for data in (b"", b"\xff\xfe", b"[" * 20_000, *parser.examples, *FOUND.get(name, ())):
        parser.run(data)
    for _ in range(CHANGES):
        parser.run(changed(chance, chance.choice(parser.examples)))


@pytest.mark.parametrize("name", PARSERS)
def test_its_examples_are_accepted(name: str) -> None:
    """Otherwise its inputs would all be refused for the same reason, and prove little."""
    parser = PARSERS[name]()
    for example in parser.examples:
        parser.read(example)
