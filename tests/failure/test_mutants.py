"""The mutants still fit the sources: a mutant that changes nothing proves nothing."""

import ast
from pathlib import Path

import pytest
from mutants import MUTANTS, ROOT, Mutant, Outdated, apply, changed

EACH = pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])


@EACH
def test_each_text_to_replace_occurs_exactly_once_and_the_result_is_python(mutant: Mutant) -> None:
    for file, text in changed(mutant, ROOT).items():
        assert text != (ROOT / file).read_text(encoding="utf-8")
        ast.parse(text, file)


@EACH
def test_the_tests_that_have_to_notice_it_exist(mutant: Mutant) -> None:
    for test in mutant.tests:
        file, _, name = test.partition("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8") or not name


def test_an_outdated_mutant_is_named(tmp_path: Path) -> None:
    (tmp_path / "source.py").write_text("a = 1\na = 1\n")
    for old in ("a = 2", "a = 1"):
        with pytest.raises(Outdated, match=r"some defect: source\.py has changed"):
            apply(Mutant("some defect", (("source.py", old, ""),), ()), tmp_path)
    apply(Mutant("some defect", (("source.py", "a = 1\na", "b"),), ()), tmp_path)
    assert (tmp_path / "source.py").read_text() == "b = 1\n"
