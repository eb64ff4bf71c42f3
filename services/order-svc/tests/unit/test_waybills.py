"""A scan belongs to the parcel whose shipment was under way when it happened, in whatever order scans arrive."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_svc.domain.tracking import TERMINAL, Parcel, ParcelLeg, ParcelScan, ParcelStatus
from order_svc.domain.waybills import ParcelKey, TrackedParcel, Waybill, meant, of_first, with_scans

START = datetime(2026, 3, 2, tzinfo=UTC)
TOLERANCE = timedelta(minutes=5)
S = ParcelStatus
Happened = tuple[ParcelStatus, float]
"""The status that a courier reports, and the minute in which it happened."""


def a_parcel(id_: str, minute: float, leg: ParcelLeg = ParcelLeg.OUTBOUND) -> Parcel:
    return Parcel(
        id=id_,
        version=1,
        order_id=f"ord_{id_}",
        case_id=None,
        buyer_id="buyer-1",
        merchant_id="m-1",
        leg=leg,
        carrier="zto",
        waybill_no="73000001",
        status=S.PENDING,
        reason=None,
        terminal=False,
        delivered_to=None,
        status_at=START,
        handed_over_at=START + timedelta(minutes=minute),
        created_at=START,
    )


def scanned(parcel: Parcel, happened: Sequence[Happened]) -> list[ParcelScan]:
    return [
        ParcelScan(
            parcel_id=parcel.id,
            key=f"{number}",
            status=status,
            reason=None,
            terminal=status in TERMINAL,
            delivered_to=None,
            raw_code=None,
            occurred_at=START + timedelta(minutes=minute),
            received_at=START + timedelta(days=9),
        )
        for number, (status, minute) in enumerate(happened)
    ]


def waybill_of(parcels: Sequence[Parcel], *happened: Happened) -> Waybill:
    return Waybill([TrackedParcel(parcel, scanned(parcel, happened)) for parcel in parcels], TOLERANCE)


def statuses(parcels: Sequence[Parcel], *happened: Happened) -> list[str]:
    """The status of each parcel after all of them were scanned like this."""
    waybill = waybill_of(parcels, *happened)
    return [latest.status if (latest := waybill.latest(parcel)) else "pending" for parcel in parcels]


OUT, BACK = a_parcel("out", 0), a_parcel("back", 600, ParcelLeg.RETURN)


@pytest.mark.parametrize(
    ("minute", "status"),
    [(-60 * 24 * 90, "pending"), (-5.1, "pending"), (-4.9, S.DELIVERED), (0, S.DELIVERED), (600, S.DELIVERED)],
)
def test_a_scan_counts_from_the_hand_over_on_less_the_tolerance(minute: float, status: str) -> None:
    assert statuses([OUT], (S.DELIVERED, minute)) == [status]


def test_a_scan_of_the_second_of_the_hand_over_counts_without_any_tolerance() -> None:
    late = replace(OUT, handed_over_at=OUT.handed_over_at + timedelta(milliseconds=900))
    assert Waybill([TrackedParcel(late, scanned(late, [(S.DELIVERED, 0)]))], timedelta()).latest(late) is not None


def test_goods_that_go_back_in_the_second_in_which_they_arrived() -> None:
    """Couriers report times in seconds: the hand-over half a second later is the later one all the same."""
    at_once = replace(BACK, handed_over_at=START + timedelta(minutes=300, milliseconds=500))
    assert statuses([OUT, at_once], (S.DELIVERED, 300), (S.DELIVERED, 300)) == [S.DELIVERED, "pending"]
    assert statuses([OUT, at_once], (S.DELIVERED, 300), (S.DELIVERED, 300.02)) == [S.DELIVERED, S.DELIVERED]


def test_an_old_scan_is_shown_as_from_before_the_hand_over() -> None:
    waybill = waybill_of([OUT], (S.DELIVERED, -60), (S.PICKED_UP, 1))
    assert waybill.ignored(OUT) == {"0": "before_hand_over"}
    assert [scan.status for scan in waybill.history(OUT)] == [S.DELIVERED, S.PICKED_UP]


@pytest.mark.parametrize(
    ("happened", "out", "back"),
    [
        # The outbound parcel ended before the return began.
        ([(S.DELIVERED, 300)], S.DELIVERED, "pending"),
        ([(S.DELIVERED, 598), (S.DELIVERED, 599)], S.DELIVERED, "pending"),
        ([(S.DELIVERED, 300), (S.PICKED_UP, 650), (S.DELIVERED, 900)], S.DELIVERED, S.DELIVERED),
        ([(S.DELIVERED, 300), (S.DELIVERED, 600.1)], S.DELIVERED, S.DELIVERED),
        # It was under way when the buyer named its number: its own delivery is no return, nor is the repeat of it.
        ([(S.IN_TRANSIT, 700)], S.IN_TRANSIT, "pending"),
        ([(S.IN_TRANSIT, 700), (S.DELIVERED, 800)], S.DELIVERED, "pending"),
        ([(S.IN_TRANSIT, 700), (S.DELIVERED, 800), (S.DELIVERED, 804)], S.DELIVERED, "pending"),
        ([(S.DELIVERED, 800), (S.IN_TRANSIT, 900), (S.DELIVERED, 990)], S.DELIVERED, S.DELIVERED),
        # What was lost, and is found, has not come back.
        ([(S.LOST, 500), (S.DELIVERED, 800)], S.DELIVERED, "pending"),
        # The end of the outbound parcel is not undone by scans of the return.
        ([(S.DELIVERED, 300), (S.RETURNING, 700), (S.RETURNED, 900)], S.DELIVERED, S.RETURNED),
        ([(S.DELIVERED, 300), (S.RETURNED, 500)], S.RETURNED, "pending"),
    ],
)
def test_a_return_under_the_number_that_the_goods_came_with(happened: list[Happened], out: str, back: str) -> None:
    assert statuses([OUT, BACK], *happened) == [out, back]


def test_a_scan_of_the_outbound_parcel_is_shown_with_the_return_as_of_another_shipment() -> None:
    assert waybill_of([OUT, BACK], (S.DELIVERED, 800)).ignored(BACK) == {"0": "other_journey"}


def test_several_orders_in_one_box_arrive_together() -> None:
    box = [a_parcel("one", 0), a_parcel("two", 90)]
    assert statuses(box, (S.PICKED_UP, 60), (S.DELIVERED, 300)) == [S.DELIVERED, S.DELIVERED]
    back = [a_parcel("case_1", 600, ParcelLeg.RETURN), a_parcel("case_2", 700, ParcelLeg.RETURN)]
    assert statuses([*box, *back], (S.DELIVERED, 300), (S.DELIVERED, 900)) == [S.DELIVERED] * 4


def test_a_number_that_is_used_again_begins_a_new_shipment() -> None:
    again = a_parcel("again", 130_000)
    assert statuses([OUT, again], (S.DELIVERED, 300)) == [S.DELIVERED, "pending"]
    turned_back = [(S.DELIVERED, 300), (S.RETURNING, 130_100), (S.DELIVERED, 130_200)]
    assert statuses([OUT, again], *turned_back) == [S.DELIVERED, S.RETURNED]


def test_a_number_that_was_used_before_has_no_tolerance() -> None:
    assert statuses([OUT, a_parcel("next", 302)], (S.DELIVERED, 300), (S.DELIVERED, 301)) == [S.DELIVERED, "pending"]


def test_a_return_that_never_arrived_does_not_take_the_scans_of_a_new_parcel() -> None:
    new = a_parcel("new", 90_000)
    assert statuses([OUT, BACK, new], (S.DELIVERED, 300), (S.DELIVERED, 90_100)) == [
        S.DELIVERED,
        "pending",
        S.DELIVERED,
    ]


def test_a_withdrawn_return_takes_no_scans_of_the_outbound_parcel() -> None:
    wrong = replace(BACK, withdrawn_at=START + timedelta(minutes=650))
    there = TrackedParcel(OUT, scanned(OUT, [(S.DELIVERED, 300), (S.RETURNED, 900)]))
    latest = Waybill([there, TrackedParcel(wrong, [])], TOLERANCE).latest(OUT)
    assert latest is not None
    assert latest.status is S.RETURNED


PARCELS = st.lists(
    st.tuples(st.integers(-30, 60), st.sampled_from([ParcelLeg.OUTBOUND, ParcelLeg.RETURN])), min_size=1, max_size=4
)
SCANS = st.lists(st.tuples(st.sampled_from(S), st.integers(-30, 60)), max_size=10)


@given(PARCELS, SCANS, st.randoms())
def test_arrival_order_does_not_matter(
    made: list[tuple[int, ParcelLeg]], happened: list[Happened], chance: object
) -> None:
    parcels = [a_parcel(f"{number}", minute, leg) for number, (minute, leg) in enumerate(made)]
    scans = [scan for parcel in parcels for scan in scanned(parcel, happened)]
    shuffled = scans.copy()
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    waybills = [Waybill(with_scans(parcels, each), TOLERANCE) for each in (scans, shuffled)]
    for parcel in parcels:
        assert waybills[0].latest(parcel) == waybills[1].latest(parcel)
        assert waybills[0].ignored(parcel) == waybills[1].ignored(parcel)


@given(PARCELS, SCANS)
def test_no_scan_moves_a_parcel_before_its_hand_over_nor_both_ways_at_once(
    made: list[tuple[int, ParcelLeg]], happened: list[Happened]
) -> None:
    parcels = [a_parcel(f"{number}", minute, leg) for number, (minute, leg) in enumerate(made)]
    waybill, moved = waybill_of(parcels, *happened), {}
    for parcel in parcels:
        counted = [scan for scan in waybill.history(parcel) if scan.key not in waybill.ignored(parcel)]
        assert all(scan.occurred_at >= parcel.handed_over_at - TOLERANCE for scan in counted)
        for scan in counted:
            if scan.status is S.DELIVERED and scan.occurred_at >= parcel.handed_over_at:
                moved.setdefault(scan.key, set()).add(parcel.leg)
    assert all(len(legs) == 1 for legs in moved.values())


@given(PARCELS, SCANS, SCANS)
def test_what_arrives_later_undoes_no_arrival(
    made: list[tuple[int, ParcelLeg]], happened: list[Happened], later: list[Happened]
) -> None:
    parcels = [a_parcel(f"{number}", minute, leg) for number, (minute, leg) in enumerate(made)]
    before, after = waybill_of(parcels, *happened), waybill_of(parcels, *happened, *later)
    for parcel in parcels:
        was, now = before.latest(parcel), after.latest(parcel)
        if was is not None and was.status in (S.DELIVERED, S.RETURNED):
            assert now is not None
            assert now.status in (S.DELIVERED, S.RETURNED)


ANOTHERS = replace(a_parcel("another", 60), merchant_id="m-2", buyer_id="buyer-2")


def test_of_two_merchants_under_one_number_the_first_has_the_scans() -> None:
    assert statuses([OUT, ANOTHERS], (S.IN_TRANSIT, 90), (S.DELIVERED, 120), (S.DELIVERED, 300)) == [
        S.DELIVERED,
        "pending",
    ]
    waybill = waybill_of([OUT, ANOTHERS], (S.DELIVERED, 120))
    assert set(waybill.ignored(ANOTHERS).values()) == {"other_journey"}
    assert not waybill.ignored(OUT)


def test_another_merchants_parcel_that_is_handed_over_after_the_first_has_arrived_is_the_next_one() -> None:
    later = replace(ANOTHERS, handed_over_at=START + timedelta(minutes=200))
    assert statuses([OUT, later], (S.DELIVERED, 120), (S.IN_TRANSIT, 300)) == [S.DELIVERED, S.IN_TRANSIT]


@pytest.mark.parametrize("leg", list(ParcelLeg))
def test_an_import_states_no_hand_over_that_takes_the_scans_of_a_parcel_that_is_known(leg: ParcelLeg) -> None:
    known = replace(OUT, leg=leg)
    imported = replace(ANOTHERS, handed_over_at=START - timedelta(days=1), imported_at=START + timedelta(hours=1))
    assert statuses([known, imported], (S.IN_TRANSIT, 30), (S.DELIVERED, 120)) == [S.DELIVERED, "pending"]
    waybill = waybill_of([known, imported], (S.IN_TRANSIT, -30), (S.DELIVERED, 120))
    assert (waybill.of_others(imported), waybill.of_others(known)) == ({"1"}, {"0"})
    assert (waybill.has_precedence(known), waybill.has_precedence(imported)) == (True, False)


def test_an_import_takes_no_later_scan_of_a_parcel_that_had_arrived() -> None:
    """It states a hand-over right after the arrival; what is scanned before the import is of the parcel that was known."""
    imported = replace(ANOTHERS, handed_over_at=START + timedelta(hours=3), imported_at=START + timedelta(hours=9))
    happened = [(S.DELIVERED, 120.0), (S.RETURNED, 400.0)]
    assert statuses([OUT, imported], *happened) == [S.RETURNED, "pending"]
    assert statuses([OUT, imported], *happened, (S.IN_TRANSIT, 600)) == [S.RETURNED, S.IN_TRANSIT]


def test_an_imported_parcel_under_a_number_from_months_ago_has_its_scans_from_before_the_import() -> None:
    months = 60 * 24 * 90
    imported = replace(
        ANOTHERS,
        handed_over_at=START + timedelta(minutes=months),
        imported_at=START + timedelta(minutes=months + 600),
    )
    assert statuses([OUT, imported], (S.IN_TRANSIT, months + 60)) == ["pending", S.IN_TRANSIT]


def test_a_number_is_free_where_nothing_was_scanned_for_long() -> None:
    months = 60 * 24 * 61
    later = replace(ANOTHERS, handed_over_at=START + timedelta(minutes=months))
    assert statuses([OUT, later], (S.DELIVERED, months + 60)) == ["pending", S.DELIVERED]
    soon = replace(ANOTHERS, handed_over_at=START + timedelta(minutes=months // 2))
    assert statuses([OUT, soon], (S.DELIVERED, months)) == [S.DELIVERED, "pending"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (ParcelKey(waybill_no="1", carrier="zto"), ["zto"]),
        (ParcelKey(waybill_no="1", carrier="yto"), []),
        (ParcelKey(waybill_no="1", carrier="yto", former_carrier="zto"), ["zto"]),
        (ParcelKey(waybill_no="1", carrier="sf", former_carrier="zto"), ["sf"]),
        (ParcelKey(waybill_no="1"), []),
    ],
)
def test_which_of_two_couriers_parcels_is_meant(key: ParcelKey, expected: list[str]) -> None:
    parcels = [OUT, replace(ANOTHERS, carrier="sf")]
    assert [parcel.carrier for parcel in meant(parcels, key)] == expected


def test_without_a_carrier_the_parcels_of_the_only_one_under_way_are_meant() -> None:
    ended = replace(ANOTHERS, carrier="sf", terminal=True)
    assert meant([OUT, ended], ParcelKey(waybill_no="1")) == [OUT]
    assert meant([replace(OUT, withdrawn_at=START)], ParcelKey(waybill_no="1")) == []


def test_a_reference_of_two_merchants_is_the_first_ones() -> None:
    assert of_first([ANOTHERS, OUT]) == [OUT]
    assert of_first([]) == []
