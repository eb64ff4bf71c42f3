"""Set the synonyms of a language."""

from collections.abc import Iterable

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import SearchSynonymsSet, digest, trace_fields

from kb_svc.commands.record import EVERYBODY
from kb_svc.domain.articles import Language
from kb_svc.domain.synonyms import SynonymList, checked, list_id
from kb_svc.settings import Settings
from kb_svc.tables.synonyms import SYNONYM_VERSIONS, SYNONYMS


async def put(tx: Transaction[Settings], language: Language, *, given: Iterable[tuple[str, list[str]]]) -> SynonymList:
    """Set the synonyms of a language beside those of the build, in place of those that were set before. Every process uses them at once.

    A UniqueViolationError at the end of the transaction means that another one has set the first ones at the same time.

    Raises:
        TooManySynonyms, SynonymWithoutWords, SynonymLoop: see `checked`.
        Stale: the request's If-Match names another version.
    """
    words = checked(language, given)
    known = await tx.find(SYNONYMS, list_id(language))
    wanted = SynonymList(
        id=list_id(language), version=0, language=language, words=words, set_by=tx.actor.id, set_at=tx.now
    )
    if known is None:
        tx.check_condition()
        saved = await tx.create(SYNONYMS, wanted, _event(tx, wanted))
    else:
        locked = await tx.lock(SYNONYMS, known.id)
        saved = await tx.save(SYNONYMS, replace(wanted, version=locked.version), _event(tx, wanted))
    await tx.insert(SYNONYM_VERSIONS, saved)
    return saved


def _event(tx: Transaction[Settings], of: SynonymList) -> SearchSynonymsSet:
    lines = sorted(f"{meant}\n{typed}" for meant, words in of.words.items() for typed in words)
    return SearchSynonymsSet(
        **trace_fields(tx, affected_party=EVERYBODY, applicant=tx.actor.id, result="set"),
        synonyms_id=of.id,
        language=of.language,
        words=len(lines),
        words_hash=digest("\n".join(lines)),
    )
