"""A parcel's status does not depend on the order in which its scans arrive."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_svc.domain.tracking import TERMINAL, ParcelScan, ParcelStatus, deciding, latest

START = datetime(2026, 3, 2, tzinfo=UTC)
S = ParcelStatus


def scans(*happened: tuple[ParcelStatus, int]) -> list[ParcelScan]:
    return [
        ParcelScan(
            parcel_id="p",
            key=f"{number}",
            status=status,
            reason=None,
            terminal=status in TERMINAL,
            delivered_to=None,
            raw_code=None,
            occurred_at=START + timedelta(hours=hour),
            received_at=START + timedelta(days=9),
        )
        for number, (status, hour) in enumerate(happened)
    ]


def status_of(history: list[ParcelScan]) -> ParcelStatus | None:
    scan = latest(history)
    return scan.status if scan else None


@given(st.lists(st.tuples(st.sampled_from(S), st.integers(0, 30)), max_size=12), st.randoms())
def test_arrival_order_does_not_matter(happened, chance):
    history = scans(*happened)
    shuffled = history.copy()
    chance.shuffle(shuffled)
    assert status_of(shuffled) == status_of(history)


@pytest.mark.parametrize(
    ("happened", "status"),
    [
        ([(S.PICKED_UP, 1), (S.DELIVERED, 9), (S.IN_TRANSIT, 5)], S.DELIVERED),
        ([(S.DELIVERED, 5), (S.IN_TRANSIT, 9)], S.DELIVERED),
        ([(S.DELIVERED, 5), (S.DELIVERED, 6)], S.DELIVERED),
        ([(S.OUT_FOR_DELIVERY, 3), (S.PICKED_UP, 3)], S.OUT_FOR_DELIVERY),
        ([(S.ATTEMPT_FAILED, 3), (S.OUT_FOR_DELIVERY, 4)], S.OUT_FOR_DELIVERY),
        ([(S.RETURNING, 3), (S.DELIVERED, 4)], S.RETURNED),
        ([(S.DELIVERED, 4), (S.RETURNING, 3)], S.RETURNED),
        ([(S.DELIVERED, 4), (S.RETURNED, 8)], S.RETURNED),
        ([(S.PICKED_UP, 1), (S.RETURNING, 3), (S.IN_TRANSIT, 4)], S.RETURNING),
        ([(S.RETURNING, 3), (S.OUT_FOR_DELIVERY, 4), (S.EXCEPTION, 5)], S.RETURNING),
        ([(S.RETURNING, 3), (S.IN_TRANSIT, 4), (S.DELIVERED, 5)], S.RETURNED),
        ([(S.RETURNING, 3), (S.IN_TRANSIT, 4), (S.RETURNED, 5)], S.RETURNED),
        ([(S.RETURNING, 3), (S.IN_TRANSIT, 4), (S.LOST, 5)], S.LOST),
        ([(S.RETURNING, 3), (S.CANCELLED, 4)], S.RETURNING),
        ([(S.LOST, 4), (S.DELIVERED, 8)], S.DELIVERED),
        ([(S.DELIVERED, 4), (S.LOST, 8)], S.DELIVERED),
        ([(S.IN_TRANSIT, 4), (S.UNKNOWN, 8)], S.IN_TRANSIT),
        ([(S.UNKNOWN, 8)], None),
        ([], None),
    ],
)
def test_the_status_that_scans_give_together(happened, status):
    assert status_of(scans(*happened)) is status


PIECES = st.lists(st.tuples(st.sampled_from(S), st.integers(0, 30), st.sampled_from([None, "1", "2"])), max_size=12)


def of_pieces(happened) -> list[ParcelScan]:
    plain = scans(*((status, hour) for status, hour, _ in happened))
    return [replace(scan, piece_no=piece) for scan, (_, _, piece) in zip(plain, happened, strict=True)]


@given(PIECES)
def test_a_parcel_is_delivered_by_its_own_number_or_by_all_of_its_pieces(happened):
    history = of_pieces(happened)
    if status_of(deciding(history)) is not S.DELIVERED:
        return
    own = [scan for scan in history if scan.piece_no is None]
    pieces = {scan.piece_no for scan in history} - {None}
    by_all = all(status_of([scan for scan in history if scan.piece_no == piece]) is S.DELIVERED for piece in pieces)
    assert any(scan.status is S.DELIVERED for scan in own) or (pieces and by_all and not own)


@given(PIECES)
def test_no_piece_takes_from_a_parcel_what_its_own_number_has_reached(happened):
    history = of_pieces(happened)
    own = status_of([scan for scan in history if scan.piece_no is None])
    if own in TERMINAL:
        assert status_of(deciding(history)) is own
