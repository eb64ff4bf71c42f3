"""The vectors of published articles."""

from aftercare_chassis.database.transaction import Reader, Transaction
from aftercare_language.vectors import Vector
from asyncpg import Record

from kb_svc.domain import vectors
from kb_svc.domain.articles import PassageModel
from kb_svc.domain.passages import FIRST_QUESTION
from kb_svc.tables.articles import ARTICLES
from kb_svc.tables.passages import DELETE_PASSAGES, INSERT_PASSAGES, MARK_EMBEDDED, MODEL, MODELS, PENDING
from kb_svc.tables.search_index import INDEXED_NUMBER


async def pending(reader: Reader, model: str, most: int) -> list[Record]:
    """Articles whose newest edition has no vectors of the model: id, number, kind, language, title, body and questions."""
    return await reader.all(PENDING, model=model, most=most)


async def center(reader: Reader, model: str) -> Vector | None:
    """The center of the vectors of a model, None before it was used here for the first time."""
    found = await reader.one(MODEL, model=model)
    return vectors.read(found.center) if found else None


async def keep_center(tx: Transaction, model: str, of: Vector) -> None:
    """Keep the center of a model. It never changes: the stored bits depend on it."""
    if await tx.one(MODEL, model=model) is None:
        await tx.upsert(MODELS, PassageModel(model=model, center=vectors.stored(of)))


async def store(
    tx: Transaction, article: Record, model: str, middle: Vector, sections: list[Vector], questions: list[Vector]
) -> None:
    """Store the vectors of an article's passages and questions, unless it was published again or retired in the meantime."""
    locked = await tx.lock(ARTICLES, article["article_id"])
    indexed = await tx.one(INDEXED_NUMBER, article_id=locked.id)
    if indexed is None or indexed["number"] != article["number"]:
        return
    found = [*sections, *questions]
    await tx.execute(DELETE_PASSAGES, article_id=locked.id)
    await tx.execute(
        INSERT_PASSAGES,
        article_id=locked.id,
        model=model,
        kind=article["kind"],
        language=article["language"],
        positions=[*range(len(sections)), *range(FIRST_QUESTION, FIRST_QUESTION + len(questions))],
        bits=[vectors.bits(each, middle) for each in found],
        vectors=[vectors.stored(each) for each in found],
    )
    await tx.execute(MARK_EMBEDDED, article_id=locked.id, model=model)
