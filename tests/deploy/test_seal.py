"""What makes the layers of an image gives the same files at each build."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import elf
import pytest
import seal


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


def test_stripped_libraries_work_and_have_their_new_hashes_in_the_record(tmp_path: Path) -> None:
    site = tmp_path / "venv" / "lib"
    for file in metadata.files("uvloop") or []:
        if not file.name.endswith(".pyc"):
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file.locate(), site / file)
    [library] = site.glob("uvloop/loop.*.so")
    before = library.stat().st_size
    seal.main(tmp_path / "venv", tmp_path / "layers" / "own")
    layer = tmp_path / "layers" / "own" / "venv" / "lib"
    program = "import sys, asyncio, uvloop; print(uvloop.__file__, uvloop.run(asyncio.sleep(0, 'ran')))"
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(layer)}, capture_output=True, text=True
    )
    assert done.stdout.split() == [str(layer / "uvloop" / "__init__.py"), "ran"], done.stderr
    content = (layer / "uvloop" / library.name).read_bytes()
    assert len(content) < before
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    [record] = layer.glob("uvloop-*.dist-info/RECORD")
    assert f"uvloop/{library.name},sha256={digest},{len(content)}\n" in record.read_text()


def test_stripping_keeps_each_segment_and_is_done_once() -> None:
    libraries = [
        file.locate()
        for name in ("av", "asyncpg", "pillow")
        for file in metadata.files(name) or []
        if ".so" in file.name
    ]
    assert len(libraries) > 20
    for path in libraries:
        library = Path(str(path)).read_bytes()
        stripped = elf.stripped(library)
        assert contents_of_segments(stripped) == contents_of_segments(library)
        assert elf.stripped(stripped) == stripped


def contents_of_segments(library: bytes) -> list[bytes]:
    """All but those with the header and the table, which say where the others are."""
    [table] = elf.struct.unpack_from("<Q", library, 32)
    return [library[each.start : each.end] for each in elf.segments(library, table) if each.start > table]


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"\x7fELF\x01\x01" + bytes(90), b"INPUT(libc.so.6)\n"])
def test_what_is_no_library_of_64_bits_stays_as_it_is(content: bytes) -> None:
    assert elf.stripped(content) == content
