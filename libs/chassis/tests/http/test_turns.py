"""The enumerations of whose turn it is: made from the tables of lifecycles."""

from enum import StrEnum
from typing import Annotated

import pytest
from aftercare_chassis.http.schemas import Out
from aftercare_chassis.http.turns import TurnOf
from aftercare_chassis.lifecycle import NOBODY, Lifecycle, Permission, Timeout, Transition
from pydantic import ValidationError


class LoanState(StrEnum):
    OPEN = "open"
    LATE = "late"
    RETURNED = "returned"


class LoanAction(StrEnum):
    REMIND = "remind"
    RETURN = "return"


READER = Permission("reader_only", frozenset({"reader"}))
LOAN: Lifecycle[LoanState, LoanAction] = Lifecycle(
    "loan",
    initial=LoanState.OPEN,
    transitions={
        (LoanState.OPEN, LoanAction.REMIND): Transition(LoanState.LATE, READER),
        (LoanState.OPEN, LoanAction.RETURN): Transition(LoanState.RETURNED, READER),
        (LoanState.LATE, LoanAction.RETURN): Transition(LoanState.RETURNED, READER),
    },
    timeouts={LoanState.OPEN: Timeout("reader"), LoanState.LATE: Timeout("library")},
    ends={LoanState.RETURNED},
)
LoanTurn = Annotated[str, TurnOf("LoanTurn", LOAN, others=[NOBODY])]


class LoanOut(Out):
    whose_turn: LoanTurn


def test_the_document_names_the_values_of_the_table() -> None:
    schema = LoanOut.model_json_schema()
    assert schema["properties"]["whose_turn"] == {"$ref": "#/$defs/LoanTurn"}
    assert schema["$defs"]["LoanTurn"]["enum"] == ["reader", "library", "nobody"]


def test_a_value_of_the_table_is_text_in_a_response() -> None:
    assert LoanOut(whose_turn="library").model_dump_json() == '{"whose_turn":"library"}'


def test_no_other_value_is_accepted() -> None:
    with pytest.raises(ValidationError):
        LoanOut(whose_turn="librarian")
