"""The fields that events of decisions share, all optional: which decision, by which rule."""

from typing import Annotated

from pydantic import Field

from aftercare_events.fields import Code, Id

DecisionId = Annotated[Id | None, Field(description="the recorded decision, with the facts used")]
RulesVersion = Annotated[
    int | None, Field(strict=True, ge=1, description="the version of the merchant's rules, where one of them decided")
]
PolicyArticleId = Annotated[Id | None, Field(description="the policy that the decision cites first")]
PolicyVersion = Annotated[int | None, Field(strict=True, ge=1, description="the version of that policy")]
RuleId = Annotated[Code | None, Field(description="the rule of that version")]
