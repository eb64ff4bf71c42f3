"""What a case knows of the refused goods that it has sent back."""

from aftersale_svc.domain.cases.exchanges.model import RefusedGoods
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.refused_goods.codes import RefusedGoodsState
from aftersale_svc.domain.cases.refused_goods.model import OwedGoods


def in_transit(full: FullCase) -> OwedGoods | None:
    """The refused goods in the parcel that was sent last, while it is on its way to the buyer; None where none is."""
    parcels = [(each.carrier, each.waybill_no) for each in full.rows_of(RefusedGoods)]
    sent = (each for each in full.rows_of(OwedGoods) if (each.carrier, each.waybill_no) in parcels)
    return next((each for each in sent if each.state is RefusedGoodsState.IN_TRANSIT), None)
