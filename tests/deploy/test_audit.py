"""Which locked packages have known flaws, by advisories in a folder."""

import json
from pathlib import Path

import audit
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

ADVISORY = {
    "id": "PYSEC-2026-1",
    "modified": "2026-02-03T00:00:00Z",
    "details": "One reads\nwhat another wrote.",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "Some_Package"},
            "ranges": [
                {"type": "GIT", "events": [{"introduced": "0"}, {"fixed": "c0ffee"}]},
                {"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.2.1"}, {"introduced": "2.0"}]},
            ],
            "versions": ["0.9b1", "no version"],
        }
    ],
}
VERSIONS = [f"{major}.{minor}" for major in range(4) for minor in range(4)]


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ("0.9", False),
        ("0.9b1", True),
        ("1.0", True),
        ("1.2", True),
        ("1.2.1", False),
        ("2.0rc1", False),
        ("2.0", True),
        ("9", True),
    ],
)
def test_a_version_is_affected_when_it_is_listed_or_within_a_range(version: str, affected: bool) -> None:
    found = list(audit.flaws({("some-package", version)}, [ADVISORY]))
    assert bool(found) is affected
    assert all((each.advisory, each.fixed) == ("PYSEC-2026-1", "1.2.1") for each in found)


@given(st.sampled_from(VERSIONS), st.sampled_from(VERSIONS), st.sampled_from(VERSIONS), st.booleans())
def test_a_range_ends_before_the_fix_or_with_the_last_affected_version(
    mine: str, first: str, last: str, fixed: bool
) -> None:
    if Version(first) >= Version(last):
        return
    end = "fixed" if fixed else "last_affected"
    events = [{"introduced": first}, {end: last}]
    expected = Version(first) <= Version(mine) and (
        Version(mine) < Version(last) if fixed else Version(mine) <= Version(last)
    )
    for given_events in (events, events[::-1]):
        affected = {"ranges": [{"type": "ECOSYSTEM", "events": given_events}]}
        assert audit.is_affected(mine, affected) is expected


def test_other_packages_ecosystems_and_withdrawn_advisories_have_no_effect(tmp_path: Path) -> None:
    affected = ADVISORY["affected"][0]
    npm = {**affected, "package": {"ecosystem": "npm", "name": "some-package"}}
    write(tmp_path, {**ADVISORY, "withdrawn": "2026-02-04T00:00:00Z"}, {**ADVISORY, "affected": [npm]})
    (tmp_path / "notes.txt").write_text("affected: [")
    assert not list(audit.flaws({("some-package", "1.0")}, audit.advisories(tmp_path)))
    assert not list(audit.flaws({("another", "1.0")}, [ADVISORY]))


def test_the_command_ends_with_1_where_a_locked_package_has_a_flaw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("some-package[extra]==1.1 \\\n    --hash=sha256:aa\nother==2 ; python_version < '3.12'\n")
    write(tmp_path / "advisories", ADVISORY)
    monkeypatch.setattr(audit, "LOCKS", (lock,))
    assert code_of(monkeypatch, tmp_path / "advisories") == 1
    assert capsys.readouterr().out.splitlines() == [
        "some-package 1.1: PYSEC-2026-1, fixed in 1.2.1: One reads what another wrote.",
        "flaws: 1, packages: 2, advisories: 1, the newest of 2026-02-03",
    ]
    lock.write_text("some-package==1.2.1 \\\n    --hash=sha256:aa\n")
    assert code_of(monkeypatch, tmp_path / "advisories") == 0


def test_a_folder_without_advisories_is_no_all_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_of(monkeypatch, tmp_path) == 2


def test_the_locks_of_the_repository_are_read() -> None:
    found = dict(audit.locked(audit.LOCKS))
    assert {"fastapi", "asyncpg", "hatchling"} <= found.keys()


def write(folder: Path, *advisories: object) -> None:
    folder.mkdir(exist_ok=True)
    for number, each in enumerate(advisories):
        (folder / f"{number}.json").write_text(json.dumps(each))


def code_of(monkeypatch: pytest.MonkeyPatch, folder: Path) -> object:
    monkeypatch.setattr("sys.argv", ["audit", str(folder)])
    with pytest.raises(SystemExit) as ended:
        audit.main()
    return ended.value.code
