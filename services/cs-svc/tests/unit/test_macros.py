"""Macros: the variables that they may name, and their values."""

import pytest
from cs_svc.domain.assist import MacroVariable, MacroVariableMissing, MacroVariableUnknown, check_variables, filled
from hypothesis import given
from hypothesis import strategies as st


def test_variables_have_the_values_of_the_conversation() -> None:
    text = "您的售后单 {case_id} 状态为 {case_state}；{case_id}。"
    values = {MacroVariable.CASE_ID: "case_1", MacroVariable.CASE_STATE: "refunding"}
    assert filled(text, values) == "您的售后单 case_1 状态为 refunding；case_1。"


def test_what_the_conversation_does_not_have_is_named() -> None:
    with pytest.raises(MacroVariableMissing) as missing:
        filled("{order_id} {case_id} {case_state}", {MacroVariable.ORDER_ID: "ord_1", MacroVariable.CASE_ID: None})
    assert missing.value.facts["missing"] == "case_id, case_state"


def test_a_variable_that_does_not_exist_is_refused() -> None:
    with pytest.raises(MacroVariableUnknown) as unknown:
        check_variables("{buyer_name} {order_id} {amount}")
    assert unknown.value.facts["unknown"] == "amount, buyer_name"


@given(st.text(), st.sampled_from(list(MacroVariable)))
def test_a_value_is_not_looked_through(value: str, variable: MacroVariable) -> None:
    """Whatever a value contains, such as the name of a variable or a brace, is in the text as it is."""
    assert filled(f"<{{{variable}}}>", {variable: value}) == f"<{value}>"
