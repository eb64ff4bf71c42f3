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
