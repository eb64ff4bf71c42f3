"""What kb-svc refuses, by name."""

from aftercare_chassis.refusals import Kind, Refusal


class SlugTaken(Refusal):
    """Another article in force has this slug in this language: edit that one, or retire it first."""

    kind, code = Kind.CONFLICT, "slug_taken"
    zh, en = (
        "该语言下已有标识为 {slug} 的文章：{article_id}。",
        "There already is an article {slug} in this language: {article_id}.",
    )


class NothingToPublish(Refusal):
    """The article has no draft beside its published version."""

    kind, code = Kind.CONFLICT, "nothing_to_publish"
    zh, en = "没有待发布的草稿；请先编辑。", "There is no draft to publish; edit the article first."


class NothingAsked(Refusal):
    """The question has no letter, digit or character to look for."""

    kind, code = Kind.INVALID, "query_without_words"
    zh, en = "请输入要查找的文字。", "The query has no words to look for."
