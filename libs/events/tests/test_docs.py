"""What is generated is committed, and says what the classes say."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from aftercare_events import EVENTS, TOPICS
from aftercare_events.docs.__main__ import REPOSITORY, files, main, write


def test_the_committed_files_are_current() -> None:
    # In a process of its own: other tests of this run may have made event classes that are not in the catalogue.
    done = subprocess.run([sys.executable, "-m", "aftercare_events.docs", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_names_what_is_stale_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tmp_path)]) == 0
    page = tmp_path / "docs/events.md"
    page.write_text("old")
    (tmp_path / "libs/events/schemas/OrderForgotten.v1.json").write_text("{}")
    capsys.readouterr()
    assert main(["--check", "--root", str(tmp_path)]) == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert "docs/events.md" in said[0]
    assert "OrderForgotten.v1.json" in said[0]
    assert page.read_text() == "old"


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    assert len(write(tmp_path)) == len(EVENTS) + 2
    assert write(tmp_path) == []


@pytest.mark.parametrize("name", EVENTS)
def test_schemas_are_schemas(name: str) -> None:
    schema = json.loads((REPOSITORY / f"libs/events/schemas/{name}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:aftercare:schema:{name}"


def test_asyncapi_refers_to_what_is_there() -> None:
    document = json.loads(files()[Path("docs/asyncapi.json")])
    assert document["asyncapi"] == "3.0.0"
    assert {channel["address"] for channel in document["channels"].values()} == set(TOPICS)
    assert set(document["components"]["messages"]) == set(EVENTS)
    for pointer in _references(document):
        node = document
        for step in pointer.removeprefix("#/").split("/"):
            node = node[step]


def test_the_page_tells_every_event_with_its_answers() -> None:
    page = files()[Path("docs/events.md")]
    for name in EVENTS:
        section = page.split(f"### {name}\n")[1].split("\n### ")[0]
        assert "Trace: matter `" in section
        assert "Key: `" in section


def _references(node: object) -> list[str]:
    if isinstance(node, list):
        return [pointer for item in node for pointer in _references(item)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if "$ref" in node else []
    return own + [pointer for value in node.values() for pointer in _references(value)]
