"""What makes the layers of an image gives the same files at each build."""

import importlib.util
import os
from pathlib import Path

import pytest
from manifests import ROOT

SPEC = importlib.util.spec_from_file_location("seal", ROOT / "deploy" / "seal.py")
assert SPEC
assert SPEC.loader
seal = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(seal)


def environment(folder: Path, *, cached_at: str) -> Path:
    """An environment with one package, as an installer leaves it that keeps a record of its cache."""
    info = folder / "lib" / "one-1.0.dist-info"
    (folder / "lib" / "one").mkdir(parents=True)
    info.mkdir()
    (folder / "lib" / "one" / "__init__.py").write_text("NAMES = {'first', 'second'}\n")
    (info / "uv_cache.json").write_text(cached_at)
    (info / "RECORD").write_text(f"one/__init__.py,,\none-1.0.dist-info/uv_cache.json,sha256={cached_at},9\n")
    (folder / "lib64").symlink_to("lib")
    return folder


def contents(folder: Path) -> dict[str, tuple[bytes, float]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.lstat().st_mtime)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def test_two_builds_give_the_same_files(tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    found = []
    for number in range(2):
        layer = tmp_path / f"layers{number}" / "own"
        seal.main(environment(folder, cached_at=f"{number}"), layer)
        found.append(contents(layer))
        folder.rename(tmp_path / f"built{number}")
    assert found[0] == found[1]
    assert any(name.endswith(".pyc") for name in found[0])
    assert not any("uv_cache" in name or b"uv_cache" in content for name, (content, _) in found[0].items())


def test_a_layer_holds_what_those_below_have_not(tmp_path: Path) -> None:
    folder = environment(tmp_path / "venv", cached_at="now")
    seal.main(folder, tmp_path / "layers" / "common")
    (folder / "lib" / "two.py").write_text("")
    seal.main(folder, tmp_path / "layers" / "own")
    names = {Path(name).name for name in contents(tmp_path / "layers" / "own")}
    assert "two.py" in names
    assert "__init__.py" not in names


@pytest.mark.parametrize("epoch", ["1577836800"])
def test_times_are_those_of_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, epoch: str) -> None:
    monkeypatch.setattr(seal, "EPOCH", int(epoch))
    seal.main(environment(tmp_path / "venv", cached_at="now"), tmp_path / "layers" / "own")
    assert {os.lstat(path).st_mtime for path in (tmp_path / "layers" / "own").rglob("*")} == {int(epoch)}
