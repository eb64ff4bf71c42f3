"""Messages hold the whole envelope, and the CloudEvents SDK reads and writes the same."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from aftercare_events import Envelope, codec
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from event_strategies import any_envelope
from hypothesis import given
from hypothesis import strategies as st
from message_example import ENVELOPE, NOW


def test_the_headers_of_a_message() -> None:
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
def test_an_envelope_is_the_same_after_a_round_trip(envelope: Envelope) -> None:
    back = codec.decode(envelope.topic, *codec.encode(envelope))
    assert back == envelope
    assert back.event() == envelope.event()


@given(any_envelope())
def test_the_sdk_reads_our_messages(envelope: Envelope) -> None:
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
def test_we_read_the_messages_of_the_sdk(envelope: Envelope) -> None:
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


def test_optional_headers_are_left_out() -> None:
    plain = replace(ENVELOPE, causation_id=None, traceparent=None, tracestate=None)
    names = [name for name, _ in codec.encode(plain)[2]]
    assert not {"ce_causationid", "traceparent", "tracestate"} & set(names)
    assert codec.decode(plain.topic, *codec.encode(plain)) == plain


def test_tracestate_is_passed_on() -> None:
    traced = replace(ENVELOPE, tracestate="vendor=one,other=2")
    assert ("tracestate", b"vendor=one,other=2") in codec.encode(traced)[2]
    assert codec.decode(traced.topic, *codec.encode(traced)).tracestate == "vendor=one,other=2"


def test_an_audited_command_is_named_with_the_role_of_its_actor() -> None:
    audited = replace(ENVELOPE, operation="cancelOrder", actor_role="admin")
    assert codec.decode(audited.topic, *codec.encode(audited)) == audited
    assert not {"ce_operation", "ce_actorrole"} & {name for name, _ in codec.encode(ENVELOPE)[2]}


def test_a_time_with_another_offset_is_written_in_utc() -> None:
    east = replace(ENVELOPE, time=NOW.astimezone(timezone(timedelta(hours=8))))
    assert ("ce_time", b"2026-03-04T05:06:07.000891Z") in codec.encode(east)[2]


@pytest.mark.parametrize("subject", ["ord_1", "商家-1", "x" * 255, "auth0|5f7c8ec7c33c6c004bbafe82"])
def test_the_key_is_the_subject_in_utf8(subject: str) -> None:
    key, _, headers = codec.encode(replace(ENVELOPE, subject=subject))
    assert key == subject.encode() == dict(headers)["ce_partitionkey"]
    assert codec.subject_of(key) == subject


@pytest.mark.parametrize("key", [None, b"", b"\xff", b"a\0b", b"x" * 256, "商".encode() * 256])
def test_a_key_that_cannot_be_an_id_has_no_subject(key: bytes | None) -> None:
    assert codec.subject_of(key) is None


@given(st.integers(1, 2**63 - 1))
def test_a_sequence_is_twenty_digits(number: int) -> None:
    written = dict(codec.encode(replace(ENVELOPE, sequence=number))[2])["ce_sequence"]
    assert len(written) == 20
    assert codec.sequence_of(written) == number


@given(st.binary(max_size=24).filter(lambda written: len(written) != 20) | st.none())
def test_anything_else_is_no_sequence(written: bytes | None) -> None:
    assert codec.sequence_of(written) is None


@pytest.mark.parametrize("written", [b"0" * 20, b"%020d" % 2**63, b"-%019d" % 1, b"+%019d" % 1, b"1e" + b"0" * 18])
def test_twenty_characters_may_be_no_sequence_either(written: bytes) -> None:
    assert codec.sequence_of(written) is None


def test_a_schema_has_a_name() -> None:
    assert codec.data_schema("OrderPaid.v1") == "urn:aftercare:schema:OrderPaid.v1"
