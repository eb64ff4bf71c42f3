import pytest
from aftercare_chassis.database.cursors import CursorInvalid, Cursors
from hypothesis import given
from hypothesis import strategies as st

CURSORS = Cursors("a signing key of tests")
FILTERS = {"state": "open", "viewer": "buyer:buyer-1"}


@given(st.text(st.characters(exclude_categories=["Cs"])), st.dictionaries(st.text(), st.text()))
def test_a_cursor_opens_to_what_was_sealed(last: str, filters: dict[str, str]) -> None:
    assert CURSORS.verify("cases", filters, CURSORS.sign("cases", filters, last)) == last


@pytest.mark.parametrize(
    ("listing", "filters"),
    [
        ("disputes", FILTERS),
        ("cases", FILTERS | {"state": "closed"}),
        ("cases", {"viewer": "buyer:buyer-1"}),
        ("cases", FILTERS | {"viewer": "buyer:buyer-2"}),
        ("cases", FILTERS | {"more": "x"}),
    ],
)
def test_a_cursor_serves_no_other_list_filter_or_reader(listing: str, filters: dict[str, str]) -> None:
    cursor = CURSORS.sign("cases", FILTERS, "case_1")
    with pytest.raises(CursorInvalid):
        CURSORS.verify(listing, filters, cursor)


def test_a_cursor_of_another_key_is_refused() -> None:
    with pytest.raises(CursorInvalid):
        CURSORS.verify("cases", FILTERS, Cursors("another signing key").sign("cases", FILTERS, "case_1"))


@given(st.integers(0, 200), st.characters())
def test_a_changed_cursor_is_refused(place: int, char: str) -> None:
    good = CURSORS.sign("cases", FILTERS, "case_1")
    place %= len(good)
    bad = good[:place] + char + good[place + 1 :]
    if bad != good:
        with pytest.raises(CursorInvalid):
            CURSORS.verify("cases", FILTERS, bad)


@given(st.text())
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(CursorInvalid):
        CURSORS.verify("cases", FILTERS, text)


@pytest.mark.parametrize(
    "change", [lambda c: c + "=", lambda c: c + "!", lambda c: " " + c, lambda c: c[:-1], lambda _: ""]
)
def test_a_cursor_has_one_encoding(change: object) -> None:
    with pytest.raises(CursorInvalid):
        CURSORS.verify("cases", FILTERS, change(CURSORS.sign("cases", FILTERS, "case_1")))  # type: ignore[operator]
