"""Codes of couriers that their adapters do not know: counted, so that none is lost."""

from collections import Counter
from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction

from order_svc.domain.partners.pushes import PartnerPush
from order_svc.integrations.couriers.port import Report
from order_svc.settings import Settings
from order_svc.tables.couriers import COUNT_CODE


async def count(tx: Transaction[Settings], pushes: Sequence[tuple[PartnerPush, Sequence[Report]]]) -> None:
    """Count the codes of these reports of pushes, whose meanings are not known, and keep the sentence of the last of each."""
    latest = {
        (push.partner, report.unlisted): (push.id, report.text)
        for push, reports in pushes
        for report in reports
        if report.unlisted is not None
    }
    numbers = Counter((push.partner, report.unlisted) for push, reports in pushes for report in reports)
    # In one order everywhere, so that two transactions do not wait for each other.
    for (partner, code), (push_id, text) in sorted(latest.items()):
        await tx.execute(
            COUNT_CODE,
            id=tx.new_id("code"),
            partner=partner,
            code=code,
            occurrences=numbers[partner, code],
            text=text,
            push_id=push_id,
            now=tx.now,
        )
