"""Guarantee deposits 保证金 of merchants: what is on them, from which claims of buyers are paid."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import Read, Tx, require_role
from aftercare_chassis.http.schemas import Currency, Cursor, Limit, PageOut
from fastapi import Query

from aftersale_svc.api.cases.merchant_settings import READERS, MerchantId, merchants_router
from aftersale_svc.api.schemas.money.deposits import DepositEntryIn, DepositEntryOut, DepositOut, DepositsOut
from aftersale_svc.commands.money import deposits
from aftersale_svc.domain.deposits.errors import DepositInsufficient, DepositReferenceUsed, DepositTooLarge
from aftersale_svc.domain.deposits.model import DepositEntryKind
from aftersale_svc.queries import deposits as queries
from aftersale_svc.settings import Settings

router = merchants_router()


@router.post(
    "/deposit-entries",
    operation_id="bookDepositEntry",
    status_code=201,
    responses=refusals(DepositReferenceUsed, DepositInsufficient, DepositTooLarge),
    dependencies=[require_role("admin")],
)
async def book_deposit_entry(merchant_id: MerchantId, body: DepositEntryIn, tx: Tx[Settings]) -> DepositEntryOut:
    """Book what a merchant has paid into its deposit or has got back. An entry that was booked before is answered as it is."""
    entry = await deposits.book(
        tx,
        merchant_id,
        kind=body.entry_kind,
        amount_minor=body.amount.amount,
        currency=body.amount.currency,
        reference=body.reference,
        note=body.note,
    )
    return DepositEntryOut.of(entry)


@router.get("/deposit-entries", operation_id="listDepositEntries", dependencies=[READERS])
async def list_deposit_entries(
    merchant_id: MerchantId,
    reader: Read[Settings],
    currency: Annotated[Currency | None, Query(description="Only those of the deposit in this currency.")] = None,
    kind: Annotated[DepositEntryKind | None, Query(description="Only those of this kind.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[DepositEntryOut]:
    """List the entries of the deposits of a merchant, newest first."""
    page = await queries.entries(reader, limit, cursor, merchant_id, currency=currency, kind=kind)
    return PageOut[DepositEntryOut].of(page, DepositEntryOut.of)


@router.get("/deposits", operation_id="getDeposits", dependencies=[READERS])
async def get_deposits(merchant_id: MerchantId, reader: Read[Settings]) -> DepositsOut:
    """Get what is on the deposits of a merchant, by currency."""
    return DepositsOut(data=[DepositOut.of(each) for each in await queries.deposits(reader, merchant_id)])
