"""Which address a request came from, and whether a partner may post from there."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_svc.domain.partners.endpoints import CourierEndpoint
from order_svc.domain.partners.networks import address, network, sender_of

PROXIES = [network("10.0.0.0/8"), network("fd00::/8")]


def endpoint(*networks: str) -> CourierEndpoint:
    return CourierEndpoint(
        id="ce_1",
        partner="zto",
        secret="secret-of-zto",
        previous_secret=None,
        previous_until=None,
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
        rotated_at=None,
        allowed_networks=networks,
    )


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),  # it is no proxy of ours: whatever it states is ignored
        ("10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["198.51.100.1", "203.0.113.7"], "203.0.113.7"),  # the sender has written the first one
        ("10.0.0.1", ["198.51.100.1", "203.0.113.7", "10.9.9.9"], "203.0.113.7"),  # two proxies of ours
        ("10.0.0.1", ["10.9.9.9", "203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["198.51.100.1", "garbage"], None),  # our proxy does not write that
        ("10.0.0.1", ["198.51.100.1", ""], None),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.2"], "10.0.0.2"),
        ("::ffff:10.0.0.1", ["::ffff:203.0.113.7"], "203.0.113.7"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
        ("10.0.0.1", [" 203.0.113.7:4711 "], "203.0.113.7"),
        ("10.0.0.1", ["[2001:DB8::7]:443"], "2001:db8::7"),
        (None, ["203.0.113.7"], None),
        ("testserver", [], None),
    ],
)
def test_the_sender_is_what_our_own_proxies_state(peer: str | None, forwarded: list[str], expected: str | None) -> None:
    found = sender_of(peer, forwarded, PROXIES)
    assert (found and str(found)) == expected


@given(claimed=st.lists(st.one_of(st.ip_addresses().map(str), st.text(max_size=20)), max_size=5))
def test_nothing_that_a_sender_claims_changes_its_address(claimed: list[str]) -> None:
    assert str(sender_of("203.0.113.7", claimed, PROXIES)) == "203.0.113.7"
    assert str(sender_of("10.0.0.1", [*claimed, "203.0.113.7"], PROXIES)) == "203.0.113.7"


@pytest.mark.parametrize(
    ("networks", "sender", "allowed"),
    [
        ([], "203.0.113.7", True),
        ([], None, True),
        (["203.0.113.0/24"], "203.0.113.7", True),
        (["203.0.113.0/24"], "203.0.114.7", False),
        (["203.0.113.0/24"], "::ffff:203.0.113.7", True),
        (["203.0.113.0/24"], "2001:db8::1", False),
        (["203.0.113.0/24"], None, False),
        (["2001:db8::/32", "203.0.113.7/32"], "203.0.113.7", True),
        (["2001:db8::/32"], "2001:db8:ffff::1", True),
        (["2001:db8::/32"], "2001:db9::1", False),
        (["0.0.0.0/0"], "2001:db8::1", False),
    ],
)
def test_from_where_a_partner_may_post(networks: list[str], sender: str | None, allowed: bool) -> None:
    assert endpoint(*networks).may_post_from(address(sender or "")) is allowed


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        ("2001:DB8::1", "2001:db8::1/128"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
    ],
)
def test_networks_are_kept_in_one_form(given_text: str, kept: str) -> None:
    assert str(network(given_text)) == kept


@pytest.mark.parametrize("text", ["", "203.0.113.7/24", "203.0.113.0/33", "zto.example", "203.0.113", "2001:db8::/129"])
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(ValueError, match=r"network|prefix|host bits|address"):
        network(text)
