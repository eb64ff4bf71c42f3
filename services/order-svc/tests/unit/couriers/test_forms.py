"""Forms: which bodies are read, and which are refused with which reason."""

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_svc.integrations.couriers.forms import form


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (b"a=1&b=2", {"a": "1", "b": "2"}),
        (b"&a=1", {"a": "1"}),
        (b"a=1&", {"a": "1"}),
        (b"a=1&&b=2", {"a": "1", "b": "2"}),
        (b"&&a=1&&&b=2&&", {"a": "1", "b": "2"}),
        (b"a", {"a": ""}),
        (b"a&b=2", {"a": "", "b": "2"}),
        (b"a=&b=2", {"a": "", "b": "2"}),
        (b"a=1=2==", {"a": "1=2=="}),
        (b"=1&b=2", {"b": "2"}),
        (b"=&=&b=2", {"b": "2"}),
        (b"", {}),
        (b"&", {}),
        (b"&" * 1000, {}),
        (b"a=1+2%202", {"a": "1 2 2"}),
        (b"a=1%2B2", {"a": "1+2"}),
        (b"a=1;b=2", {"a": "1;b=2"}),
        (b"a=%e7%ad%be%E6%94%B6", {"a": "签收"}),
        ("a=签收".encode(), {"a": "签收"}),
        (b"%61=%26%3D", {"a": "&="}),
        (b"a=%2525", {"a": "%25"}),
    ],
)
def test_forms_that_are_read(raw, fields):
    assert form(raw) == fields


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"a=%", "a percent sign"),
        (b"a=%4", "a percent sign"),
        (b"a=%zz", "a percent sign"),
        (b"a=100%&b=2", "a percent sign"),
        (b"%=1", "a percent sign"),
        (b"a=%D6%D0", "UTF-8"),
        (b"a=\xd6\xd0", "UTF-8"),
        (b"a=%ed%a0%80", "UTF-8"),
        (b"\xff\xfe", "UTF-8"),
        (b"a=1&a=2", "more than once"),
        (b"a=1&a=1", "more than once"),
        (b"a&%61", "more than once"),
        (b"&".join(b"f%d=1" % n for n in range(33)), "more than 32"),
    ],
)
def test_forms_that_are_refused(raw, why):
    with pytest.raises(ValueError, match=why):
        form(raw)


@given(
    st.dictionaries(st.text(min_size=1), st.text(), max_size=32),
    st.sampled_from([quote, quote_plus]),
    st.lists(st.integers(0, 3), min_size=33, max_size=33),
)
def test_fields_are_read_as_they_were_written_with_any_number_of_ampersands(fields, escape, ampersands):
    pieces = [f"{escape(name, safe='')}={escape(value, safe='')}" for name, value in fields.items()]
    between = ["&" * (number + 1) for number in ampersands]
    raw = "&" * ampersands[-1] + "".join(piece + gap for piece, gap in zip(pieces, between, strict=False))
    assert form(raw.encode()) == fields


@given(st.binary(max_size=200))
def test_any_body_is_read_or_raises_a_value_error(raw):
    try:
        found = form(raw)
    except ValueError:
        return
    assert all(isinstance(text, str) for pair in found.items() for text in pair)
