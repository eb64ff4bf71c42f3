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


class QueryWithoutWords(Refusal):
    """The query has no letter, digit or character to search for."""

    kind, code = Kind.INVALID, "query_without_words"
    zh, en = "请输入要查找的文字。", "The query has no words to look for."
