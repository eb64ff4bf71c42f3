"""What partners write in JSON: texts that every reader understands alike."""

from aftercare_chassis.json_keys import has_repeated_key


def check_keys(text: str | bytes) -> None:
    """Refuse a text in which it depends on the parser what it states: a signature covers the bytes, not a meaning.

    Raises:
        ValueError: an object has a key twice.
    """
    if has_repeated_key(text):
        raise ValueError("an object has a key twice")
