"""`python tools/live_frames.py [--check]`: write `docs/live-frames.schema.json`, the JSON Schema of the frames of `/v1/live`.

`#/$defs/FrameIn` is what clients send, `#/$defs/FrameOut` what they get. With `--check` the exit code is 1 where the document is another one.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from cs_svc.api.schemas.live import RECEIVED, SENT
from pydantic.json_schema import models_json_schema

PAGE = Path(__file__).resolve().parents[1] / "docs" / "live-frames.schema.json"


# Of two classes with one name.
NAMES = {
    "cs_svc__api__schemas__bot_questions__CitationOut": "BotCitationOut",
    "cs_svc__api__schemas__conversations__CitationOut": "CitationOut",
}


def schema() -> dict[str, object]:
    """The document."""
    _, made = models_json_schema(
        [*((each, "validation") for each in SENT), *((each, "serialization") for each in RECEIVED)]
    )
    definitions = {
        **_named(made["$defs"]),
        "FrameIn": _one_of("What clients send.", [each.__name__ for each in SENT]),
        "FrameOut": _one_of("What clients get.", [each.__name__ for each in RECEIVED]),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:aftercare:live-frames:v1",
        "title": "The frames of /v1/live, subprotocol aftercare.live.v1",
        "$defs": dict(sorted(definitions.items())),
    }


def _named(definitions: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """The definitions with a name for each without that of its module; every frame that clients get has its type."""
    text = json.dumps(definitions)
    for ours, name in NAMES.items():
        text = text.replace(ours, name)
    named: dict[str, Any] = json.loads(text)
    for each in RECEIVED:
        frame = named[each.__name__]
        frame["required"] = ["type", *(name for name in frame.get("required", []) if name != "type")]
    return named


def _one_of(description: str, names: list[str]) -> dict[str, object]:
    return {"description": description, "oneOf": [{"$ref": f"#/$defs/{name}"} for name in names]}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--check", action="store_true")
    text = json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"
    if not parser.parse_args().check:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{PAGE.name} is not what the code says: make format", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
