"""The chassis has no word of the domain: roles, tenants, log fields and document settings are registered by services."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "src" / "aftercare_chassis"
# `order` and `case` are English words and Python keywords too: of them, only names of the domain are found.
WORDS = re.compile(
    r"(?i)\b(?:buyer|seller|merchant|agent|arbitrator|supplier|courier|parcel|waybill|refund|dispute|complaint|article"
    r"|customer|payment|verdict|after[- ]?sale|conversation|feedback|rating)s?\b"
    r"|\b(?:orders|order (?:id|paid|out|turn|unknown|svc)s?|case ids?|cs svc)\b"
    r"|(?<!identity )\bproviders?\b"
)
# (module, word): why it may be there.
ALLOWED = {
    ("database/columns.py", "orders"): "an example of a table name",
    ("observability/span_export.py", "provider"): "a name of OpenTelemetry",
}


def texts(source: str) -> Iterator[tuple[int, str]]:
    """The identifiers and strings of a module, with their lines; docstrings and comments included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.arg) or (isinstance(node, ast.keyword) and node.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
    for number, line in enumerate(source.splitlines(), 1):
        yield number, line.partition("#")[2]


def words(text: str) -> list[str]:
    """The business words of a text; `merchant_id` and `MerchantIn` have one each."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text.replace("_", " "))
    return [word.lower() for word in WORDS.findall(split)]


def found(path: Path) -> Iterator[tuple[str, str]]:
    """(place, word) of each business word of a module that is not allowed there."""
    module = path.relative_to(SOURCES).as_posix()
    for line, text in texts(path.read_text(encoding="utf-8")):
        for word in words(text):
            if (module, word) not in ALLOWED:
                yield f"{module}:{line}", word


def test_no_business_word_in_the_chassis() -> None:
    assert sorted({place for path in SOURCES.rglob("*.py") for place in found(path)}) == []


def test_every_allowed_word_is_still_used() -> None:
    used = {
        (path.relative_to(SOURCES).as_posix(), word)
        for path in SOURCES.rglob("*.py")
        for _, text in texts(path.read_text(encoding="utf-8"))
        for word in words(text)
    }
    assert ALLOWED.keys() - used == set()


def test_words_of_the_domain_are_recognised_in_names_and_sentences() -> None:
    assert words("merchant_id") == ["merchant"]
    assert words("RefundOut") == ["refund"]
    assert words("Every buyer's parcels, and the order_id") == ["buyer", "parcels", "order id"]
    assert words("OrderPaid.v2, by the provider") == ["order paid", "provider"]
    assert words("the identity provider's keys") == []
    assert words("in order, as the case may be; ORDER BY id") == []
