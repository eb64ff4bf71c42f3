"""Segments of text messages."""

import pytest
from cs_svc.integrations.channels.sms.segments import segments
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1),
        ("退" * 70, 1),
        ("退" * 71, 2),
        ("退" * 134, 2),
        ("退" * 135, 3),
        ("🙂" * 35, 1),
        ("🙂" * 66, 2),
        ("🙂" * 67, 3),
    ],
)
def test_a_text_takes_so_many_segments(text: str, expected: int) -> None:
    assert segments(text) == expected


@given(st.text(max_size=400), st.text(max_size=400))
def test_a_longer_text_takes_no_fewer_segments(first: str, second: str) -> None:
    assert segments(first) <= segments(first + second) <= segments(first) + segments(second) + 1
