"""The settings of kb-svc."""

from typing import Annotated

from aftercare_chassis.settings import HttpUrl, Parts, ServiceSettings
from pydantic import AfterValidator, Field

from kb_svc.domain.articles import ArticleKind


def _kinds(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if value not in set(ArticleKind):
            raise ValueError(f"must be kinds of articles ({', '.join(ArticleKind)}), separated by commas")
    return values


class Settings(ServiceSettings):
    """The settings of every service, and where vectors of texts are made."""

    # An OpenAI-compatible server of embeddings; without it the search is by words alone.
    embeddings_url: HttpUrl | None = None
    embeddings_model: Annotated[str, Field(min_length=1, max_length=100)] = "multilingual-e5-small-q4"
    # How long a search waits for the vector of its question; after that it is by words alone.
    embeddings_seconds: Annotated[float, Field(gt=0, le=10)] = 0.5
    # Kinds of articles whose versions a second person has to approve before they are published.
    approval_required: Annotated[Parts, AfterValidator(_kinds)] = ()
