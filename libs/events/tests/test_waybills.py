"""Every spelling of a waybill number becomes the same number; other text is refused, or kept unchanged."""

from collections.abc import Callable

import pytest
from aftercare_events import ReturnShipped
from aftercare_events.waybills import (
    CarrierInput,
    WaybillInput,
    canonical_carrier,
    canonical_waybill,
    carrier,
    waybill,
)
from event_strategies import of
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

SPELLINGS = (
    "SF1234567890",
    "sf1234567890",
    "ＳＦ１２３４５６７８９０",
    " sf 1234 5678 90\n",
    "SF\u30001234\u00a0567890",
    "S\u200bF12\u00ad34\u2060567890\ufeff",
    "\u3164SF1234567890\u2800\ufe0f",
)


@pytest.mark.parametrize("text", SPELLINGS)
def test_every_spelling_is_the_same_number(text: str) -> None:
    assert waybill(text) == canonical_waybill(text) == "SF1234567890"


def test_hyphens_belong_to_the_number_whatever_dash_they_are_written_with() -> None:
    assert (
        waybill("jdvb001-1-12-") == waybill("ＪＤＶＢ００１－１－１２－") == waybill("JDVB001‐1–12−") == "JDVB001-1-12-"
    )
    assert waybill("JDVB001-1-12-") != waybill("JDVB001-11-2-")


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u200b", "\u3164", "-1", "SF1;DROP", "a\x00b", "a\nb", "a\u2028b", "a\x85b", "运单", "ſſß1", "1" * 101],
)
def test_what_is_no_waybill_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Must be a waybill number: 1 to 100"):
        waybill(text)


def test_a_tab_is_a_space_and_a_dash_of_any_script_a_hyphen() -> None:
    assert canonical_waybill("SF\t12") == "SF12"
    assert {canonical_waybill(f"A{dash}1") for dash in "-\u2010\u2013\u2014\u2212\ufe63\uff0d"} == {"A-1"}


@pytest.mark.parametrize("text", ["SF Express", "ＳＦ！", "顺丰 SF", " ？ "])
def test_what_is_no_code_is_kept_as_it_was_written(text: str) -> None:
    assert canonical_carrier(text) == canonical_waybill(f"{text}!")[:-1] == text


def test_every_entry_takes_one_to_a_hundred_characters() -> None:
    assert waybill(" 7 ") == "7"
    assert waybill("7" * 100) == "7" * 100
    with pytest.raises(ValueError, match="1 to 100"):
        waybill("7" * 101)


@pytest.mark.parametrize("text", ["sf", "SF", " ＳＦ ", "S\u200bf"])
def test_a_carrier_is_one_code_in_any_spelling(text: str) -> None:
    assert carrier(text) == canonical_carrier(text) == "sf"


@pytest.mark.parametrize("text", ["", "SF Express", "1sf", "sf-x", "顺丰", "s" * 65])
def test_a_name_is_no_carrier_code(text: str) -> None:
    with pytest.raises(ValueError, match="Must be a carrier code"):
        carrier(text)


@given(st.text(max_size=40))
def test_canonical_text_stays_as_it_is(text: str) -> None:
    for canonical in (canonical_waybill, canonical_carrier):
        assert canonical(canonical(text)) == canonical(text)


@given(of(ReturnShipped))
def test_events_carry_the_canonical_form_and_refuse_nothing(event: ReturnShipped) -> None:
    again = ReturnShipped.model_validate({**event.model_dump(), "waybill_no": " ｓｆ12 ", "carrier": "SF"})
    assert (again.waybill_no, again.carrier) == ("SF12", "sf")
    assert ReturnShipped.model_validate_json(event.to_data()) == event


@given(st.from_regex(r"[0-9A-Za-z][0-9A-Za-z_.:-]{0,99}", fullmatch=True))
def test_an_ascii_number_is_only_put_into_capitals(text: str) -> None:
    assert waybill(text) == text.upper()
    assert canonical_waybill(text.lower()) == canonical_waybill(text.upper())


@given(st.from_regex(r"[a-z][a-z0-9_]{0,63}", fullmatch=True))
def test_a_code_is_itself_in_any_case(text: str) -> None:
    assert carrier(text) == carrier(text.upper()) == text


@given(st.text(max_size=40))
def test_what_is_accepted_is_canonical(text: str) -> None:
    for accept, canonical in ((waybill, canonical_waybill), (carrier, canonical_carrier)):
        try:
            accepted = accept(text)
        except ValueError:
            continue
        assert accepted == canonical(text) == accept(accepted)


@pytest.mark.parametrize(("kind", "language"), [(waybill, "运单号"), (carrier, "承运商代码")])
def test_a_refusal_has_a_code_and_both_languages(kind: Callable[[str], str], language: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        kind("?")
    assert refused.value.type == f"{kind.__name__}_invalid"
    assert refused.value.message().startswith("Must be a ")
    assert language in (refused.value.context or {})["zh"]


@pytest.mark.parametrize(
    ("field", "written", "found"),
    [
        (WaybillInput, "sf 1000", "SF1000"),
        (WaybillInput, "ＳＦ１０００", "SF1000"),
        (CarrierInput, " SF ", "sf"),
    ],
)
def test_a_request_may_use_any_spelling(field: object, written: str, found: str) -> None:
    assert TypeAdapter(field).validate_python(written) == found


@pytest.mark.parametrize("field", [WaybillInput, CarrierInput], ids=["WaybillInput", "CarrierInput"])
@pytest.mark.parametrize("text", ["", "?", "x" * 201])
def test_a_request_with_anything_else_is_refused(field: object, text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(field).validate_python(text)
