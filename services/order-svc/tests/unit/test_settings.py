"""Settings that have had other names are read by those too."""

import pytest
from order_svc.settings import Settings


@pytest.mark.parametrize(
    ("former", "setting"),
    [
        ("COURIER_UNMATCHED_HOURS", "partner_unmatched_hours"),
        ("COURIER_INBOX_HOURS", "partner_inbox_hours"),
        ("PAYMENT_WEBHOOK_HOURS", "partner_inbox_hours"),
    ],
)
def test_a_former_name_is_read(monkeypatch: pytest.MonkeyPatch, former: str, setting: str) -> None:
    monkeypatch.setenv(f"AFTERCARE_{former}", "5")
    assert getattr(Settings.example(), setting) == 5
    warning = f"AFTERCARE_{former} is a former name of AFTERCARE_{setting.upper()}"
    assert list(Settings.name_warnings()) == [warning]
