"""Run every parser of `tests/security/parsers.py` with inputs that atheris makes by coverage, each for some seconds in a process of its own.

    make fuzz S=30 P=courier

Prints the number of inputs of each. Ends with 1 where a parser raised what it does not document; the input is kept in
`.aftercare/fuzz/` and belongs into `FOUND` of test_parsers.py.
"""

import io
import os
import sys
import tomllib
from contextlib import redirect_stderr
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parser_of_inputs import Parser

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".aftercare" / "fuzz"
LIMITS = ["-timeout=10", "-rss_limit_mb=2048", "-max_len=4096", "-print_final_stats=1"]
# What reads the inputs, and not all that is imported with it: to instrument that takes minutes.
OURS = [
    "order_svc.integrations",
    "order_svc.api.schemas",
    "cs_svc.integrations.channels",
    "aftercare_files.stores",
    "aftercare_chassis.auth",
    "aftercare_chassis.database.cursors",
    "aftercare_chassis.http",
    "aftercare_chassis.preconditions",
    "aftercare_cli.order_csv",
    "aftercare_cli.order_files",
    "aftercare_events.waybills",
]


def main() -> int:
    """Fuzz the parsers whose names contain the second argument, each for as many seconds as the first says."""
    sys.path[:0] = [str(ROOT / each) for each in _folders()]
    if find_spec("atheris") is None:
        print("make fuzz needs atheris, which no other target does: .venv/bin/uv pip install --group fuzz")
        return 0
    fuzzer = import_module("atheris")
    with redirect_stderr(io.StringIO()), fuzzer.instrument_imports(include=OURS):
        from parsers import PARSERS
    seconds, chosen = int(sys.argv[1]), " ".join(sys.argv[2:])
    failed = [name for name, made in PARSERS.items() if chosen in name and not _run(fuzzer, name, made(), seconds)]
    return int(bool(failed))


def _run(fuzzer: ModuleType, name: str, parser: "Parser", seconds: int) -> bool:
    """Fuzz one parser, in a process that has imported everything already; whether it ended without a failure."""
    folder = KEPT / name.replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    for number, example in enumerate(parser.examples):
        (folder / f"example-{number}").write_bytes(example)
    log = KEPT / f"{folder.name}.log"
    child = os.fork()
    if child == 0:
        with log.open("wb") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        limits = [f"-max_total_time={seconds}", f"-artifact_prefix={folder}/failed-", *LIMITS]
        fuzzer.Setup([sys.argv[0], *limits, str(folder)], parser.run)
        fuzzer.Fuzz()
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    lines = log.read_text(errors="replace").splitlines()
    executed = next((line.split()[-1] for line in lines if "number_of_executed_units" in line), "?")
    print(f"{name}: {executed} inputs{'' if ended else ', FAILED'}", flush=True)
    if not ended:
        print("\n".join(lines[-40:]))
    return ended


def _folders() -> list[str]:
    """Where the support modules of the tests are."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        folders: list[str] = tomllib.load(file)["tool"]["pytest"]["ini_options"]["pythonpath"]
    return folders


if __name__ == "__main__":
    sys.exit(main())
