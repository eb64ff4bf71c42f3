"""A message that is no event is refused with a reason for operators; what others add is ignored."""

import pytest
from aftercare_events import codec
from hypothesis import given
from hypothesis import strategies as st
from message_example import ENVELOPE, NOW, headers_with


@pytest.mark.parametrize(
    "name",
    [
        "ce_specversion",
        "ce_id",
        "ce_type",
        "ce_source",
        "ce_subject",
        "ce_time",
        "ce_partitionkey",
        "ce_sequence",
        "ce_correlationid",
        "content-type",
    ],
)
def test_a_missing_header_is_named(name: str) -> None:
    with pytest.raises(ValueError, match=f"^header {name} is missing$"):
        codec.decode("t", b"ord_1", b"{}", headers_with(name, None))


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("ce_specversion", b"0.3", "ce_specversion is not 1.0"),
        ("ce_id", b"not-a-uuid", "ce_id is not a UUID"),
        ("ce_id", b"\xff", "ce_id is not a UUID"),
        ("ce_type", b"", "header ce_type is empty"),
        ("ce_type", b"\xff", "header ce_type is not UTF-8 text"),
        ("ce_source", b"a\0", "header ce_source is not UTF-8 text"),
        ("ce_subject", b"ord_2", "key, ce_partitionkey and ce_subject differ"),
        ("ce_time", b"2026-03-04T05:06:07", "ce_time is not a time with offset"),
        ("ce_time", b"yesterday", "ce_time is not a time with offset"),
        ("ce_time", b"0001-01-01T00:00:00+10:00", "ce_time is not a time with offset"),
        ("ce_sequence", b"3", "ce_sequence is not a number from 1"),
        ("ce_sequence", b"0" * 20, "ce_sequence is not a number from 1"),
        ("ce_sequence", b"9" * 20, "ce_sequence is not a number from 1"),
        ("ce_sequence", b"0000000000000000000x", "ce_sequence is not a number from 1"),
        ("ce_sequence", "٠".encode() * 20, "ce_sequence is not a number from 1"),
        ("ce_partitionkey", b"ord_2", "key, ce_partitionkey and ce_subject differ"),
        ("ce_causationid", b"\xc3", "ce_causationid is not a UUID"),
        ("content-type", b"application/cloudevents+json", "content-type is not application/json"),
    ],
)
def test_a_wrong_header_is_refused_with_its_reason(name: str, value: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{why}"):
        codec.decode("t", b"ord_1", b"{}", headers_with(name, value))


def test_a_time_may_have_lower_case_letters() -> None:
    assert codec.decode("t", b"ord_1", b"{}", headers_with("ce_time", b"2026-03-04t05:06:07.000891z")).time == NOW


def test_messages_that_are_no_events_are_refused() -> None:
    headers = codec.encode(ENVELOPE)[2]
    for key, value, why in (
        (b"ord_1", None, "the message has no value"),
        (None, b"{}", "the message has no key"),
        (b"", b"{}", "the message has no key"),
        (b"ord_2", b"{}", "key, ce_partitionkey and ce_subject differ"),
        (b"\xff", b"{}", "the key is not an aggregate's id"),
        (b"\0", b"{}", "the key is not an aggregate's id"),
        (b"x" * 256, b"{}", "the key is not an aggregate's id"),
    ):
        with pytest.raises(ValueError, match=why):
            codec.decode("t", key, value, headers)
    with pytest.raises(ValueError, match="'ce_id' is given twice"):
        codec.decode("t", b"ord_1", b"{}", [*headers, ("ce_id", b"x")])
    with pytest.raises(ValueError, match="'ce_other' has no value"):
        codec.decode("t", b"ord_1", b"{}", [*headers, ("ce_other", None)])
    with pytest.raises(ValueError, match=r"^header ce_specversion, ce_id, ce_type"):
        codec.decode("t", b"ord_1", b"{}", [])


@given(
    st.binary() | st.none(),
    st.binary() | st.none(),
    st.lists(st.tuples(st.text(), st.binary() | st.none()), max_size=9),
)
def test_arbitrary_bytes_raise_value_error_and_nothing_else(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    with pytest.raises(ValueError, match=r"."):
        codec.decode("aftercare.orders.v1", key, value, headers)


def test_unknown_headers_are_ignored() -> None:
    headers = [*codec.encode(ENVELOPE)[2], ("ce_somethingnew", b"1")]
    assert codec.decode(ENVELOPE.topic, b"ord_1", b"{}", headers) == ENVELOPE


@pytest.mark.parametrize("written", [b"", b"\xff", b"a=\0"])
def test_a_tracestate_that_cannot_be_read_is_left_out(written: bytes) -> None:
    headers = [*codec.encode(ENVELOPE)[2], ("tracestate", written)]
    assert codec.decode(ENVELOPE.topic, b"ord_1", b"{}", headers) == ENVELOPE
