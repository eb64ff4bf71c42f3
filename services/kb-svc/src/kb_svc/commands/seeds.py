"""The policies a shop starts with, published like any other article. What people have edited is left alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime

from kb_svc import tables
from kb_svc.commands import articles
from kb_svc.domain.model import Kind, Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One file: its directory is the language, its name the slug, its first lines kind and title."""

    kind: Kind
    slug: str
    language: Language
    title: str
    body: str


def seeds() -> Iterator[Seed]:
    """Every seed of this build, in the same order each time."""
    for language in Language:
        folder = files("kb_svc") / "seeds" / language
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            yield read(language, file.name.removesuffix(".md"), file.read_text(encoding="utf-8"))


def read(language: Language, slug: str, text: str) -> Seed:
    """The seed in a file's text; ValueError or KeyError where its head is not as it should be."""
    _, head, body = text.split("---\n", 2)
    facts = {name: value for name, _, value in (line.partition(": ") for line in head.splitlines())}
    return Seed(kind=Kind(facts["kind"]), slug=slug, language=language, title=facts["title"], body=body.strip() + "\n")


async def seed(runtime: Runtime) -> None:
    """Publish what is missing and what this build says anew. Running it again changes nothing."""
    for each in seeds():
        async with runtime.transaction(SYSTEM) as tx:
            await plant(tx, each)


async def plant(tx: Transaction, seed: Seed) -> None:
    """One seed into one article."""
    article = await tx.one(tables.BY_SLUG, slug=seed.slug, language=seed.language)
    if article is None:
        created, _ = await articles.draft(
            tx, kind=seed.kind, slug=seed.slug, language=seed.language, title=seed.title, body=seed.body
        )
        await articles.publish(tx, created.id)
        return
    newest = await tx.find(tables.EDITIONS, article.id, article.published)
    written = await tx.find(tables.DRAFTS, article.id)
    if newest is None or newest.published_by != SYSTEM.id or written is not None:
        return
    if (newest.title, newest.body) != (seed.title, seed.body):
        await articles.edit(tx, article.id, title=seed.title, body=seed.body)
        await articles.publish(tx, article.id)
