"""Endpoints of couriers at which nothing arrives."""

from collections.abc import Mapping
from datetime import timedelta

from aftercare_chassis.database.transaction import Reader

from order_svc.domain.partners.endpoints import SilentEndpoint
from order_svc.integrations.couriers.port import Courier
from order_svc.settings import Settings
from order_svc.tables.silent_endpoints import SILENT_ENDPOINTS


async def silent_endpoints(reader: Reader[Settings], couriers: Mapping[str, Courier]) -> list[SilentEndpoint]:
    """The endpoints of the platform without a push for `parcel_feed_silent_hours`, though parcels of their partners are under way; the longest silent first."""
    own = [(name, each.carrier) for name, each in couriers.items() if each.carrier is not None]
    return await reader.all(
        SILENT_ENDPOINTS,
        before=reader.now - timedelta(hours=reader.settings.parcel_feed_silent_hours),
        partners=[name for name, _ in own],
        carriers=[carrier for _, carrier in own],
    )
