"""Rules about the source itself that no linter has."""

import ast
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("libs", "services", "tools", "tests")
SOURCES = [ROOT / "conftest.py", *sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))]
TESTS = [path for path in SOURCES if "tests" in path.parts or path.name == "conftest.py"]


def test_support_modules_of_tests_have_names_of_their_own() -> None:
    """They share one `sys.path`: of two modules with one name, every test would import the first."""
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["pythonpath"]
    modules = [path for folder in configured for path in (ROOT / folder).glob("*.py")]
    names = Counter(path.stem for path in modules if path.stem != "conftest" and not path.stem.startswith("test_"))
    assert [name for name, times in names.items() if times > 1] == []
    assert all(list((ROOT / folder).glob("[!c]*.py")) for folder in configured), "a folder without any module"


def test_tests_leave_sys_path_alone() -> None:
    """Folders with support modules are named in `pyproject.toml` (`pythonpath`)."""
    assert [str(path.relative_to(ROOT)) for path in TESTS if _uses_sys_path(path)] == []


def _uses_sys_path(path: Path) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == "path"
        and isinstance(node.value, ast.Name)
        and node.value.id == "sys"
        for node in ast.walk(ast.parse(path.read_text()))
    )
