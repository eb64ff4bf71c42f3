"""Read partners' XML: small documents without a document type, hence without entities, external ones and expansions included."""

from xml.parsers import expat

_MOST_ELEMENTS = 1000
_DEEPEST = 20


class Element:
    """One element with its attributes, text and children."""

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name, self.attributes = name, attributes
        self.children: list[Element] = []
        self.text = ""

    def child_text(self, name: str) -> str | None:
        """The stripped text of the first child of this name; None where there is none, or it is empty."""
        return next((child.text.strip() or None for child in self.children if child.name == name), None)

    def all(self, name: str) -> "list[Element]":
        """This element and all below it that have this name, in the order of the document."""
        found = [self] if self.name == name else []
        return found + [each for child in self.children for each in child.all(name)]


def document(text: str) -> Element:
    """The root of a document. Whatever encoding it declares, it is the text that was given.

    Raises:
        ValueError: it is not well formed, has a document type, or is larger or deeper than any push of a partner.
    """
    parser = expat.ParserCreate(encoding="utf-8")
    builder = _Builder()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise ValueError(f"it is not well-formed XML: {expat.ErrorString(error.code)}") from None
    return builder.root.children[0]


class _Builder:
    def __init__(self) -> None:
        self.root = Element("", {})
        self._open = [self.root]
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _MOST_ELEMENTS or len(self._open) > _DEEPEST:
            raise ValueError(f"it has more than {_MOST_ELEMENTS} elements, or more than {_DEEPEST} levels")
        element = Element(name, attributes)
        self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, name: str) -> None:
        self._open.pop()

    def data(self, text: str) -> None:
        self._open[-1].text += text


def _refuse_document_type(*_: object) -> None:
    raise ValueError("it has a document type")
