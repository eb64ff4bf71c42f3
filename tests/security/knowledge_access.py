"""Which roles may take each operation of kb-svc."""

from aftersale_access import EVERYBODY

KNOWLEDGE: dict[str, set[str]] = {
    "draftArticle": {"agent", "admin"},
    "listArticles": EVERYBODY,
    "getArticle": {"agent", "admin"},  # an unpublished one; published ones are for everybody
    "editArticle": {"agent", "admin"},
    "getDraft": {"agent", "admin"},
    "listVersions": set(),  # nothing is published yet
    "submitDraft": {"agent", "admin"},
    "approveDraft": {"agent", "admin"},
    "rejectDraft": {"agent", "admin"},
    "publishArticle": {"agent", "admin"},
    "withdrawVersion": set(),  # nothing is published yet
    "listClauses": set(),
    "compareVersions": set(),
    "listNotices": EVERYBODY,
    "retireArticle": {"agent", "admin"},
    "search": EVERYBODY,
    "setSearchSynonyms": {"admin"},
    "getSearchSynonyms": {"agent", "admin"},
    "startArticleImport": {"agent", "admin"},
    "listArticleImports": {"agent", "admin"},
    "getArticleImport": {"agent", "admin"},
    "importArticleRows": {"agent", "admin"},
    "completeArticleImport": {"agent", "admin"},
    "listArticleImportRefusals": {"agent", "admin"},
    "exportArticles": {"agent", "admin"},
    "listUnansweredSearches": {"agent", "admin"},
    "answerQuestion": {"agent", "admin"},
    "dismissQuestion": {"agent", "admin"},
    "reopenQuestion": {"agent", "admin"},
    "giveArticleFeedback": set(),  # nothing is published yet
    "listArticleFeedback": {"agent", "admin"},
    "getArticleHelpfulness": {"agent", "admin"},
    "listLeastHelpfulArticles": {"agent", "admin"},
}
