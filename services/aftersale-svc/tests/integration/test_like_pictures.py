"""How many copies of pictures are found, how many others are taken for copies, and how long that takes among many."""

import time
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from random import Random

import pytest
from aftercare_chassis.testing import Harness
from aftercare_files.decoders.picture_hashes import hashes_of
from aftercare_files.media import PictureHash
from aftersale_svc import main
from aftersale_svc.domain.evidence.picture_hashes import CHANGES, FARTHEST, FIELDS_PER_BIT, PARTS, part
from aftersale_svc.tables.evidence.picture_hashes import LIKE_FILE
from generated_pictures import AT_LEAST, copies, picture
from PIL import Image

Hashes = Sequence[PictureHash]


def alike(one: Hashes, other: Hashes) -> bool:
    """As the statement decides it."""
    pairs = ((first, second) for first in one for second in other if 0 in (first.crop, second.crop))
    return any(
        distance <= FARTHEST and distance * FIELDS_PER_BIT <= min(first.detail, second.detail)
        for first, second in pairs
        for distance in [((first.value ^ second.value) & (1 << 64) - 1).bit_count()]
    )


def found(pictures: int) -> dict[str, float]:
    """The share of the copies that is found, by what was done to the picture."""
    hits = Counter[str]()
    for seed in range(pictures):
        original = picture(seed)
        hashes = hashes_of(original)
        hits.update(how for how, copy in copies(original, seed).items() if alike(hashes, hashes_of(copy)))
    return {how: hits[how] / pictures for how in copies(picture(0), 0)}


def test_copies_are_found_and_other_pictures_are_not() -> None:
    shares = found(60)
    assert [how for how, least in AT_LEAST.items() if shares[how] < least - 0.05] == [], shares
    hashes = [hashes_of(picture(seed)) for seed in range(60)]
    assert [(a, b) for a, b in combinations(range(60), 2) if alike(hashes[a], hashes[b])] == []


def test_an_empty_picture_has_no_hash() -> None:
    assert hashes_of(Image.new("RGB", (400, 300), "white")) == ()
    assert hashes_of(Image.linear_gradient("L").rotate(90)) == (), "one slope"


def test_of_seven_differing_bits_some_part_has_one_at_most() -> None:
    chance = Random(1)
    for _ in range(300):
        value = chance.getrandbits(64) - (1 << 63)
        changed = value
        for bit in chance.sample(range(63), FARTHEST):
            changed ^= 1 << bit
        assert any(part(changed, place) ^ part(value, place) in CHANGES for place in range(PARTS))


@pytest.mark.long
def test_two_thousand_pictures() -> None:
    """Prints the figures of ADR 59: `pytest -m long -s` of this file."""
    began = time.process_time()
    shares = found(500)
    print(*(f"| {how} | {100 * share:.1f} % |" for how, share in shares.items()), sep="\n")
    assert [how for how, least in AT_LEAST.items() if shares[how] < least] == [], shares
    hashes = [hashes_of(picture(seed)) for seed in range(2000)]
    taken = [(a, b) for a, b in combinations(range(2000), 2) if alike(hashes[a], hashes[b])]
    print(f"{len(taken)} of {2000 * 1999 // 2:,} pairs of different pictures are taken for copies: {taken[:9]}")
    print(f"{sum(not each for each in hashes)} of 2,000 have no hash; {time.process_time() - began:.0f} s CPU")
    assert len(taken) <= 20


_ORDER = """
INSERT INTO orders (id, buyer_id, merchant_id, state, currency, shipping_fee_minor, payment_id)
VALUES ('ord_1', 'buyer-2', 'm-1', 'delivered', 'CNY', 0, 'pay_1')
"""
_MANY = """
INSERT INTO evidence_files (id, version, order_id, buyer_id, merchant_id, uploader_id, uploader_role, kind, media_type, size, sha256,
    state, whose_turn, copy_type, copy_sha256, created_at, updated_at)
SELECT 'ev_' || n, 1, 'ord_1', 'buyer-2', 'm-1', 'buyer-2', 'buyer', 'photo', 'image/png', 1, 'sha256:' || n, 'accepted', 'nobody',
    'image/jpeg', 'sha256:2', now(), now() FROM generate_series(1, $1::integer) n
"""
_THEIR_HASHES = """
INSERT INTO picture_hashes (file_id, crop, value, detail)
SELECT 'ev_' || n, crop, ((random() * 4294967295)::bigint << 32) # (random() * 4294967295)::bigint, 60
FROM generate_series(1, $1::integer) n, generate_series(0, 12) crop
"""


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_picture_is_looked_up_among_a_hundred_thousand(postgres_url: str) -> None:
    about = {
        "file_id": "",
        "order_id": "ord_9",
        "case_id": None,
        "owner_buyer_id": "buyer-1",
        "owner_merchant_id": None,
    }
    async with Harness.start(main.service, postgres_url) as harness:
        async with harness.runtime.pool.acquire() as connection:
            await connection.execute("SET statement_timeout = '500s'")
            await connection.execute(_ORDER)
            await connection.execute(_MANY, 100_000, timeout=300)
            await connection.execute(_THEIR_HASHES, 100_000, timeout=500)
            await connection.execute("ANALYZE picture_hashes")
        took = []
        async with harness.runtime.transaction() as tx:
            for seed in range(40):
                began = time.perf_counter()
                hashes = hashes_of(picture(seed))
                arrays = {f"{name}s": [getattr(each, name) for each in hashes] for name in ("crop", "value", "detail")}
                await tx.all(LIKE_FILE, **about, **arrays, sha256="", same=None, most=FARTHEST)
                took.append(time.perf_counter() - began)
        took.sort()
        print(f"a picture among 100,000 is looked up in {1000 * took[20]:.0f} ms, at most {1000 * took[-1]:.0f} ms")
        assert took[20] < 0.25
