"""Forged, replayed and mis-addressed pushes over all partners: none is accepted.

The figures are those of docs/guarantees.md.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from courier_pushes import EXAMPLES, SIGNERS, contents, secret_of
from courier_wire import NOW, Signed
from order_svc.integrations.couriers.registry import COURIERS
from order_svc.integrations.pushes import examine

RANDOM = random.Random(12)
EACH = 1100
"""How many pushes of each partner: more than 10,000 in all."""


def secret() -> str:
    return "".join(RANDOM.choices("abcdefghijklmnopqrstuvwxyz0123456789é密", k=RANDOM.randint(6, 32)))


def genuine(partner: str, key: str) -> Signed:
    content = contents(f"7300{RANDOM.randrange(10**9):09}", NOW - timedelta(minutes=RANDOM.randrange(9999)))
    return SIGNERS[partner](content[partner], key)


def _of_another_secret(partner: str, key: str) -> Signed:
    return genuine(partner, secret_of(partner, secret() + "!"))


def _of_almost_the_secret(partner: str, key: str) -> Signed:
    if EXAMPLES[partner].secret is not str:  # its padding and blanks are not part of the key
        at = RANDOM.randrange(6, 40)
        return genuine(partner, key[:at] + ("A" if key[at] != "A" else "B") + key[at + 1 :])
    return genuine(partner, RANDOM.choice([key[:-1], key + " ", key.swapcase() + "x", key[1:]]))


def _of_no_secret(partner: str, key: str) -> Signed:
    return genuine(partner, "")


def _with_a_changed_body(partner: str, key: str) -> Signed:
    push = genuine(partner, key)
    at = push.raw.index(b"7300") + RANDOM.randrange(4, 12)
    digit = b"0" if push.raw[at : at + 1] != b"0" else b"1"
    return replace(push, raw=push.raw[:at] + digit + push.raw[at + 1 :])


def _with_the_proof_of_another_push(partner: str, key: str) -> Signed:
    push, another = genuine(partner, key), genuine(partner, key)
    if push.headers != another.headers:
        return replace(push, headers=another.headers)
    return _with_a_changed_body(partner, key)


def _without_a_proof(partner: str, key: str) -> Signed:
    """What is the same whoever signs it."""
    content = contents("73000000000001")[partner]
    push, another = SIGNERS[partner](content, key), SIGNERS[partner](content, secret_of(partner, secret() + "!"))
    same = set(another.raw.split(b"&"))
    return Signed(b"&".join(part for part in push.raw.split(b"&") if part in same))


def _of_another_partner(partner: str, key: str) -> Signed:
    """Signed with the right secret, in the format of a partner with another scheme."""
    own = EXAMPLES[partner].sign
    other = RANDOM.choice([each for each, example in EXAMPLES.items() if example.sign is not own])
    return replace(genuine(other, key), query="")


def _with_an_empty_proof(partner: str, key: str) -> Signed:
    push = genuine(partner, key)
    return Signed(push.raw.split(b"=")[0] + b"=", dict.fromkeys(push.headers, ""), "?token=")


FORGERIES: tuple[Callable[[str, str], Signed], ...] = (
    _of_another_secret,
    _of_almost_the_secret,
    _of_no_secret,
    _with_a_changed_body,
    _with_the_proof_of_another_push,
    _without_a_proof,
    _of_another_partner,
    _with_an_empty_proof,
)
OF_THE_BODY = (_with_a_changed_body, _with_the_proof_of_another_push)
"""What nobody can see in the pushes of a partner that signs nothing: its address alone proves them, so at a merchant's endpoint
they prove nothing (`integration/couriers/test_whose_endpoint.py`)."""


def generated() -> Iterator[tuple[str, str, Signed, str]]:
    for partner in SIGNERS:
        for number in range(EACH):
            kinds = [each for each in FORGERIES if COURIERS[partner].signs or each not in OF_THE_BODY]
            forge, key = kinds[number % len(kinds)], secret_of(partner, secret())
            yield partner, key, forge(partner, key), forge.__name__


def test_no_forged_or_misaddressed_push_is_accepted() -> None:
    accepted, refused = [], 0
    for partner, key, push, kind in generated():
        headers = push.headers | {":path": f"/v1/courier-webhooks/{partner}/ce_1{push.query}"}
        found = examine(COURIERS[partner], push.raw, headers, [key], NOW)
        refused += found.rejection is not None and not found.verified
        if found.verified or found.content:
            accepted.append((partner, kind, push))
    assert refused >= 10_000
    assert accepted == []


def test_the_genuine_ones_are_accepted() -> None:
    for partner in SIGNERS:
        for _ in range(20):
            key = secret_of(partner, secret())
            push = genuine(partner, key)
            headers = push.headers | {":path": f"/v1/courier-webhooks/{partner}/ce_1{push.query}"}
            assert examine(COURIERS[partner], push.raw, headers, [key], NOW).content, partner


def test_a_replayed_push_is_the_same_push() -> None:
    """What a digest without a time cannot refuse, the inbox takes once: it has the same id. Standard Webhooks has a time."""
    for partner in SIGNERS:
        key = secret_of(partner, secret())
        push = genuine(partner, key)
        headers = push.headers | {":path": f"/x{push.query}"}
        seen = [examine(COURIERS[partner], push.raw, headers, [key], NOW + timedelta(days=n)) for n in range(3)]
        if partner == "standard-webhooks":
            assert [each.verified for each in seen] == [True, False, False]
        else:
            assert len({each.push_id for each in seen if each.verified}) == len({each.push_id for each in seen}) == 1, (
                partner
            )
