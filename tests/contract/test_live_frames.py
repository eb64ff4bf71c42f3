"""The JSON Schema of the frames of `/v1/live` is what the code sends and takes."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cs_svc.api.schemas.live import FRAMES, RECEIVED, PresenceOut, WelcomeOut
from jsonschema import Draft202012Validator
from pydantic import ValidationError

ROOT = Path(__file__).parents[2]
DOCUMENT = json.loads((ROOT / "docs" / "live-frames.schema.json").read_text(encoding="utf-8"))


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({**DOCUMENT, "$ref": f"#/$defs/{name}"})


def test_the_document_is_a_schema_and_that_of_the_code():
    Draft202012Validator.check_schema(DOCUMENT)
    checked = subprocess.run([sys.executable, "tools/live_frames.py", "--check"], cwd=ROOT, capture_output=True)
    assert checked.returncode == 0, checked.stderr


def test_every_frame_that_clients_get_has_its_type():
    for each in RECEIVED:
        assert "type" in DOCUMENT["$defs"][each.__name__]["required"], each.__name__


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "post", "id": "1", "conversation_id": "conv_1", "text": "你好", "attachment_ids": ["att_1"]},
        {"type": "subscribe", "conversations": [{"conversation_id": "conv_1", "after": "00000002"}]},
        {"type": "mark", "conversation_id": "conv_1", "place": "2"},
        {"type": "post", "id": "1", "conversation_id": "conv_1"},
        {"type": "unknown"},
    ],
)
def test_schema_and_service_take_the_same_frames(frame):
    try:
        FRAMES.validate_python(frame)
        taken = True
    except ValidationError:
        taken = False
    assert validator("FrameIn").is_valid(frame) is taken


def test_what_is_sent_fits_one_frame():
    now = datetime(2026, 12, 1, tzinfo=UTC)
    for sent in (
        WelcomeOut(role="buyer", person_id="buyer-1", token_expires_at=now),
        PresenceOut(role="agent", person_id="agent-1", conversation_id="conv_1", present=True),
    ):
        assert list(validator("FrameOut").iter_errors(sent.model_dump(mode="json"))) == []
    assert not validator("FrameOut").is_valid({"type": "presence"})
