"""Bodies about versions: the draft of the next one, its approval, and the published ones with their times."""

from typing import Self

from aftercare_chassis.http.schemas import AllowedActions, AllowedOut, In, Out, Time, Utterance, example
from aftercare_chassis.lifecycle import Actor

from kb_svc.api.schemas import Maybe, Number, RowVersion
from kb_svc.domain.articles import Article, Draft, Edition
from kb_svc.domain.versions import VERSION, Approval, VersionState


class PublishIn(In):
    """When the version is in force. Without a body it is at once, until another one is."""

    model_config = example(effective_from="2026-03-09T00:00:00+08:00")

    effective_from: Time | None = None
    """From when it is in force; at once where it is left out. Not in the past."""
    effective_until: Time | None = None
    """Until when it is in force at most; the version before does not come back then."""


class RejectDraftIn(In):
    """Why a draft is not approved."""

    model_config = example(reason="第二条与现行法规不一致。")

    reason: Utterance
    """Shown to editors, with the draft, until it is submitted again."""


class DraftOut(Out):
    """The draft of the next version of an article."""

    version: RowVersion
    article_id: str
    """The article that is edited."""
    next_version: int
    """The number that the draft gets when it is published."""
    title: str
    """The next title."""
    body: str
    """The next text, in Markdown."""
    questions: list[str]
    """Other ways in which people ask what it answers, for the search."""
    edited_by: str
    """The id of the editor who changed it last, and cannot approve it."""
    edited_at: Time
    """When it was changed last."""
    state: VersionState
    """`draft`, `submitted` or `approved`. An edit makes it a draft again."""
    submitted_by: str | None = Maybe
    """The id of the editor who submitted it last, and cannot approve it."""
    submitted_at: Time | None = Maybe
    """When it was submitted."""
    approved_by: str | None = Maybe
    """The id of the editor who has approved it."""
    approved_at: Time | None = Maybe
    """When it was approved."""
    rejected_by: str | None = Maybe
    """The id of the editor who has rejected it last."""
    reason: str | None = Maybe
    """Why it was rejected last; absent once it is submitted again."""
    allowed_actions: AllowedActions

    @classmethod
    def of(cls, article: Article, draft: Draft, actor: Actor, approval: Approval) -> Self:
        """The draft, the number that it will get, and what the reader may do with it."""
        return cls.of_row(
            draft,
            version=article.version,
            next_version=article.last_number + 1,
            allowed_actions=AllowedOut.of(VERSION.allowed(draft, actor, approval)),
        )


class EditionOut(Out):
    """One published version, without its text."""

    number: Number
    title: str
    """The title of this version."""
    body_hash: str
    """SHA-256 of the text, by which decisions cite it: `sha256:…`."""
    published_by: str
    """The id of the editor."""
    published_at: Time
    """When this version was published."""
    state: VersionState
    """`scheduled` until it takes effect, `in_force`, and how it ended."""
    effective_from: Time
    """From when it is in force."""
    effective_until: Time | None = Maybe
    """Until when it is in force at most."""
    ended_at: Time | None = Maybe
    """When another version replaced it, its time ended, or it was withdrawn. Not after `effective_from`: it was never in force."""
    approved_by: str | None = Maybe
    """The id of the editor who approved it; absent where nobody had to."""


class HistoryOut(Out):
    """Every published version, newest first."""

    data: list[EditionOut]
    """Newest first."""

    @classmethod
    def of(cls, editions: list[Edition]) -> Self:
        """These editions."""
        return cls(data=[EditionOut.model_validate(edition) for edition in editions])
