"""Every required package is imported by its member, and every stub package is for an imported one."""

import re
import tomllib
from collections import defaultdict
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
MEMBERS = sorted(ROOT.glob("*/*/pyproject.toml"))
IMPORT = re.compile(r"(?:^\s*(?:import|from)\s+|(?:find_spec|files)\(\")(\w+)", re.MULTILINE)

BY_OTHERS = {
    "tzdata": "zoneinfo",
    "httptools": "uvicorn",
    "uvloop": "uvicorn",
    "numpy": "aftercare_language",
    "av": "aftercare_files",
    "pillow-heif": "aftercare_files",
}
"""Packages that no code of ours imports, each with what imports them for us."""


@cache
def installed() -> dict[str, set[str]]:
    """The modules of each package."""
    found: dict[str, set[str]] = defaultdict(set)
    for module, names in packages_distributions().items():
        for name in names:
            found[canonicalize_name(name)].add(module)
    return found


def imported(folder: Path) -> set[str]:
    """The top-level modules that the Python files below a folder import."""
    return {name for file in folder.rglob("*.py") for name in IMPORT.findall(file.read_text(encoding="utf-8"))}


def modules(package: str) -> set[str]:
    """The modules of a package; one that is installed from this checkout lists none and has a module of its own name."""
    return installed().get(package) or {package.replace("-", "_")}


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.parent.name)
def test_what_a_member_requires_is_imported(member: Path) -> None:
    project = tomllib.loads(member.read_text(encoding="utf-8"))["project"]
    extras = project.get("optional-dependencies", {}).values()
    required = [*project.get("dependencies", []), *(each for extra in extras for each in extra)]
    used = imported(member.parent / "src")
    names = [canonicalize_name(Requirement(each).name) for each in required]
    assert {name for name in names if not modules(name) & used} <= BY_OTHERS.keys()


def test_stubs_are_for_packages_that_are_imported() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    used = {name.lower() for folder in ("libs", "services", "tools", "tests") for name in imported(ROOT / folder)}
    stubs = [Requirement(each).name.removeprefix("types-") for each in groups["dev"] if each.startswith("types-")]
    assert [name for name in stubs if name.lower().removeprefix("py") not in used and name.lower() not in used] == []
