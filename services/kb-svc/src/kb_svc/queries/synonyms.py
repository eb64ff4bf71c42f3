"""The synonyms of a search: those of the build and those that administrators have set."""

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.refusals import NotFound
from aftercare_language.synonyms import Synonyms, shipped

from kb_svc.domain.articles import Language
from kb_svc.domain.synonyms import SynonymList, list_id, synonyms
from kb_svc.tables.synonyms import IN_USE, SYNONYM_VERSION, SYNONYM_VERSIONS, SYNONYMS, VERSIONS_IN_USE


class CurrentSynonyms:
    """The synonyms as one process has prepared them. Each search reads which versions are in use, so that all processes follow at once."""

    def __init__(self, of_build: Synonyms) -> None:
        self._of_build, self._prepared, self._versions = of_build, of_build, tuple[tuple[str, int], ...]()

    async def read(self, reader: Reader) -> Synonyms:
        """Those in use now."""
        versions = tuple((row["id"], row["version"]) for row in await reader.all(VERSIONS_IN_USE))
        if versions != self._versions:
            lists = await reader.all(IN_USE)
            own = [each for one in lists for each in synonyms(one.language, one.words)]
            self._prepared = Synonyms((*shipped(), *own)) if own else self._of_build
            self._versions = tuple((each.id, each.version) for each in lists)
        return self._prepared


async def one(reader: Reader, language: Language, number: int | None) -> SynonymList | None:
    """The synonyms that were set of a language: those in use, None where none were set, or a version of before.

    Raises:
        NotFound: there is no such version.
    """
    if number is None:
        return await reader.find(SYNONYMS, list_id(language))
    found = await reader.one(SYNONYM_VERSION, list_id=list_id(language), number=number)
    if found is None:
        raise NotFound(what=SYNONYM_VERSIONS.name)
    return found
