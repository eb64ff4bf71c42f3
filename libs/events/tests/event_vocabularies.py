"""The vocabularies of an event's fields."""

from aftercare_events.vocabulary import KEYWORD, VOCABULARIES, Vocabulary
from pydantic import BaseModel


def vocabularies(model: type[BaseModel]) -> dict[str, type[Vocabulary]]:
    """The vocabulary of each field of an event or of a part of one, by the field's name; other fields are left out."""
    extras = {name: field.json_schema_extra for name, field in model.model_fields.items()}
    return {
        name: VOCABULARIES[str(extra[KEYWORD])]
        for name, extra in extras.items()
        if isinstance(extra, dict) and KEYWORD in extra
    }
