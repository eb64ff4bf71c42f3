"""CPU by function of Python processes: samples of py-spy, taken from outside while they work.

Only samples that hold the GIL are counted, so that waiting is none. What a process does without the GIL, such as uvloop's
calls of epoll, is not in them, and C code is counted for the Python function that calls it.
"""

import asyncio
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

PER_SECOND = 200
FRAME = re.compile(r"(.*) \((.*?)(?::\d+)?\)")
OURS = re.compile(r"(aftercare_\w+|\w+_svc)/")
PART = re.compile(r"aftercare_chassis/(consumer|http|jobs(?!/background)|relay)/")
"""`jobs/background` runs the tasks of all parts."""
LOOP = "asyncio/runners.py"
"""The frames up to the event loop are in all stacks; uvloop itself has none."""

Frame = tuple[str, str]
"""Function and file."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples by part of the chassis, by our innermost module, by the package that was running, and by its function."""

    parts: Counter[str] = field(default_factory=Counter)
    modules: Counter[str] = field(default_factory=Counter)
    packages: Counter[str] = field(default_factory=Counter)
    functions: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.functions.total()

    def add(self, stack: list[Frame], times: int) -> None:
        """Count a stack, outermost frame first."""
        name, file = stack[-1]
        files = above_loop([file for _, file in stack])
        self.parts[part(files)] += times
        self.modules[module(files)] += times
        self.packages[package(file)] += times
        self.functions[f"{name} ({file})"] += times


def parse(raw: str) -> Samples:
    """The samples of an output of py-spy in its format `raw`: `frame;frame;frame count` per line."""
    found = Samples()
    for line in raw.splitlines():
        stack, _, times = line.rpartition(" ")
        if frames := [(match[1], match[2]) for each in stack.split(";") if (match := FRAME.fullmatch(each))]:
            found.add(frames, int(times))
    return found


def package(file: str) -> str:
    """The first folder, or the name of a module that has none."""
    return file.partition("/")[0].removesuffix(".py")


def above_loop(files: Sequence[str]) -> Sequence[str]:
    """The files of the frames that the event loop has called; all of them in a thread without a loop."""
    return files[max((number + 1 for number, file in enumerate(files) if file == LOOP), default=0) :]


def part(files: Sequence[str]) -> str:
    """Of the chassis: `consumer`, `http`, `jobs` or `relay`; else the outermost file in brackets."""
    found = (match[1] for file in files if (match := PART.match(file)))
    return next(found, _outermost(files))


def module(files: Sequence[str]) -> str:
    """Our innermost module; else the outermost file in brackets."""
    ours = (file.removesuffix(".py") for file in reversed(files) if OURS.match(file))
    return next(ours, _outermost(files))


def _outermost(files: Sequence[str]) -> str:
    return f"({files[0].removesuffix('.py')})" if files else "(event loop)"


def unavailable() -> str | None:
    """Why processes cannot be sampled here, or None."""
    return None if _program() else "py-spy is missing: run `make install`"


def _program() -> str | None:
    return shutil.which("py-spy", path=str(Path(sys.executable).parent))


async def sample(processes: Mapping[str, psutil.Process], seconds: float) -> dict[str, Samples]:
    """The samples of all these processes during the next seconds, by name."""
    with TemporaryDirectory(prefix="aftercare-bench-") as folder:
        outputs = {name: Path(folder) / f"{name}.raw" for name in processes}
        await asyncio.gather(*(_record(processes[name].pid, seconds, output) for name, output in outputs.items()))
        return {name: parse(_text(output)) for name, output in outputs.items()}


async def _record(pid: int, seconds: float, output: Path) -> None:
    """Raises: SystemExit where the process cannot be sampled, such as where ptrace is not allowed."""
    command = [*_options(seconds), "--pid", str(pid), "--output", str(output)]
    running = await asyncio.create_subprocess_exec(
        _program() or "py-spy", *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    printed, _ = await running.communicate()
    if running.returncode:
        raise SystemExit(f"bench: py-spy: {printed.decode(errors='replace').strip()[-300:]}")


def _options(seconds: float) -> Iterable[str]:
    return (
        *("record", "--gil", "--nolineno", "--format", "raw"),
        *("--rate", str(PER_SECOND), "--duration", str(round(seconds))),
    )


def _text(output: Path) -> str:
    """Empty where no sample was taken."""
    return output.read_text(encoding="utf-8") if output.exists() else ""
