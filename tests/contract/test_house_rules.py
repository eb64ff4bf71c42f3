"""Rules of CONTRIBUTING.md about the sources that no linter has.

`house_rules.toml` beside this file has the banned words, and under `left` the files that do not follow a rule yet: those
lists may only become shorter.
"""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from tokenize import COMMENT, generate_tokens

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("libs", "services", "tools", "tests")
SOURCES = [ROOT / "conftest.py", *sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))]
TESTS = [path for path in SOURCES if "tests" in path.parts or path.name == "conftest.py"]
CODE = [path for path in SOURCES if "src" in path.parts and "migrations" not in path.parts]

LONGEST_FILE = 300
RULES = tomllib.loads((Path(__file__).parent / "house_rules.toml").read_text(encoding="utf-8"))
BANNED_WORDS, BANNED_MODULES, LEFT = set(RULES["banned"]["words"]), set(RULES["banned"]["modules"]), RULES["left"]
BANNED_PROSE = re.compile(rf"\b(?:{'|'.join(RULES['banned']['prose'])})\b", re.IGNORECASE)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    """All nodes of the syntax tree. To parse all sources takes half a minute: each rule first looks at the text."""
    return list(ast.walk(ast.parse(text_of(path))))


def test_support_modules_of_tests_have_names_of_their_own() -> None:
    """They share one `sys.path`: of two modules with one name, every test would import the first."""
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["pythonpath"]
    modules = [path for folder in configured for path in (ROOT / folder).glob("*.py")]
    names = Counter(path.stem for path in modules if path.stem != "conftest" and not path.stem.startswith("test_"))
    assert [name for name, times in names.items() if times > 1] == []
    assert all(list((ROOT / folder).glob("[!c]*.py")) for folder in configured), "a folder without any module"


def test_tests_leave_sys_path_alone() -> None:
    """Folders with support modules are named in `pyproject.toml` (`pythonpath`)."""
    assert [name_of(path) for path in TESTS if _uses(path, "sys", "path")] == []


def _uses(path: Path, module: str, attribute: str) -> bool:
    return f"{module}.{attribute}" in text_of(path) and any(
        isinstance(node, ast.Attribute)
        and node.attr == attribute
        and isinstance(node.value, ast.Name)
        and node.value.id == module
        for node in nodes_of(path)
    )


def test_no_file_is_longer_than_300_lines() -> None:
    """Migrations are exempt: a released one is never edited."""
    sizes = {name_of(path): text_of(path).count("\n") for path in SOURCES if "migrations" not in path.parts}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE and name not in LEFT["long"]} == {}


def test_no_module_has_a_name_without_meaning() -> None:
    assert [name_of(path) for path in SOURCES if path.stem in BANNED_MODULES] == []


def test_no_name_has_a_banned_word() -> None:
    found = {name_of(path): banned for path in SOURCES if (banned := sorted(set(_banned_words(path))))}
    assert {name: words for name, words in found.items() if name not in LEFT["words"]} == {}
    assert set(LEFT["words"]) - found.keys() == set(), "these follow the rule by now"


def _banned_words(path: Path) -> Iterator[str]:
    possible = not BANNED_WORDS.isdisjoint(_words(text_of(path)))
    for name in (path.stem, *(_names(path) if possible else ())):
        yield from BANNED_WORDS.intersection(_words(name))


def _words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)}


def _names(path: Path) -> Iterator[str]:
    """The names that a module defines; those of libraries that it uses are not its own."""
    for node in nodes_of(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def test_no_docstring_or_comment_has_a_banned_word() -> None:
    found = {name_of(path): words for path in SOURCES if (words := BANNED_PROSE.findall("\n".join(_prose(path))))}
    assert {name: words for name, words in found.items() if name not in LEFT["prose"]} == {}
    assert set(LEFT["prose"]) - found.keys() == set(), "these follow the rule by now"


def _prose(path: Path) -> Iterator[str]:
    """The docstrings and comments of a module with a banned word; a migration has none that may be edited."""
    if "migrations" in path.parts or not BANNED_PROSE.search(text_of(path)):
        return
    for node in nodes_of(path):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""
    for token in generate_tokens(StringIO(text_of(path)).readline):
        if token.type == COMMENT:
            yield token.string


def test_no_code_uses_wait_for_of_asyncio() -> None:
    """In Python 3.11 it loses a cancellation that comes together with the result (cpython issue 86296, fixed in 3.12), and a
    task that was cancelled runs on. `asyncio.timeout` does not."""
    assert [name_of(path) for path in CODE if _uses(path, "asyncio", "wait_for")] == []


def test_any_has_a_comment_with_the_reason() -> None:
    """On the line of the `Any`, above its statement, or once for the whole module in a comment that begins with `Any:`."""
    found = {name_of(path): number for path in CODE if (number := len(_unexplained(path)))}
    assert found == LEFT["any"]


def _unexplained(path: Path) -> list[int]:
    """The lines with an `Any` that no comment explains."""
    lines = text_of(path).splitlines()
    if "Any" not in text_of(path) or any(line.strip().startswith("# Any: ") for line in lines):
        return []
    statements = [node for node in nodes_of(path) if isinstance(node, ast.stmt | ast.arg)]
    found = []
    for node in nodes_of(path):
        if isinstance(node, ast.Name) and node.id == "Any":
            starts = {node.lineno, *(one.lineno for one in statements if _contains(one, node))}
            if not any("#" in lines[start - 1] or _comment_above(lines, start) for start in starts):
                found.append(node.lineno)
    return found


def _contains(outer: ast.stmt | ast.arg, inner: ast.Name) -> bool:
    """Whether a statement of its own spans the name; a class or function only with its head."""
    end = outer.end_lineno or outer.lineno
    if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        end = outer.body[0].lineno - 1
    return outer.lineno <= inner.lineno <= max(end, outer.lineno)


def _comment_above(lines: list[str], start: int) -> bool:
    above = start - 2
    while above >= 0 and lines[above].strip().startswith("@"):
        above -= 1
    return above >= 0 and lines[above].strip().startswith("#")
