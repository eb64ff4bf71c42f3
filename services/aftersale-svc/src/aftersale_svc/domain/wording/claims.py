"""Claims in sentences: how their states, deadlines and actions are called, and what there is to read about one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic

from aftercare_chassis.lifecycle import NOBODY, NOT_IN_THIS_STATE, Allowed, Context
from aftercare_chassis.sentences import DEFAULT_ZONE, in_zone

from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.claims.model import C, Claim
from aftersale_svc.domain.claims.types import ClaimType
from aftersale_svc.domain.wording.action_text import ActionText
from aftersale_svc.domain.wording.actions import WHY_NOT
from aftersale_svc.domain.wording.states import TURN_NAMES

# Any: the states and actions differ per kind of claim.


@dataclass(frozen=True, slots=True)
class ClaimExplanation:
    """A claim in sentences. `then` is None where it has no deadline."""

    what: Label
    where: Label
    turn: Label
    then: Label | None
    money: Label
    actions: tuple[ActionText[str], ...]


@dataclass(frozen=True, slots=True)
class ClaimWords(Generic[C]):
    """What people read about one kind of claim.

    `effects` are what happens at its deadlines, by the `effect` of its timeouts; `why_not` are its own reasons why an action is not open.
    `what` says what is claimed and why, `money` how much and what came of it.
    """

    type: ClaimType[C]
    states: Mapping[Any, Label]
    actions: Mapping[Any, Label]
    effects: Mapping[str, Label]
    why_not: Mapping[str, Label]
    what: Callable[[C], Label]
    money: Callable[[C], Label]


def explain(words: ClaimWords[C], claim: C, reader: Context) -> ClaimExplanation:
    """The claim in sentences for this reader."""
    return ClaimExplanation(
        what=words.what(claim),
        where=words.states[claim.state],
        turn=_turn(claim),
        then=_then(words, claim),
        money=words.money(claim),
        actions=_actions(words, words.type.allowed(claim, reader)),
    )


def _turn(claim: Claim) -> Label:
    """Who has to act next, and until when."""
    if claim.whose_turn == NOBODY:
        return Label("索赔已结束，无需处理", "The claim has ended; nobody has to act")
    who = TURN_NAMES[claim.whose_turn]
    if claim.deadline_at is None:
        return Label(f"等待{who.zh}处理", f"It is the turn of {who.en}")
    time = in_zone(claim.deadline_at, DEFAULT_ZONE)
    return Label(f"等待{who.zh}处理，截止 {time}", f"It is the turn of {who.en}, until {time}")


def _then(words: ClaimWords[C], claim: C) -> Label | None:
    """What happens if nobody acts until then."""
    effect = words.type.table.deadline_effect(claim)
    if effect is None:
        return None
    then = words.effects[effect]
    return Label(f"逾期未处理：{then.zh}", f"If nothing happens by then, {then.en}")


def _actions(words: ClaimWords[C], allowed: list[Allowed]) -> tuple[ActionText[str], ...]:
    """The actions that the state has, each with why the reader may not take it."""
    by_code = {str(action): label for action, label in words.actions.items()}
    whys = {**WHY_NOT, **words.why_not}
    return tuple(
        ActionText(
            each.action,
            by_code[each.action],
            None if each.why_not is None else whys.get(each.why_not, Label(each.why_not, each.why_not)),
        )
        for each in allowed
        if each.why_not != NOT_IN_THIS_STATE
    )
