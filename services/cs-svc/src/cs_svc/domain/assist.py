"""Agent assist 坐席辅助: replies that are suggested to agents and what becomes of them, and macros with variables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from aftercare_chassis.refusals import Kind, Refusal

MOST_SUGGESTED = 3
LEAST_SHARE = 0.08
"""An intent that is less likely is not suggested."""
_VARIABLE = re.compile(r"\{([a-z_]+)\}")


class SuggestionState(StrEnum):
    """What became of a suggestion: posted as it was, posted with other words, or not posted."""

    SHOWN = "shown"
    ACCEPTED = "accepted"
    EDITED = "edited"
    IGNORED = "ignored"


class MacroVariable(StrEnum):
    """What a macro may name."""

    CONVERSATION_ID = "conversation_id"
    AGENT_ID = "agent_id"
    ORDER_ID = "order_id"
    ORDER_STATE = "order_state"
    CASE_ID = "case_id"
    CASE_STATE = "case_state"
    ANSWER_DUE_AT = "answer_due_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A reply that was suggested to an agent, by the intent that the text was taken for. `citations` are clauses in force, `confidence` the
    probability of the intent. `message_id` is the message with which it was settled."""

    id: str
    conversation_id: str
    agent_id: str
    state: SuggestionState
    intent: str
    language: str
    text: str
    citations: list[dict[str, Any]]  # Any: JSON
    confidence: float
    model: int
    message_id: str | None = None
    shown_at: datetime
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """A text with variables, of a team or of all (None)."""

    id: str
    version: int
    team_id: str | None
    title: str
    text: str
    retired: bool
    created_at: datetime
    updated_at: datetime


class SuggestionUnknown(Refusal):
    """A message names a suggestion that was not shown to its author in this conversation, or is settled already."""

    kind, code = Kind.INVALID, "suggestion_unknown"
    zh = "没有向您显示过该建议，或其结果已记录。"
    en = "This suggestion was not shown to you here, or what became of it is recorded already."


class MacroVariableUnknown(Refusal):
    """A macro names variables that there are not; `unknown` and `known` list them."""

    kind, code = Kind.INVALID, "macro_variable_unknown"
    zh = "没有这些变量：{unknown}；可用：{known}。"
    en = "There are no such variables: {unknown}; there are: {known}."


class MacroVariableMissing(Refusal):
    """The conversation has nothing for variables of the macro, such as no case; `missing` lists them."""

    kind, code = Kind.CONFLICT, "macro_variable_missing"
    zh = "该会话没有这些内容：{missing}。"
    en = "This conversation has nothing for: {missing}."


def check_variables(text: str) -> None:
    """Check that a macro names no other variables. Raises: MacroVariableUnknown."""
    unknown = sorted(set(_VARIABLE.findall(text)) - set(MacroVariable))
    if unknown:
        raise MacroVariableUnknown(pointer="/text", unknown=", ".join(unknown), known=", ".join(MacroVariable))


def filled(text: str, values: Mapping[MacroVariable, str | None]) -> str:
    """The text with the values of its variables; a value is not looked through for others. Raises: MacroVariableMissing."""
    named = [MacroVariable(name) for name in _VARIABLE.findall(text)]
    missing = sorted({each for each in named if values.get(each) is None})
    if missing:
        raise MacroVariableMissing(missing=", ".join(missing))
    return _VARIABLE.sub(lambda found: values[MacroVariable(found[1])] or "", text)
