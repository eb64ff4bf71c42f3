"""Imports of articles 文章导入: rows of a file, each checked before any article of the file is published."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from re import compile
from unicodedata import category

from aftercare_chassis.refusals import Kind, Refusal

from kb_svc.domain.articles import ArticleKind, Language
from kb_svc.domain.clauses import clauses
from kb_svc.domain.errors import ClauseTermsInvalid
from kb_svc.domain.questions import LONGEST, MOST

LONGEST_TITLE, LONGEST_BODY, LONGEST_SLUG = 200, 20_000, 100
FIELDS = ("kind", "slug", "language", "title", "body")
QUESTIONS = "questions"
"""May be left out: the article then keeps those that it has."""
_BREAKS = frozenset({"Cc", "Zl", "Zp"})
_INVISIBLE = _BREAKS | {"Zs", "Cf"}
_CONTROL = compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SLUG = compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


class ImportState(StrEnum):
    """The states of an import: rows come in, are refused together, or are being published."""

    OPEN = "open"
    REFUSED = "refused"
    PUBLISHING = "publishing"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleImport:
    """The import of one file, which is known by its hash.

    `rows` have come in and `refused` of them are; then `published` became new versions and `unchanged` were here with the same text.
    `next_row` is the line or file that comes next.
    """

    id: str
    file_hash: str
    state: ImportState
    next_row: int
    rows: int
    refused: int
    published: int
    unchanged: int
    started_by: str
    started_role: str
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """An article of the file, until it is published."""

    import_id: str
    row: int
    file: str | None
    kind: ArticleKind
    slug: str
    language: Language
    title: str
    body: str
    questions: list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRefusal:
    """Why a row is refused: its line or file, the field, and the reason in both languages."""

    import_id: str
    row: int
    place: int
    file: str | None
    field: str
    code: str
    zh: str
    en: str


class ImportClosed(Refusal):
    """The import takes no rows any more."""

    kind, code = Kind.CONFLICT, "import_closed"
    zh, en = "该导入不再接收数据（{state}）。", "The import takes no more rows ({state})."


class RowsOutOfOrder(Refusal):
    """The rows of a part do not rise, or were passed already."""

    kind, code = Kind.INVALID, "rows_out_of_order"
    zh, en = "行号必须递增，且不小于 {next_row}。", "The rows have to rise, from {next_row} on."


class RowUnreadable(Refusal):
    """A line or file of the import cannot be read."""

    kind, code = Kind.INVALID, "row_unreadable"
    zh, en = "无法读取：{problem}", "It cannot be read: {problem}"


class FieldUnsuitable(Refusal):
    """A field of a row is missing, unknown or not in its form."""

    kind, code = Kind.INVALID, "field_unsuitable"
    zh, en = "字段 {field} 无效，应为：{allowed}。", "The field {field} is not valid. Possible: {allowed}."


class SlugRepeated(Refusal):
    """Two rows of a file are the same article."""

    kind, code = Kind.INVALID, "slug_repeated"
    zh, en = "第 {row} 行已有同一语言的同名文章。", "Row {row} is the same article in this language."


class KindDiffers(Refusal):
    """The article is here with another kind, which never changes."""

    kind, code = Kind.CONFLICT, "kind_differs"
    zh, en = "已有文章的类型为 {present}，不能更改。", "The article is here as {present}, which cannot be changed."


class DraftInTheWay(Refusal):
    """An editor is editing the article: its draft would be lost."""

    kind, code = Kind.CONFLICT, "draft_in_the_way"
    zh, en = "编辑正在修改该文章（草稿未发布）。", "An editor is editing the article: it has a draft."


_ALLOWED = {
    "kind": " | ".join(ArticleKind),
    "slug": "a-z 0-9 -, 1–100",
    "language": " | ".join(Language),
    "title": f"1–{LONGEST_TITLE}",
    "body": f"1–{LONGEST_BODY}",
    QUESTIONS: f"0–{MOST} × 1–{LONGEST}",
}


def check(fields: Mapping[str, object]) -> Iterator[Refusal]:
    """What is wrong with the fields of an article: none where it may be published."""
    for name in fields.keys() - {*FIELDS, QUESTIONS}:
        yield _unsuitable(str(name)[:40], ", ".join((*FIELDS, QUESTIONS)))
    wrong = [name for name in FIELDS if not _is_valid(name, fields.get(name))]
    if QUESTIONS in fields and not _are_questions(fields[QUESTIONS]):
        wrong.append(QUESTIONS)
    yield from (_unsuitable(name, _ALLOWED[name]) for name in wrong)
    if not wrong and fields["kind"] == ArticleKind.POLICY:
        try:
            clauses(str(fields["body"]))
        except ClauseTermsInvalid as refusal:
            yield refusal


def _unsuitable(field: str, allowed: str) -> Refusal:
    return FieldUnsuitable(pointer=f"/{field}", field=field, allowed=allowed)


def _are_questions(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST
        and all(isinstance(each, str) and _is_text(each) and _is_line(each.strip(), LONGEST) for each in value)
    )


def _is_line(text: str, longest: int) -> bool:
    return len(text) <= longest and _shows(text) and not any(category(each) in _BREAKS for each in text)


def _is_valid(name: str, value: object) -> bool:
    if not isinstance(value, str) or not _is_text(value):
        return False
    text = value.strip()
    match name:
        case "kind":
            return value in set(ArticleKind)
        case "language":
            return value in set(Language)
        case "slug":
            return len(value) <= LONGEST_SLUG and _SLUG.match(value) is not None
        case "title":
            return _is_line(text, LONGEST_TITLE)
        case _:
            return len(text) <= LONGEST_BODY and _shows(text) and _CONTROL.search(text) is None


def _shows(text: str) -> bool:
    """Whether it has a visible character."""
    return any(category(each) not in _INVISIBLE for each in text)


def _is_text(value: str) -> bool:
    """Whether it can be stored: no half of a surrogate pair, which JSON may have."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def reason(refusal: Refusal, import_id: str, row: int, place: int, file: str | None) -> ImportRefusal:
    """Why a row is refused, as its import keeps it."""
    return ImportRefusal(
        import_id=import_id,
        row=row,
        place=place,
        file=file,
        field=(refusal.pointer or "").removeprefix("/"),
        code=refusal.code,
        zh=refusal.detail("zh-CN"),
        en=refusal.detail("en"),
    )
