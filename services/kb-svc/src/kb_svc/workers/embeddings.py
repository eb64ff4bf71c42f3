"""Make the vectors of articles after they were published, and again where another model is set."""

from datetime import datetime, timedelta

from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime
from aftercare_language.embeddings import Embedder, EmbeddingsUnavailable, TextRole
from aftercare_language.synonyms import shipped
from aftercare_language.vectors import Vector
from asyncpg import Record

from kb_svc.commands import passages, search_index
from kb_svc.domain import vectors
from kb_svc.domain.passages import passages as passages_of
from kb_svc.settings import Settings

_ARTICLES = 8  # that are embedded in one step
_CALIBRATION = 64  # texts whose mean is the center of a model
_AGAIN = timedelta(seconds=10)


class Embedding:
    """Makes vectors with an embedder, outside any transaction."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def worker(self) -> Worker[Settings]:
        """The worker, woken for each publication."""
        return Worker(search_index.EMBEDDING, self.step, idle=30.0)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Embed some articles; where the server is not there, the search goes on by words, and this is tried again."""
        model = self._embedder.model
        async with runtime.reader(SYSTEM) as reader:
            pending = await passages.pending(reader, model, _ARTICLES)
        if not pending:
            return None
        try:
            middle = await self._center(runtime)
            for article in pending:
                sections, questions = await self._vectors(article)
                async with runtime.transaction(SYSTEM) as tx:
                    await passages.store(tx, article, model, middle, sections, questions)
        except EmbeddingsUnavailable:
            return runtime.clock.now() + _AGAIN
        return AT_ONCE

    async def _vectors(self, article: Record) -> tuple[list[Vector], list[Vector]]:
        """Those of the passages, and those of the questions: what is asked is compared with them as a question with questions."""
        sections = await self._embedder.embed(passages_of(article["title"], article["body"]), TextRole.PASSAGE)
        asked = article["questions"]
        return sections, await self._embedder.embed(asked, TextRole.QUERY) if asked else []

    async def _center(self, runtime: Runtime[Settings]) -> Vector:
        model = self._embedder.model
        async with runtime.reader(SYSTEM) as reader:
            known = await passages.center(reader, model)
        if known is not None:
            return known
        texts = [each.meant for each in shipped()][:: max(len(shipped()) // _CALIBRATION, 1)][:_CALIBRATION]
        middle = vectors.mean(await self._embedder.embed(texts, TextRole.PASSAGE))
        async with runtime.transaction(SYSTEM) as tx:
            await passages.keep_center(tx, model, middle)
        async with runtime.reader(SYSTEM) as reader:
            return await passages.center(reader, model) or middle
