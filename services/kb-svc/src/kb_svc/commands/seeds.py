"""The seeds: the policies that a new installation starts with, published as articles."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM

from kb_svc.commands import articles
from kb_svc.domain.articles import ArticleKind, Language
from kb_svc.settings import Settings
from kb_svc.tables.articles import ARTICLE_WITH_SLUG, DRAFTS, EDITIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One file: its directory is the language, its name the slug; its header has the kind, the title and the questions."""

    kind: ArticleKind
    slug: str
    language: Language
    title: str
    body: str
    questions: list[str]


def seeds() -> Iterator[Seed]:
    """Every seed of this build, always in the same order."""
    for language in Language:
        folder = files("kb_svc") / "seeds" / language
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            yield parse(language, file.name.removesuffix(".md"), file.read_text(encoding="utf-8"))


def parse(language: Language, slug: str, text: str) -> Seed:
    """The seed in the text of a file. Raises: ValueError without a header, KeyError for a missing kind or title."""
    _, header, body = text.split("---\n", 2)
    named, _, listed = header.partition("questions:\n")
    fields = {name: value for name, _, value in (line.partition(": ") for line in named.splitlines())}
    return Seed(
        kind=ArticleKind(fields["kind"]),
        slug=slug,
        language=language,
        title=fields["title"],
        body=body.strip() + "\n",
        questions=[line.removeprefix("- ") for line in listed.splitlines()],
    )


async def publish(tx: Transaction[Settings], seed: Seed) -> None:
    """Publish the seed as an article, or as the next edition where this build has a newer text.

    An article that an editor has published or is editing stays as it is.
    """
    article = await tx.one(ARTICLE_WITH_SLUG, slug=seed.slug, language=seed.language)
    if article is None:
        created, _ = await articles.draft(
            tx,
            kind=seed.kind,
            slug=seed.slug,
            language=seed.language,
            title=seed.title,
            body=seed.body,
            questions=seed.questions,
        )
        await articles.publish(tx, created.id)
        return
    newest = await tx.find(EDITIONS, article.id, article.published)
    draft = await tx.find(DRAFTS, article.id)
    if newest is None or newest.published_by != SYSTEM.id or draft is not None:
        return
    if (newest.title, newest.body, newest.questions) != (seed.title, seed.body, seed.questions):
        await articles.edit(tx, article.id, title=seed.title, body=seed.body, questions=seed.questions)
        await articles.publish(tx, article.id)
