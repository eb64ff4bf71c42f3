"""Articles and policies of the knowledge base, published by kb-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event, EventPart
from aftercare_events.fields import Code, Hash, Id, Time
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of

LONGEST_TITLE, LONGEST_HEADING, LONGEST_TEXT = 500, 500, 10_000
"""Characters of a title, of a heading, and of what one event has of a clause."""
Title = Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE, description="its title, which is public")]


class ArticleKind(Vocabulary):
    """What an article is for."""

    POLICY = "policy", "it binds: decisions cite it"
    ARTICLE = "article", "it explains"


class ArticleEvent(Event):
    """What every event of an article carries."""

    TOPIC: ClassVar[Topic] = topics.ARTICLES
    KEY: ClassVar[str] = "article_id"

    article_id: Annotated[Id, Field(description="the article")]
    kind: Annotated[Code, one_of(ArticleKind, "what it is for")]
    slug: Annotated[Id, Field(description="its name in paths, one per language")]
    language: Annotated[Code, Field(description="BCP 47 tag, such as zh-CN")]


class Clause(EventPart):
    """One clause of a text: its number, the digest of its text, and what it states for machines beside its words. One that names the reason
    of a request comes before those that name none, and of several the last counts."""

    id: Id
    hash: Hash
    reasons: Annotated[
        tuple[Code, ...] | None, Field(description="the reasons of requests that it is about; every one where left out")
    ] = None
    types: Annotated[tuple[Code, ...] | None, Field(description="the types of cases that are possible by it")] = None
    window_days: Annotated[
        int | None,
        Field(strict=True, ge=0, description="how many days after the goods were signed for a request is in time"),
    ] = None
    refund_percent: Annotated[
        int | None, Field(strict=True, ge=0, le=100, description="how much of what was paid for the units goes back")
    ] = None


class ClauseText(EventPart):
    """The words of one clause, for those who answer from it; a clause that is longer than one such part has several, in order."""

    id: Annotated[Id, Field(description="the number of the clause")]
    heading: Annotated[
        str | None,
        Field(max_length=LONGEST_HEADING, description="its heading without markup; absent where it has none"),
    ] = None
    words: Annotated[str, Field(max_length=LONGEST_TEXT, description="its words below the heading, without markup")]


class ArticleDrafted(ArticleEvent):
    """A draft was begun or changed."""

    matter: Code = "article_draft"


class ArticlePublished(ArticleEvent):
    """A version was published; it never changes again."""

    matter: Code = "article_publication"
    article_version: Annotated[int, Field(strict=True, ge=1)]
    title_hash: Hash | None = None
    body_hash: Hash
    clauses: Annotated[
        tuple[Clause, ...], Field(description="the clauses of a policy, by which decisions cite it; at most 200")
    ] = ()
    effective_at: Annotated[
        Time | None, Field(description="from when it is in force, which may be later; absent: from its publication")
    ] = None
    effective_until: Annotated[
        Time | None, Field(description="until when it is in force at most; absent: until another version is")
    ] = None
    article_title: Title | None = None
    texts: Annotated[
        tuple[ClauseText, ...] | None,
        Field(description="the words of its clauses, which are public; absent where ArticleTextPublished has them"),
    ] = None
    questions: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] | None,
        Field(
            description="other ways in which people ask what it answers, as its editors wrote them; at most the first 6,000 bytes"
        ),
    ] = None


class ArticleTextPublished(ArticleEvent):
    """A part of the words of a published version, where they are too long for the event of its publication or older than it."""

    matter: Code = "article_text_publication"
    article_version: Annotated[int, Field(strict=True, ge=1)]
    article_title: Title
    part: Annotated[int, Field(strict=True, ge=1, description="which part it is: 1, 2, …")]
    parts: Annotated[int, Field(strict=True, ge=1, description="how many parts the words have")]
    effective_at: Annotated[Time | None, Field(description="from when the version is in force")] = None
    effective_until: Annotated[Time | None, Field(description="until when it is in force at most")] = None
    texts: Annotated[tuple[ClauseText, ...], Field(description="the words of the clauses of this part")]


class ArticleVersionEvent(ArticleEvent):
    """What every event of one published version carries."""

    article_version: Annotated[int, Field(strict=True, ge=1)]


class ArticleVersionTookEffect(ArticleVersionEvent):
    """A version that was published for a later time is in force now. One that is in force at its publication has no such event."""

    matter: Code = "article_version_effect"
    effective_at: Annotated[Time, Field(description="from when it is in force, as its publication has said")]
    replaces: Annotated[
        int | None, Field(strict=True, ge=1, description="the version that was in force until then; absent: none was")
    ] = None


class ArticleVersionExpired(ArticleVersionEvent):
    """The time of a version has ended, and no other is in force."""

    matter: Code = "article_version_expiry"
    effective_until: Annotated[Time, Field(description="until when it was in force, as its publication has said")]


class ArticleVersionWithdrawn(ArticleVersionEvent):
    """A version was withdrawn before it took effect: it will not."""

    matter: Code = "article_version_withdrawal"
    effective_at: Annotated[Time, Field(description="from when it would have been in force")]


class ArticleSubmitted(ArticleEvent):
    """A draft waits for the approval of a second person."""

    matter: Code = "article_submission"
    edited_by: Annotated[Id, Field(description="who edited it last, and cannot approve it")]
    title_hash: Hash
    body_hash: Hash


class ArticleApproved(ArticleEvent):
    """A second person has approved the draft; an edit takes that back."""

    matter: Code = "article_approval"
    edited_by: Annotated[Id, Field(description="who edited it last")]
    submitted_by: Annotated[Id, Field(description="who submitted it")]
    title_hash: Hash
    body_hash: Hash


class ArticleRejected(ArticleEvent):
    """The draft was rejected, or its approval taken back; its editors know the reason."""

    matter: Code = "article_rejection"
    reason_hash: Annotated[Hash, Field(description="the digest of the reason, which only editors read")]


class ArticleRetired(ArticleEvent):
    """The article is no longer in force."""

    matter: Code = "article_retirement"


class ArticleRated(Event):
    """A reader stated whether a version of an article helped, or changed such a statement; what the reader said besides is not in it."""

    TOPIC: ClassVar[Topic] = topics.ARTICLES
    KEY: ClassVar[str] = "feedback_id"

    matter: Code = "article_feedback"
    feedback_id: Annotated[Id, Field(description="the feedback, one per reader and version")]
    article_id: Annotated[Id, Field(description="the article")]
    article_version: Annotated[int, Field(strict=True, ge=1)]
    helped: Annotated[bool, Field(strict=True, description="whether it helped")]
    commented: Annotated[bool, Field(strict=True, description="whether there is a comment for the editors")]


class QuestionState(Vocabulary):
    """What editors have done about a question that the search did not answer."""

    OPEN = "open", "it is on the list"
    ANSWERED = "answered", "an article answers it"
    DISMISSED = "dismissed", "no article is to answer it"


class SearchSynonymsSet(Event):
    """An administrator has set the synonyms by which questions in a language are searched. Their words are not in the event."""

    TOPIC: ClassVar[Topic] = topics.ARTICLES
    KEY: ClassVar[str] = "synonyms_id"

    matter: Code = "search_synonyms"
    synonyms_id: Annotated[Id, Field(description="the list of the language")]
    language: Annotated[Code, Field(description="BCP 47 tag, such as zh-CN")]
    words: Annotated[int, Field(strict=True, ge=0, description="how many words have a meaning by it")]
    words_hash: Annotated[Hash, Field(description="the digest of its meanings and words")]


class UnansweredQuestionSettled(Event):
    """An editor has decided about a question that the search did not answer, or put it on the list again. Its words are not in the event."""

    TOPIC: ClassVar[Topic] = topics.ARTICLES
    KEY: ClassVar[str] = "question_id"

    matter: Code = "unanswered_question"
    question_id: Annotated[Id, Field(description="the question")]
    article_id: Annotated[Id | None, Field(description="the article that answers it")] = None
    language: Annotated[Code, Field(description="BCP 47 tag, such as zh-CN")]
    times: Annotated[int, Field(strict=True, ge=1, description="how often it was asked until then")]
    state: Annotated[Code, one_of(QuestionState, "what was decided")]
