"""The codec keeps everything, agrees with the CloudEvents SDK, and refuses what is not an event."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from aftercare_events import Envelope, EventTooLarge, codec
from aftercare_events.codec import Headers
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st
from made_events import any_envelope

NOW = datetime(2026, 3, 4, 5, 6, 7, 891, tzinfo=UTC)
ENVELOPE = Envelope(
    id=UUID("018f2b6e-0000-7000-8000-000000000001"),
    type="OrderShipped.v1",
    source="/order-svc",
    subject="ord_1",
    time=NOW,
    sequence=3,
    topic="aftercare.orders.v1",
    correlation_id="req-1",
    causation_id="018f2b6e-0000-7000-8000-000000000000",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    data=b"{}",
)


def test_headers_to_the_letter() -> None:
    key, value, headers = codec.encode(ENVELOPE)
    assert (key, value) == (b"ord_1", b"{}")
    assert headers == [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"018f2b6e-0000-7000-8000-000000000001"),
        ("ce_type", b"OrderShipped.v1"),
        ("ce_source", b"/order-svc"),
        ("ce_subject", b"ord_1"),
        ("ce_time", b"2026-03-04T05:06:07.000891Z"),
        ("ce_dataschema", b"urn:aftercare:schema:OrderShipped.v1"),
        ("ce_partitionkey", b"ord_1"),
        ("ce_sequence", b"00000000000000000003"),
        ("ce_correlationid", b"req-1"),
        ("ce_causationid", b"018f2b6e-0000-7000-8000-000000000000"),
        ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("content-type", b"application/json"),
    ]


@given(any_envelope())
def test_nothing_is_lost_on_the_way(envelope: Envelope) -> None:
    back = codec.decode(envelope.topic, *codec.encode(envelope))
    assert back == envelope
    assert back.event() == envelope.event()


@given(any_envelope())
def test_the_sdk_reads_what_we_write(envelope: Envelope) -> None:
    key, value, headers = codec.encode(envelope)
    event = from_binary(KafkaMessage(dict(headers), key, value), JSONFormat())
    assert (event.get_id(), event.get_type(), event.get_source()) == (
        str(envelope.id),
        envelope.type,
        envelope.source,
    )
    assert (event.get_subject(), event.get_time()) == (envelope.subject, envelope.time)
    assert event.get_dataschema() == codec.data_schema(envelope.type)
    assert event.get_extension("sequence") == f"{envelope.sequence:020d}"
    assert event.get_extension("correlationid") == envelope.correlation_id
    assert event.get_extension("causationid") == envelope.causation_id


@given(any_envelope())
def test_we_read_what_the_sdk_writes(envelope: Envelope) -> None:
    key, value, headers = codec.encode(envelope)
    message = to_binary(from_binary(KafkaMessage(dict(headers), key, value), JSONFormat()), JSONFormat())
    assert isinstance(message.key, str)
    written = list(message.headers.items())
    if envelope.traceparent is not None:
        written.append(("traceparent", envelope.traceparent.encode()))
    if envelope.tracestate is not None:
        written.append(("tracestate", envelope.tracestate.encode()))
    back = codec.decode(envelope.topic, message.key.encode(), message.value, written)
    assert back.event() == envelope.event()
    assert (back.id, back.sequence, back.subject) == (envelope.id, envelope.sequence, envelope.subject)
    assert (back.traceparent, back.tracestate) == (envelope.traceparent, envelope.tracestate)


def changed(name: str, value: bytes | None) -> Headers:
    headers = [(n, v) for n, v in codec.encode(ENVELOPE)[2] if n != name]
    return headers if value is None else [*headers, (name, value)]


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
        codec.decode("t", b"ord_1", b"{}", changed(name, None))


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
def test_a_wrong_header_is_refused_in_words(name: str, value: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{why}"):
        codec.decode("t", b"ord_1", b"{}", changed(name, value))


def test_a_time_may_be_written_in_small_letters() -> None:
    assert codec.decode("t", b"ord_1", b"{}", changed("ce_time", b"2026-03-04t05:06:07.000891z")).time == NOW


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
def test_garbage_is_a_value_error_and_nothing_else(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    with pytest.raises(ValueError, match=r"."):
        codec.decode("aftercare.orders.v1", key, value, headers)


def test_headers_of_others_are_left_alone() -> None:
    headers = [*codec.encode(ENVELOPE)[2], ("ce_somethingnew", b"1")]
    assert codec.decode(ENVELOPE.topic, b"ord_1", b"{}", headers) == ENVELOPE


@pytest.mark.parametrize("written", [b"", b"\xff", b"a=\0"])
def test_a_tracestate_that_cannot_be_read_is_left_out(written: bytes) -> None:
    headers = [*codec.encode(ENVELOPE)[2], ("tracestate", written)]
    assert codec.decode(ENVELOPE.topic, b"ord_1", b"{}", headers) == ENVELOPE


def test_too_large_is_refused_by_name() -> None:
    assert replace(ENVELOPE, data=b" " * 65536).data
    with pytest.raises(EventTooLarge, match=r"OrderShipped\.v1 has 65537 bytes"):
        replace(ENVELOPE, data=b" " * 65537)
