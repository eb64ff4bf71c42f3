"""How long a parcel may be silent: by its carrier and its leg."""

from datetime import UTC, datetime

import pytest
from order_svc.domain.anomalies import silence
from order_svc.domain.anomalies.codes import AnomalyKind
from order_svc.domain.anomalies.wording import NAMES
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelStatus
from order_svc.settings import Settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def parcel(leg: ParcelLeg = ParcelLeg.RETURN, **other: object) -> Parcel:
    facts: dict[str, object] = {
        "id": "parcel_1",
        "version": 1,
        "order_id": "ord_1",
        "case_id": None,
        "buyer_id": "buyer-1",
        "merchant_id": "m-1",
        "leg": leg,
        "carrier": "zto",
        "waybill_no": "73001",
        "status": ParcelStatus.PENDING,
        "reason": None,
        "terminal": False,
        "delivered_to": None,
        "status_at": NOW,
        "handed_over_at": NOW,
        "created_at": NOW,
    }
    return Parcel(**facts | other)  # type: ignore[arg-type]  # the fields above


@pytest.mark.parametrize(
    ("given", "hours"),
    [
        ({}, 120),
        ({"not_picked_up": 10}, 10),
        ({"not_picked_up": 10, "return.not_picked_up": 20}, 20),
        ({"return.not_picked_up": 20, "zto.not_picked_up": 30}, 30),
        ({"zto.not_picked_up": 30, "zto.return.not_picked_up": 40}, 40),
        ({"sf.not_picked_up": 30, "outbound.not_picked_up": 1}, 120),
    ],
    ids=["by itself", "of all", "of the leg", "of the carrier", "of both", "of others"],
)
def test_the_nearest_setting_counts(given: dict[str, float], hours: float) -> None:
    assert silence.hours(given, parcel(), AnomalyKind.NOT_PICKED_UP) == hours


@pytest.mark.parametrize("key", ["silence", "lost", "zto.lost", "zto.there.not_picked_up", "a.return.b.lost", ".lost"])
def test_a_setting_of_something_else_is_refused(key: str) -> None:
    with pytest.raises(SystemExit, match="AFTERCARE_PARCEL_SILENCE_HOURS is malformed"):
        Settings(
            database_url="postgresql://user@127.0.0.1/database",
            kafka="127.0.0.1:9092",
            jwks_file="jwks.json",
            signing_key="an example of a signing key",
            payment_webhook_secret="whsec_YW4gZXhhbXBsZQ==",
            parcel_silence_hours={key: 1},
        )


def test_a_parcel_that_has_ended_is_not_waited_for() -> None:
    ended = parcel(status=ParcelStatus.DELIVERED, terminal=True)
    assert silence.next_at(ended, (), {}, ()) is None
    assert silence.next_at(parcel(), (), {}, set(silence.WATCHES)) is None


def test_every_kind_has_a_name_in_both_languages() -> None:
    assert NAMES.keys() == set(AnomalyKind)
    assert all(all(names) for names in NAMES.values())
