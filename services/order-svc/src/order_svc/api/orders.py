"""Orders 订单: placed by the seller's storefront, paid by the buyer, shipped, received, completed or cancelled."""

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.lifecycle import ActionNotAllowed, IllegalTransition
from fastapi import APIRouter

from order_svc.api.parameters import OrderId
from order_svc.api.schemas.addresses import ChangeAddressIn
from order_svc.api.schemas.cancellations import CancelIn
from order_svc.api.schemas.order_lines import amount_of
from order_svc.api.schemas.orders import OrderDetailOut, OrderIn
from order_svc.commands.orders import line_cancellations, orders, recalls, receipts
from order_svc.domain.cancellation_errors import NothingToCallBack, PartlyPaid, PriceAdjusted
from order_svc.domain.errors import (
    AfterSaleOpen,
    AllUnitsHeld,
    AlreadyReceived,
    AlreadyShipped,
    AmountTooLarge,
    CurrencyMismatch,
    DiscountExceedsLine,
    DiscountExceedsOrder,
    DiscountRepeated,
    DiscountsDoNotAddUp,
    DuplicateLine,
    NotFullyShipped,
    NothingLeftToShip,
    OrderNoTaken,
    OrderPacked,
    PackedNeedsMerchant,
    PaymentInProgress,
    QuantityExceedsShippable,
    TaxExceedsPaid,
    ThresholdNotReached,
    UnitsHeldByCase,
    UnknownLine,
)
from order_svc.domain.intercepts.errors import InterceptOpen
from order_svc.domain.model import Order
from order_svc.domain.payments.errors import (
    DueTimesDisordered,
    DueTimeTooLate,
    InstalmentEmpty,
    InstalmentMisplaced,
    PlanDoesNotAddUp,
)
from order_svc.domain.sales.errors import (
    AddressChangesUsed,
    FulfilmentTermsMismatch,
    GiftNotFree,
    GiftUnfit,
    GoodsDelivered,
    OrderingRestricted,
    PaymentTimeTooLong,
    ShippingAddressMissing,
    ShipsByNotAhead,
)
from order_svc.queries import orders as queries
from order_svc.settings import Settings

router = APIRouter(prefix="/v1/orders", tags=["orders"], route_class=ApiRoute)
EVERYTHING = CancelIn()


@router.post(
    "",
    operation_id="createOrder",
    status_code=201,
    responses=refusals(
        CurrencyMismatch,
        DiscountExceedsLine,
        DiscountExceedsOrder,
        TaxExceedsPaid,
        DiscountRepeated,
        DiscountsDoNotAddUp,
        ThresholdNotReached,
        AmountTooLarge,
        FulfilmentTermsMismatch,
        ShipsByNotAhead,
        GiftUnfit,
        GiftNotFree,
        ShippingAddressMissing,
        PaymentTimeTooLong,
        OrderingRestricted,
        OrderNoTaken,
        InstalmentEmpty,
        InstalmentMisplaced,
        DueTimesDisordered,
        DueTimeTooLate,
        PlanDoesNotAddUp,
    ),
    dependencies=[require_role("seller")],
)
async def create_order(body: OrderIn, tx: Tx[Settings]) -> OrderDetailOut:
    """Place an order for a buyer. If it is not paid by `deadline_at`, it is cancelled. With a `payment_plan`, the part that is due next
    has to be paid by then."""
    placed = await orders.create(
        tx,
        buyer_id=body.buyer_id,
        currency=body.currency,
        drafts=body.drafts(),
        fee=body.fee(),
        address=body.address(),
        buyer_level=body.buyer_level,
        shipping_tax=amount_of(body.shipping_tax) if body.shipping_tax else None,
        shipping_discounts=None
        if body.shipping_discounts is None
        else [each.draft() for each in body.shipping_discounts],
        payment_minutes=body.payment_minutes,
        order_no=body.order_no,
        plan=body.plan(),
    )
    return await _shown(tx, placed)


@router.get("/{order_id}", operation_id="getOrder")
async def get_order(order_id: OrderId, reader: Read[Settings]) -> OrderDetailOut:
    """An order with its lines, its address and the actions that are allowed now."""
    return OrderDetailOut.of(await queries.order(reader, order_id), reader.actor)


@router.post(
    "/{order_id}/cancel",
    operation_id="cancelOrder",
    responses=refusals(
        IllegalTransition,
        ActionNotAllowed,
        AfterSaleOpen,
        AlreadyShipped,
        PackedNeedsMerchant,
        PartlyPaid,
        PaymentInProgress,
        PriceAdjusted,
        UnknownLine,
        DuplicateLine,
        QuantityExceedsShippable,
        UnitsHeldByCase,
        NothingLeftToShip,
        AllUnitsHeld,
        GoodsDelivered,
        InterceptOpen,
        NothingToCallBack,
    ),
)
async def cancel_order(order_id: OrderId, tx: Tx[Settings], body: CancelIn = EVERYTHING) -> OrderDetailOut:
    """Cancel an order, or some of its units that are not shipped. What was paid for what has not left is refunded in full.

    Of a shipped order, the couriers are asked to bring back each parcel that is on its way: `GET /v1/intercepts?order_id=` shows how far that is.
    The order stays `shipped` meanwhile; a parcel that comes back becomes a case of a refused delivery, by which its units are refunded. Where
    no courier can be asked, 409 `nothing_to_call_back` names in `ways` what is possible instead: to refuse the delivery, or to open a case.

    With `lines`, the part of these units goes back: of 287.00 paid for 3 units 95.66, then 95.67, then 95.67. Before the payment
    they are taken off the order. Where nothing else is left of an order of which nothing was shipped, it is cancelled with its freight.
    The buyer of an order that is packed opens a case about that in aftersale-svc, which the merchant reviews.
    """
    if body.lines is None:
        return await _shown(tx, await recalls.cancel(tx, order_id, reason=body.reason))
    cancelled = await line_cancellations.cancel_lines(tx, order_id, picks=body.picks(), reason=body.reason)
    return await _shown(tx, cancelled)


@router.post(
    "/{order_id}/confirm-receipt",
    operation_id="confirmReceipt",
    responses=refusals(IllegalTransition, ActionNotAllowed, AlreadyReceived, NotFullyShipped),
)
async def confirm_receipt(order_id: OrderId, tx: Tx[Settings]) -> OrderDetailOut:
    """Confirm that everything of the order was received. The order is completed when the after-sale window has ended (`window_ends_at`).

    It counts from the personal signature, and lasts for 24 hours after the receipt at least, where the installation sets no other time."""
    return await _shown(tx, await receipts.confirm(tx, order_id))


@router.post(
    "/{order_id}/change-address",
    operation_id="changeAddress",
    responses=refusals(IllegalTransition, ActionNotAllowed, AlreadyShipped, OrderPacked, AddressChangesUsed),
)
async def change_address(order_id: OrderId, body: ChangeAddressIn, tx: Tx[Settings]) -> OrderDetailOut:
    """Replace the shipping address of what has neither left nor is packed. Parcels that have left go where they were sent (`destination`)."""
    return await _shown(tx, await orders.change_address(tx, order_id, address=body.shipping_address.address()))


async def _shown(tx: Tx[Settings], order: Order) -> OrderDetailOut:
    return OrderDetailOut.of(await queries.order_view(tx, order), tx.actor)
