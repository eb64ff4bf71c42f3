"""Codes of couriers that their adapters do not know: counted, so that none is lost."""

from collections import Counter
from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction

from order_svc.domain.partners.pushes import PartnerPush
from order_svc.integrations.couriers.port import Report
from order_svc.settings import Settings
from order_svc.tables.couriers import COUNT_CODE


async def count(tx: Transaction[Settings], push: PartnerPush, reports: Sequence[Report]) -> None:
    """Count the codes of these reports, whose meanings are not known, and keep the sentence of one of each."""
    texts = {report.unlisted: report.text for report in reports}
    # In one order everywhere, so that two transactions do not wait for each other.
    for code, number in sorted(Counter(report.unlisted for report in reports).items(), key=str):
        if code is not None:
            await tx.execute(
                COUNT_CODE,
                id=tx.new_id("code"),
                partner=push.partner,
                code=code,
                occurrences=number,
                text=texts[code],
                push_id=push.id,
                now=tx.now,
            )
