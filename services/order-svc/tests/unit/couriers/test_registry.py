"""The registry has every adapter of the package, and each keeps the promises that all of them make."""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from courier_pushes import EXAMPLES, SIGNERS, contents, examined, examined_as, parsed, secret_of, shown
from courier_wire import NOW
from hypothesis import given
from hypothesis import strategies as st
from order_svc.integrations.couriers import partners
from order_svc.integrations.couriers.registry import COURIERS
from order_svc.integrations.pushes import Acceptance, examine

BEHIND_AN_ENDPOINT = [*SIGNERS]
WITH_ANY_SECRET = [partner for partner, example in EXAMPLES.items() if example.secret is str]
"""Those that may be given any text."""


def test_every_module_offers_partners_and_no_name_is_used_twice() -> None:
    offered = [
        each.partner
        for module in pkgutil.iter_modules(partners.__path__)
        for each in importlib.import_module(f"{partners.__name__}.{module.name}").COURIERS
    ]
    assert sorted(offered) == sorted(COURIERS)


def test_every_partner_is_documented_with_its_confidence() -> None:
    for courier in COURIERS.values():
        documentation = importlib.import_module(type(courier).__module__).__doc__ or ""
        assert any(mark in documentation for mark in ("[V]", "[D]", "[R]", "[U]")), courier.partner


def test_every_partner_is_in_the_table_of_the_documents() -> None:
    page = (Path(__file__).parents[5] / "docs/couriers.md").read_text(encoding="utf-8")
    table = [line for line in page.splitlines() if line.startswith("| `")]
    assert {partner for partner in COURIERS if not any(f"`{partner}`" in line.split("|")[1] for line in table)} == set()


def test_every_partner_has_an_example() -> None:
    assert {*EXAMPLES} == {*COURIERS}


@pytest.mark.parametrize("partner", WITH_ANY_SECRET)
@pytest.mark.parametrize("secret", ["abcdef", "sécret", "密钥密钥密钥", "x" * 200])
def test_secrets_are_what_the_partner_gave(partner: str, secret: str) -> None:
    assert COURIERS[partner].is_valid_secret(secret)
    content = contents("73000000000001")[partner]
    assert examined(partner, content, secret=secret, verified_with=secret).verified
    assert not examined(partner, content, secret=secret + "x", verified_with=secret).verified


@pytest.mark.parametrize("partner", BEHIND_AN_ENDPOINT)
@pytest.mark.parametrize("secret", ["", "short", "x" * 201, " padded", "a\x00bcdef", "line\nbreak"])
def test_secrets_that_are_none(partner: str, secret: str) -> None:
    assert not COURIERS[partner].is_valid_secret(secret)


@pytest.mark.parametrize("partner", BEHIND_AN_ENDPOINT)
def test_the_secret_before_is_accepted_during_its_grace(partner: str) -> None:
    now, before = secret_of(partner), secret_of(partner, "before")
    signed = SIGNERS[partner](contents("73000000000001")[partner], before)
    assert examined_as(partner, signed, now, before).verified
    assert not examined_as(partner, signed, now).verified


@pytest.mark.parametrize("partner", BEHIND_AN_ENDPOINT)
def test_one_delivery_in_every_format(partner: str) -> None:
    reports = parsed(partner, contents("73000000000001")[partner])
    assert [each.scan.status for each in reports] == [EXAMPLES[partner].status]
    assert (reports[0].waybill_no or reports[0].reference) == "73000000000001"
    assert reports[0].scan.partner == partner
    assert parsed(partner, contents("73000000000001")[partner])[0].scan.key == reports[0].scan.key


@pytest.mark.parametrize("partner", BEHIND_AN_ENDPOINT)
def test_two_deliveries_of_a_push_are_one_and_another_push_is_another(partner: str) -> None:
    one, again = (examined(partner, contents("73000000000001")[partner]) for _ in range(2))
    assert one.push_id == again.push_id != examined(partner, contents("73000000000002")[partner]).push_id


@pytest.mark.parametrize("partner", BEHIND_AN_ENDPOINT)
def test_a_revoked_endpoint_verifies_nothing(partner: str) -> None:
    push = examined_as(partner, SIGNERS[partner](contents("73000000000001")[partner], secret_of(partner)))
    assert push.rejection is not None
    assert (push.verified, push.rejection.code) == (False, "endpoint_revoked")


@pytest.mark.parametrize("partner", BEHIND_AN_ENDPOINT)
@pytest.mark.parametrize(
    "content", ["", "null", "[]", "{}", '"签收"', "{" * 5000, "[" * 100_000, '{"a":' * 5000, "\ufeff{}", "\x00"]
)
def test_signed_content_that_cannot_be_used_is_acknowledged_with_a_reason(partner: str, content: str) -> None:
    push = examined(partner, content)
    if not push.verified:  # an empty form field, or an empty body
        assert content == ""
        return
    assert push.content == [] or push.rejection is not None
    assert COURIERS[partner].accepted(Acceptance.IRRELEVANT, push).status == 200


@pytest.mark.parametrize("partner", BEHIND_AN_ENDPOINT)
@given(raw=st.binary(max_size=300), header=st.text(max_size=40))
def test_garbage_is_refused(partner: str, raw: bytes, header: str) -> None:
    names = SIGNERS[partner](contents("73000000000001")[partner], secret_of(partner)).headers
    push = examine(COURIERS[partner], raw, dict.fromkeys([*names, ":path"], header), [secret_of(partner)], NOW)
    assert not push.verified


@pytest.mark.parametrize("partner", BEHIND_AN_ENDPOINT)
@given(content=st.text(max_size=200).filter(lambda text: text.isprintable()))
def test_signed_garbage_is_read_or_has_a_reason(partner: str, content: str) -> None:
    push = examined(partner, content)
    if push.verified:
        assert push.content == [] or push.rejection is not None
        with suppress(ValueError):
            COURIERS[partner].parse(push.raw)


def without_a_list(content: Any) -> Iterator[Any]:
    """The content with each of its lists replaced by the only entry of that list."""
    if isinstance(content, list):
        yield content[0]
    entries = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for place, inner in entries:
        for changed in without_a_list(inner):
            copy = content.copy()
            copy[place] = changed
            yield copy


@pytest.mark.parametrize("partner", BEHIND_AN_ENDPOINT)
def test_one_entry_may_stand_without_its_list(partner: str) -> None:
    content = contents("73000000000001")[partner]
    for changed in without_a_list(content):
        assert shown(parsed(partner, changed)) == shown(parsed(partner, content)), changed


STATES = {"kuaidi100": ("lastResult", "state"), "kdniao": ("Data", 0, "State"), "easypost": ("result", "status")}


@pytest.mark.parametrize("partner", STATES)
def test_a_state_of_the_parcel_that_is_no_code_holds_up_no_row(partner: str) -> None:
    content = contents("73000000000001")[partner]
    expected, place = shown(parsed(partner, content)), content
    for step in STATES[partner][:-1]:
        place = place[step]
    place[STATES[partner][-1]] = "签收"
    reports = parsed(partner, content)
    assert shown(reports) == expected
    assert reports.notes == ("beside the entries: the code is not printable ASCII of at most 60 characters",)
