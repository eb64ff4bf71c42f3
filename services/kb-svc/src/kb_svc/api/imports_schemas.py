"""Bodies of imports of articles."""

from typing import Annotated, Any

from aftercare_chassis.http.schemas import CreatedAt, In, Name, Out, Time, example
from pydantic import Field, StringConstraints

from kb_svc.commands.imports import Row
from kb_svc.domain.imports import ImportState

MOST_ROWS = 500
RowNumber = Annotated[int, Field(ge=1, le=2_000_000_000)]


class ArticleImportIn(In):
    """The file that is to be imported."""

    model_config = example(file_hash="sha256:" + "0123456789abcdef" * 4)

    file_hash: Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
    """The SHA-256 of the file's bytes: by it, an import that was interrupted goes on."""


class ArticleRowIn(In):
    """An article of the file."""

    row: RowNumber
    """Its line, or the number of its file in an archive, from 1."""
    file: Name | None = None
    """The name of its file in an archive."""
    article: dict[str, Any]  # Any: checked row by row, so that a wrong one does not refuse the others
    """`kind`, `slug`, `language`, `title`, `body` and perhaps `questions`, as `draftArticle` takes them."""


class ArticleRowsIn(In):
    """A part of the file."""

    model_config = example(
        rows=[
            {
                "row": 1,
                "article": {
                    "kind": "article",
                    "slug": "hours",
                    "language": "en",
                    "title": "Hours",
                    "body": "We answer by day.",
                },
            }
        ],
        next_row=2,
    )

    rows: Annotated[list[ArticleRowIn], Field(max_length=MOST_ROWS)]
    """The articles of this part, by rising rows."""
    next_row: RowNumber
    """The row with which the next part begins."""

    def as_rows(self) -> list[Row]:
        """The rows for the command."""
        return [Row(number=each.row, file=each.file, fields=each.article) for each in self.rows]


class ArticleImportOut(Out):
    """How far an import is."""

    id: str
    """Identifies the import: `aimp_…`."""
    file_hash: str
    """The SHA-256 of the file."""
    state: ImportState
    """`open` while rows come in; then `refused` where one of them is, with nothing published, or `publishing` and `completed`."""
    next_row: int
    """The row with which it goes on."""
    rows: int
    """Rows that have come in."""
    refused: int
    """Rows that are refused."""
    published: int
    """Articles that became new versions."""
    unchanged: int
    """Articles that were here with the same text."""
    started_by: str
    """The id of the editor."""
    created_at: CreatedAt
    changed_at: Time
    """When something of it changed last."""


class ArticleImportRefusalOut(Out):
    """Why a row is refused."""

    row: int
    """Its line, or the number of its file."""
    file: str | None
    """The name of its file in an archive."""
    field: str
    """The field; empty where it is the whole row."""
    code: str
    """Never translated."""
    zh: str
    """The reason in Chinese (zh-CN)."""
    en: str
    """The reason in English."""


class ArticleImportRefusalsOut(Out):
    """Why rows are refused."""

    data: list[ArticleImportRefusalOut]
    """By rows."""
