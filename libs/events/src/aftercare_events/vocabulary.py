"""Vocabularies: the codes that a publisher uses in a text field, each with its meaning.

A field with a vocabulary is plain text on the wire and in the event class. A reader therefore keeps a code that a newer
publisher has added, instead of setting the event aside. Descriptions, JSON Schemas and docs/events.md are generated from
the vocabularies.
"""

from enum import StrEnum
from typing import Self

from pydantic import Field
from pydantic.fields import FieldInfo

KEYWORD = "x-vocabulary"
"""The keyword in a JSON Schema that names the vocabulary of a field."""

VOCABULARIES: dict[str, type["Vocabulary"]] = {}
"""Every vocabulary by the name of its class."""


class Vocabulary(StrEnum):
    """The known codes of a field. Add a code together with the publisher's change that uses it; never rename or remove one."""

    meaning: str

    def __init_subclass__(cls) -> None:
        VOCABULARIES[cls.__name__] = cls

    def __new__(cls, code: str, meaning: str) -> Self:
        """Called for each member: `BUYER = "buyer", "the buyer decided"`."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


def one_of(vocabulary: type[Vocabulary], description: str) -> FieldInfo:
    """The annotation of a text field whose codes are listed in the vocabulary.

    The description becomes `<description>: <code> | <code> | …`.
    """
    annotation: FieldInfo = Field(
        description=f"{description}: {listed(vocabulary)}",
        examples=[code.value for code in vocabulary],
        json_schema_extra={KEYWORD: vocabulary.__name__},
    )
    return annotation


def listed(vocabulary: type[Vocabulary]) -> str:
    """The codes in one line."""
    return " | ".join(vocabulary)
