"""The command line of a release gate, over a catalogue that the test makes up."""

from pathlib import Path

import pytest
from aftercare_events.release_gate import ReleaseGate

HINT = "read the rules"


class Catalogue:
    """Releases as files; today's content is compared with each."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.today = folder, "one"

    def releases(self, folder: Path) -> list[str]:
        return sorted(path.name for path in folder.glob("v*"))

    def changes(self, folder: Path) -> list[str]:
        return [f"changed since {name}" for name in self.releases(folder) if (folder / name).read_text() != self.today]

    def freeze(self, folder: Path, version: str) -> str:
        (folder / version).write_text(self.today)
        return f"kept as {version}"


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(tmp_path)


@pytest.fixture
def gate(catalogue: Catalogue) -> ReleaseGate:
    return ReleaseGate(
        module="test.gate",
        description="A gate for tests.",
        option="--kept",
        folder=catalogue.folder,
        releases=catalogue.releases,
        breaking_changes=catalogue.changes,
        freeze=catalogue.freeze,
        hint=HINT,
    )


def test_without_a_release_there_is_nothing_to_compare_with(
    gate: ReleaseGate, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gate.run(["--check"]) == 1
    assert capsys.readouterr().err == f"no release is kept in {gate.folder}\n"


def test_the_first_release_is_frozen(gate: ReleaseGate, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate.run(["--freeze", "v0.1.0"]) == 0
    assert capsys.readouterr().out == "kept as v0.1.0\n"
    assert gate.run(["--check"]) == 0


@pytest.mark.parametrize("arguments", [["--check"], ["--freeze", "v0.3.0"]])
def test_every_change_is_reported_with_a_hint_and_nothing_is_frozen(
    gate: ReleaseGate, catalogue: Catalogue, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for version in ("v0.1.0", "v0.2.0"):
        catalogue.freeze(catalogue.folder, version)
    catalogue.today = "two"
    assert gate.run(arguments) == 1
    assert capsys.readouterr().err.splitlines() == ["changed since v0.1.0", "changed since v0.2.0", HINT]
    assert catalogue.releases(catalogue.folder) == ["v0.1.0", "v0.2.0"]


def test_another_folder_may_be_named(gate: ReleaseGate, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    assert gate.run(["--freeze", "v0.1.0", "--kept", str(other)]) == 0
    assert (other / "v0.1.0").read_text() == "one"
    assert gate.run(["--check"]) == 1, "the default folder has no release"


@pytest.mark.parametrize("name", ["0.2.0", "v1", "v1.0", "v1.0.0.0", "v1.0.0/../..", "latest", "v1.0.0-rc1", "vx.y.z"])
def test_a_release_is_named_by_three_numbers(gate: ReleaseGate, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        gate.run(["--freeze", name])
    assert ended.value.code == 2
    assert "the name of a release has the form v0.2.0" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--check", "--freeze", "v0.2.0"], ["--freeze"]])
def test_the_command_does_one_of_two_things(gate: ReleaseGate, arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        gate.run(arguments)
