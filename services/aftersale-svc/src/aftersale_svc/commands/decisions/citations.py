"""What a decision cites: policies that kb-svc has published, in the version in force, and their clauses."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.decisions.model import DecisionKind, Document
from aftersale_svc.domain.policies.defaults import default_slug
from aftersale_svc.domain.policies.errors import ClauseUnknown, PolicyUnknown
from aftersale_svc.domain.policies.model import LANGUAGE, Citation, PolicyVersion, cited, in_force
from aftersale_svc.settings import Settings
from aftersale_svc.tables.decisions.policies import POLICY_IN_FORCE, VERSIONS_OF_POLICIES


async def resolve(
    read: Reader[Settings], case: Case, kind: DecisionKind, citations: Sequence[Citation], pointer: str = "/policy"
) -> list[Document]:
    """The citations with versions and hashes; where there are none, the policy in force for such a decision about the case, if any.

    `pointer` is where the request has them.

    Raises:
        PolicyUnknown: no such policy, or version of it, was published.
        ClauseUnknown: the version has no such clause.
    """
    if not citations:
        slug = default_slug(kind, case.type, case.reason)
        found = await read.look_up(POLICY_IN_FORCE, slug=slug, language=LANGUAGE, at=read.now)
        return [] if found is None else [cited(found)]
    known = await read.all(VERSIONS_OF_POLICIES, article_ids=sorted({each.article_id for each in citations}))
    return [_resolved(read, each, known, f"{pointer}/{place}") for place, each in enumerate(citations)]


def _resolved(read: Reader[Settings], citation: Citation, known: Sequence[PolicyVersion], pointer: str) -> Document:
    versions = [each for each in known if each.article_id == citation.article_id]
    if citation.version is None:
        found = in_force(versions, read.now)
    else:
        found = next((each for each in versions if each.version == citation.version), None)
    if found is None:
        field = "version" if versions and citation.version is not None else "article_id"
        raise PolicyUnknown(pointer=f"{pointer}/{field}", versions=[each.version for each in versions])
    if citation.clause_id is not None and found.clause_hash(citation.clause_id) is None:
        known_ids = [clause["id"] for clause in found.clauses]
        raise ClauseUnknown(pointer=f"{pointer}/clause_id", clauses=known_ids)
    return cited(found, citation.clause_id)
