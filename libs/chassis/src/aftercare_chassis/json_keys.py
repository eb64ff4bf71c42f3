"""Whether an object of a JSON text has a key twice: parsers differ in which of its values they take (RFC 8259, section 4)."""

import json
from typing import Any

# Any: a JSON document has any JSON type.


class _KeyRepeated(Exception):
    pass


def has_repeated_key(text: str | bytes) -> bool:
    """Whether an object has a key twice, as far as the text is JSON: the parser that reads it refuses the rest."""
    try:
        json.loads(text, object_pairs_hook=_unrepeated)
    except _KeyRepeated:
        return True
    except (ValueError, RecursionError):
        return False
    return False


def _unrepeated(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise _KeyRepeated
