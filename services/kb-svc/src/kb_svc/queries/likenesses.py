"""How near articles are to a question by their vectors."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Reader
from aftercare_language.vectors import Vector, similarity

from kb_svc.domain import vectors
from kb_svc.domain.articles import ArticleKind, Language
from kb_svc.domain.fusion import NEAR_QUESTION, NEAR_SECTION, Likeness
from kb_svc.domain.passages import FIRST_QUESTION
from kb_svc.tables.passages import MODEL, NEAREST

MOST = 100
"""Passages whose similarity is computed: those with the fewest different bits."""


async def likenesses(
    reader: Reader,
    vector: Vector | None,
    model: str,
    asked_in: Language,
    *,
    kind: ArticleKind | None,
    language: Language | None,
) -> dict[str, Likeness]:
    """The similarity of the nearest articles, none without a vector. `asked_in` is the language of the question."""
    if vector is None or (center := await reader.one(MODEL, model=model)) is None:
        return {}
    bits = vectors.bits(vector, vectors.read(center.center))
    rows = await reader.all(NEAREST, model=model, bits=bits, kind=kind, language=language, most=MOST)
    found: dict[str, Likeness] = {}
    for row in rows:
        near = similarity(vector, vectors.read(row["vector"]))
        enough = NEAR_QUESTION if row["position"] >= FIRST_QUESTION else NEAR_SECTION
        known = found.get(row["article_id"], Likeness(near, row["language"] != asked_in))
        found[row["article_id"]] = replace(
            known, similarity=max(near, known.similarity), is_answer=known.is_answer or near >= enough
        )
    return found
