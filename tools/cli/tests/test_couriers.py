"""What we push as a courier is what order-svc takes for that courier's own."""

from datetime import UTC, datetime

import pytest
from aftercare_cli import couriers
from aftercare_cli.stack.interface import StackError
from order_svc.integrations.couriers.port import Courier
from order_svc.integrations.couriers.standard_webhooks import StandardWebhooks
from order_svc.integrations.couriers.zto import Zto

PARTNERS: dict[str, Courier] = {each.partner: each for each in (StandardWebhooks(), Zto())}

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.mark.parametrize("partner", list(couriers.PARTNERS))
@pytest.mark.parametrize("status", ["picked_up", "in_transit", "out_for_delivery", "delivered", "returned"])
def test_a_push_is_believed_and_means_what_we_said(partner: str, status: str) -> None:
    adapter = PARTNERS[partner]
    secret = adapter.new_secret()

    request = couriers.PARTNERS[partner](couriers.Scan("7300123456789", status, NOW, "sf"), secret)

    headers = {name.lower(): value for name, value in request.headers.items()}
    assert adapter.verify(request.body, headers, [secret], datetime.now(UTC)) is None
    (report,) = adapter.parse(request.body)
    assert (report.waybill_no, report.scan.status, report.scan.occurred_at) == ("7300123456789", status, NOW)


@pytest.mark.parametrize("partner", list(couriers.PARTNERS))
def test_a_push_with_another_secret_is_not_believed(partner: str) -> None:
    adapter = PARTNERS[partner]

    request = couriers.PARTNERS[partner](couriers.Scan("7300123456789", "delivered", NOW), adapter.new_secret())

    headers = {name.lower(): value for name, value in request.headers.items()}
    assert adapter.verify(request.body, headers, [adapter.new_secret()], datetime.now(UTC)) is not None


def test_a_word_the_partner_does_not_have_is_refused_in_one_line() -> None:
    with pytest.raises(StackError, match="zto has no word for `teleported`"):
        couriers.PARTNERS["zto"](couriers.Scan("7300123456789", "teleported", NOW), "secret-of-zto")
