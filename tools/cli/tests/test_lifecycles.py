"""The page of state machines."""

from aftercare_cli import lifecycles
from aftercare_cli.stack.layout import checkout


def test_every_document_has_its_diagram_once() -> None:
    text = lifecycles.text()

    titles = [line for line in text.splitlines() if line.startswith("### ")]
    assert len(titles) == len(set(titles))
    assert {"### order", "### payment", "### refund", "### dispute", "### complaint", "### article"} <= set(titles)
    assert any(title.startswith("### case") for title in titles)
    assert text.count("stateDiagram-v2") == len(titles)


def test_the_page_in_the_checkout_is_current() -> None:
    assert not lifecycles.stale(checkout())
