"""One waybill in all its spellings is one number; what is no waybill is refused, or left alone."""

import pytest
from aftercare_events import ReturnShipped
from aftercare_events.waybills import canonical_carrier, canonical_waybill, carrier, waybill
from hypothesis import given
from hypothesis import strategies as st
from made_events import of

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
