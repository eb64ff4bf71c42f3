"""The licence of every package that images hold is judged."""

import licences
import pytest
from packaging.requirements import Requirement

RULES = {
    "accepted": {"MIT": "permissive", "GPL-2.0-or-later": "in an extra"},
    "names": {"MIT License": "MIT"},
    "packages": {"codec": "MIT AND GPL-2.0-or-later"},
}


@pytest.mark.parametrize(
    ("name", "stated", "found"),
    [
        ("one", "MIT", ("MIT", "permissive")),
        ("one", "MIT License", ("MIT", "permissive")),
        ("codec", "MIT", ("MIT AND GPL-2.0-or-later", "in an extra; permissive")),
        ("one", "MIT OR Unknown-1.0", None),
        ("one", "", None),
    ],
)
def test_a_licence_is_judged_by_all_of_its_parts(name: str, stated: str, found: tuple[str, str] | None) -> None:
    assert licences.judged(name, stated, RULES) == found


def test_every_package_of_the_images_is_judged_and_listed() -> None:
    rules = licences.tomllib.loads((licences.ROOT / "deploy" / "licences.toml").read_text(encoding="utf-8"))
    packages = licences.closure(
        (each for member in licences.IMAGES for each in licences.wanted(member)), licences.excluded()
    )
    lines, faults = licences.table(packages, rules)
    assert faults == []
    assert licences.PAGE.read_text(encoding="utf-8") == licences.page(lines)


def test_packages_that_images_leave_out_are_not_followed() -> None:
    assert "rich" in licences.closure([Requirement("typer")], set())
    assert licences.closure([Requirement("typer")], {"rich"}).keys().isdisjoint({"rich", "pygments"})
