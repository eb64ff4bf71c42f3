"""The refusals of kb-svc."""

from aftercare_chassis.refusals import Kind, Refusal


class SlugTaken(Refusal):
    """An article that is not retired has this slug in this language; `article_id` names it."""

    kind, code = Kind.CONFLICT, "slug_taken"
    zh, en = (
        "该语言下已有标识为 {slug} 的文章：{article_id}。",
        "There already is an article {slug} in this language: {article_id}.",
    )


class NothingToPublish(Refusal):
    """The article has no draft."""

    kind, code = Kind.CONFLICT, "nothing_to_publish"
    zh, en = "没有待发布的草稿；请先编辑。", "There is no draft to publish; edit the article first."


class ApprovalRequired(Refusal):
    """A version of this kind has to be approved by a second person before it is published."""

    kind, code = Kind.CONFLICT, "approval_required"
    zh, en = (
        "此类文章须经另一名编辑批准后才能发布；请先提交审批。",
        "A second person has to approve a version of this kind before it is published; submit the draft first.",
    )


class SecondPersonNeeded(Refusal):
    """Who edited the draft last, or submitted it, cannot approve it."""

    kind, code = Kind.CONFLICT, "second_person_needed"
    zh, en = (
        "须由另一名编辑批准：最后编辑者和提交者不能自行批准。",
        "Somebody else has to approve it than who edited it last and who submitted it.",
    )


class EffectiveTimesInvalid(Refusal):
    """The times of a version are not possible: it would end before it begins, or begin before it is published."""

    kind, code = Kind.INVALID, "effective_times_invalid"
    zh, en = (
        "生效时间无效：生效不得早于发布（{earliest}），失效须晚于生效。",
        "These times are not possible: a version takes effect at {earliest} or later, and ends after it has taken effect.",
    )


class NoticeTooShort(Refusal):
    """The article has a public notice period: a version takes effect at `earliest` or later."""

    kind, code = Kind.INVALID, "notice_too_short"
    zh, en = (
        "该文章的新版本须公示 {notice_days} 天，最早于 {earliest} 生效。",
        "Versions of this article are announced for {notice_days} days: this one takes effect at {earliest} or later.",
    )


class NoticeShortened(Refusal):
    """The public notice period of an article that was published is not shortened."""

    kind, code = Kind.CONFLICT, "notice_shortened"
    zh, en = (
        "文章发布后不得缩短公示期（现为 {notice_days} 天）。",
        "The notice period of an article that was published is not shortened; it is {notice_days} days.",
    )


class VersionOrTime(Refusal):
    """A request names a version and a time, of which one is enough."""

    kind, code = Kind.INVALID, "version_or_time"
    zh, en = "version 与 at 只能指定其一。", "Name a version or a time, not both."


class ClauseTermsInvalid(Refusal):
    """A clause has terms for machines that are not in their form. `clause_id` names it, `allowed` what its `field` can be."""

    kind, code = Kind.INVALID, "clause_terms_invalid"
    zh = "条款 {clause_id} 的 terms 无效（{field}），可填写：{allowed}。"
    en = "The terms of clause {clause_id} are not valid ({field}). Possible: {allowed}."


class QueryWithoutWords(Refusal):
    """The query has no letter, digit or character to search for."""

    kind, code = Kind.INVALID, "query_without_words"
    zh, en = "请输入要查找的文字。", "The query has no words to look for."


class ArticleNotPublished(Refusal):
    """A question is answered by what readers can find: this article is a draft or retired."""

    kind, code = Kind.CONFLICT, "article_not_published"
    zh, en = (
        "文章 {article_id} 未发布（{state}），读者看不到。",
        "The article {article_id} is not published ({state}), so that readers do not see it.",
    )
