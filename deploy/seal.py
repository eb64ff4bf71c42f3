"""`seal.py ENVIRONMENT LAYER`: make a layer of an image from what is new in the environment, the same at each build.

Byte code is bound to its source by hash, not by time; records of caches are removed; shared libraries are stripped (`elf.py`); all
times are SOURCE_DATE_EPOCH. Files that another folder beside LAYER has are left out: they are in a layer below. LAYER holds the environment
under its own name, to be copied to `/`: a folder that COPY makes has the time of the build, one that it copies has its own.
"""

import base64
import compileall
import hashlib
import os
import py_compile
import shutil
import sys
from pathlib import Path

import elf

UNUSED = ("uv_cache.json", "direct_url.json", "activate*", "deactivate*", "pydoc.bat")
"""Records of caches, and what people use in a terminal."""
EPOCH = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))


def files(folder: Path) -> list[Path]:
    """All files and links in the folder, relative to it, in one order."""
    found = [Path(at, name) for at, _, names in os.walk(folder) for name in names]
    links = [Path(at, name) for at, names, _ in os.walk(folder) for name in names if Path(at, name).is_symlink()]
    return sorted(path.relative_to(folder) for path in found + links)


def remove_unused(environment: Path) -> None:
    """Remove files, and their lines in the records of packages: the hash of a cache's record is another at each build."""
    for path in files(environment):
        if any(path.match(each) for each in UNUSED):
            (environment / path).unlink()
    for record in environment.rglob("*.dist-info/RECORD"):
        lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not any(Path(line.split(",")[0]).match(each) for each in UNUSED)]
        if kept != lines:
            record.write_text("".join(kept), encoding="utf-8")


def strip_libraries(environment: Path, skipped: set[Path]) -> None:
    """Strip shared libraries, and record their new hashes (packaging.python.org, "Recording installed projects")."""
    changed = dict[str, bytes]()
    for path in files(environment):
        library = environment / path
        if ".so" not in path.suffixes or path in skipped or library.is_symlink():
            continue
        content = library.read_bytes()
        if (new := elf.stripped(content)) != content:
            library.write_bytes(new)
            changed[str(library)] = new
    for record in environment.rglob("*.dist-info/RECORD"):
        lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
        updated = [_recorded(line, changed.get(str(record.parent.parent / line.split(",")[0]))) for line in lines]
        if updated != lines:
            record.write_text("".join(updated), encoding="utf-8")


def _recorded(line: str, content: bytes | None) -> str:
    if content is None:
        return line
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    return f"{line.split(',')[0]},sha256={digest},{len(content)}\n"


def compile_sources(environment: Path, skipped: set[Path]) -> None:
    """Compile one file after the other: what a file becomes depends on the strings that those before it have left."""
    for path in files(environment):
        if path.suffix == ".py" and path not in skipped and "bin" not in path.parts:
            compileall.compile_file(
                str(environment / path),
                quiet=2,  # some packages bring templates that are no modules
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )


def copy_new(environment: Path, layer: Path, below: set[Path]) -> None:
    """Copy files that are not in a layer below to the folder of the environment's name in this one."""
    for path in files(environment):
        if path in below:
            continue
        target = layer / environment.name / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(environment / path, target, follow_symlinks=False)
    for at, names, found in os.walk(layer):
        for name in [*names, *found]:
            os.utime(Path(at, name), (EPOCH, EPOCH), follow_symlinks=False)


def main(environment: Path, layer: Path) -> None:
    layer.mkdir(parents=True)
    below = {path for each in layer.parent.iterdir() for path in files(each / environment.name)}
    remove_unused(environment)
    strip_libraries(environment, below)
    for path in files(environment):
        if path.suffix == ".pyc" and path not in below:
            (environment / path).unlink()
    compile_sources(environment, below)
    copy_new(environment, layer, below)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
