"""Synonyms of the search 同义词: what people say in place of the words of articles, beside those of the build."""

from typing import Annotated, Self

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import In, Name, Out, Time, example
from aftercare_chassis.refusals import NotFound
from fastapi import APIRouter, Query
from pydantic import Field

from kb_svc.api.schemas import Maybe, Number, RowVersion
from kb_svc.commands import synonyms as commands
from kb_svc.domain.articles import Language
from kb_svc.domain.synonyms import (
    LONGEST_MEANING,
    LONGEST_TYPED,
    MOST_MEANINGS,
    MOST_OF_ONE,
    SynonymList,
    SynonymLoop,
    SynonymWithoutWords,
    TooManySynonyms,
)
from kb_svc.queries import synonyms as queries
from kb_svc.settings import Settings

router = APIRouter(prefix="/v1/search/synonyms", tags=["search"], route_class=ApiRoute)
Typed = Annotated[Name, Field(max_length=LONGEST_TYPED)]


class SynonymIn(In):
    """Words of articles, and what people say in their place."""

    meant: Annotated[Name, Field(max_length=LONGEST_MEANING)]
    """A word of articles, or several: a question is asked with them as well."""
    typed: Annotated[list[Typed], Field(min_length=1, max_length=MOST_OF_ONE)]
    """What people say. Chinese words are found anywhere in a question, others as whole words in any inflexion."""


class SynonymsIn(In):
    """All synonyms of a language but those of the build. An empty list leaves only those."""

    model_config = example(language="zh-CN", synonyms=[{"meant": "上门安装", "typed": ["装机", "师傅来装"]}])

    language: Language
    """The language of the questions."""
    synonyms: Annotated[list[SynonymIn], Field(max_length=MOST_MEANINGS)]
    """At most 500 meanings, and 5,000 words in all."""


class SynonymOut(Out):
    """Words of articles, and what people say in their place."""

    meant: str
    """The words of articles."""
    typed: list[str]
    """What people say, as it is compared: without traditional characters, accents and capitals."""


class SynonymsOut(Out):
    """The synonyms that were set of a language; those of the build are not among them."""

    version: RowVersion
    language: Language
    """The language of the questions."""
    number: Number
    synonyms: list[SynonymOut]
    """In the order in which they were set."""
    set_by: str | None = Maybe
    """The id of the administrator who has set them."""
    set_at: Time | None = Maybe
    """When that was."""

    @classmethod
    def of(cls, language: Language, found: SynonymList | None) -> Self:
        """These synonyms; version 0 where none were set."""
        if found is None:
            return cls(version=0, language=language, number=0, synonyms=[])
        words = [SynonymOut(meant=meant, typed=typed) for meant, typed in found.words.items()]
        return cls(
            version=found.version,
            language=language,
            number=found.version,
            synonyms=words,
            set_by=found.set_by,
            set_at=found.set_at,
        )


@router.put(
    "",
    operation_id="setSearchSynonyms",
    responses=refusals(TooManySynonyms, SynonymWithoutWords, SynonymLoop),
    dependencies=[require_role("admin")],
)
async def set_synonyms(body: SynonymsIn, tx: Tx[Settings]) -> SynonymsOut:
    """Set the synonyms of a language, in place of those that were set before. The next search uses them, in every process."""
    given = [(each.meant, list(each.typed)) for each in body.synonyms]
    return SynonymsOut.of(body.language, await commands.put(tx, body.language, given=given))


@router.get(
    "",
    operation_id="getSearchSynonyms",
    responses=refusals(NotFound),
    dependencies=[require_role("agent", "admin")],
)
async def get_synonyms(
    reader: Read[Settings],
    language: Annotated[Language, Query(description="The language of the questions.")],
    version: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="A version of before; the one in use where it is left out.")
    ] = None,
) -> SynonymsOut:
    """The synonyms that were set of a language, now or in a version of before."""
    return SynonymsOut.of(language, await queries.one(reader, language, version))
