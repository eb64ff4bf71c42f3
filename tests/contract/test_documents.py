"""Everything that our documents name exists: files, headings, tests, metrics, variables, targets."""

import importlib.util
import re

import pytest
from aftercare_chassis.observability import metrics_docs
from documents import DOCUMENTS, ROOT, Document, tracked
from in_process_suite import SERVICES

FILES = tracked("*")
SOURCES = "\n".join(path.read_text(errors="replace") for path in FILES if path.suffix != ".md")
FOLDERS = "|".join(re.escape(path.name) for path in ROOT.iterdir() if path.is_dir())
METRICS = metrics_docs.of_all()
FIGURES = {name for metrics in METRICS.values() for each in metrics for name in (each.name, *each.series)}
SETTINGS = {name for one in SERVICES.values() for name in one.Settings.names()}

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=str)


@each_document
def test_links_are_to_files_and_headings(document: Document) -> None:
    for path, anchor in document.links():
        assert path.exists(), path
        assert not anchor or anchor in Document(path).anchors(), f"{path}#{anchor}"


@each_document
def test_named_files_exist(document: Document) -> None:
    for span in document.spans:
        for name in re.findall(rf"(?<![\w./-])(?:{FOLDERS})/[\w./*-]+", span):
            assert any(ROOT.glob(name.rstrip("/."))) or (document.path.parent / name).exists(), name


@each_document
def test_named_tests_exist(document: Document) -> None:
    for span in document.spans:
        for file, name in re.findall(r"([\w/-]+\.py)::(\w+)", span):
            found = [path for path in FILES if path.as_posix().endswith(f"/{file}")]
            assert any(f"def {name}(" in path.read_text() for path in found), span


@each_document
def test_named_metrics_exist(document: Document) -> None:
    """Packages and database roles have the same prefix."""
    for span in document.spans:
        for name in re.findall(r"(?<![\w.-])aftercare_[a-z_]+\b(?![./])", span):
            other = importlib.util.find_spec(name) or name.removeprefix("aftercare_").removesuffix("_owner") in SERVICES
            assert other or name in FIGURES, span


def test_the_page_of_metrics_is_that_of_the_code() -> None:
    text = (ROOT / metrics_docs.FILE).read_text()
    assert text == metrics_docs.document(METRICS), "python -m aftercare_chassis.observability.metrics_docs writes it"


@each_document
def test_named_variables_are_read(document: Document) -> None:
    for line in document.code:
        for name in re.findall(r"\bAFTERCARE_[A-Z_]*[A-Z]\b", line):
            assert name in SETTINGS or re.search(rf"\b{name}\b", SOURCES), line


@each_document
def test_named_targets_and_modules_exist(document: Document) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for first, *_ in document.commands("make"):
        assert first in targets or not re.fullmatch(r"[a-z-]+", first), first
    for module, *_ in document.commands("python -m"):
        assert importlib.util.find_spec(module), module


@each_document
def test_parts_of_the_benchmarks_exist(document: Document) -> None:
    parts = (ROOT / "tools/bench/__main__.py").read_text()
    for line in document.code:
        for part in re.findall(r"make bench P=([a-z-]+)", line):
            assert f'"{part}"' in parts, line
