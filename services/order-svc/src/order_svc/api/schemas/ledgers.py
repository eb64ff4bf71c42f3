"""The ledger of an order in responses."""

from typing import Any, Literal, Self

from aftercare_chassis.http.schemas import Money, Out, Time

from order_svc.api.schemas.charge_backs import ChargeBackOut
from order_svc.api.schemas.postings import FundingOut, PostingOut
from order_svc.domain.payments.charges import Charge, ChargeState
from order_svc.domain.payments.claw_backs import ClawBack
from order_svc.domain.payments.compensations import Compensation
from order_svc.domain.payments.ledger import LedgerEffect, LedgerEntry, OrderLedger
from order_svc.domain.payments.model import Refund
from order_svc.domain.payments.postings import funding_of


class LedgerShareOut(Out):
    """What somebody bears of a refund."""

    bearer: str
    """Who: `merchant`, `platform` or `creator`."""
    amount: Money
    """How much of it."""


class LedgerEntryOut(Out):
    """A payment or a refund, with the sum in which it counts."""

    kind: Literal["payment", "refund"]
    """What the entry is."""
    id: str
    """Identifies the payment (`pay_…`) or the refund (`ref_…`)."""
    payment_id: str
    """The payment itself, or the one that is refunded."""
    state: str
    """The state of the payment or of the refund, as those have it."""
    effect: LedgerEffect
    """The sum in which the amount counts; `none`: it has failed, or is a payment without a result."""
    amount: Money
    """The amount, whatever its effect."""
    share_of: str | None = None
    """The refund that the entry is a share of, because that is made from several payments; null otherwise."""
    cause: str | None
    """Why it is refunded, as the refund states it; null for a payment."""
    case_id: str | None
    """The case that requested the refund; null where none did."""
    outside: str | None = None
    """How a refund was made without the provider, such as `bank_transfer`; null where the provider makes it."""
    borne: list[LedgerShareOut] | None = None
    """Who bears a refund, where that is not the merchant alone: the shares add up to `amount`. Null otherwise."""
    at: Time
    """When it was settled, or created where it is not settled."""

    @classmethod
    def of(cls, entry: LedgerEntry) -> Self:
        """The entry of the ledger."""
        document = entry.document
        refund = document if isinstance(document, Refund) else None
        return cls(
            kind="payment" if refund is None else "refund",
            id=document.id,
            payment_id=document.id if refund is None else refund.payment_id,
            state=document.state,
            effect=entry.effect,
            amount=Money.of(document.amount_minor, document.currency),
            share_of=refund and refund.share_of,
            cause=refund and refund.cause,
            case_id=refund and refund.case_id,
            outside=refund and refund.outside,
            borne=None if refund is None or refund.borne is None else _shares(refund.borne, refund.currency),
            at=entry.at,
        )


def _shares(borne: list[dict[str, Any]], currency: str) -> list[LedgerShareOut]:  # Any: JSON
    return [LedgerShareOut(bearer=each["bearer"], amount=Money.of(each["amount_minor"], currency)) for each in borne]


class CompensationOut(Out):
    """What a guarantee, or the merchant for refused goods that were lost, has paid to the buyer, outside the payments of the order."""

    id: str
    """The claim, as aftersale-svc shows it."""
    source: str
    """The kind of the claim: `merchant_deposit`, `freight_insurance` or `refused_goods`."""
    amount: Money
    """What was paid."""
    case_id: str
    """The case that the claim belongs to."""
    refund_id: str | None
    """The failed refund whose money was paid, which cannot go back as a refund any more; null where it is something else."""
    at: Time
    """When it was paid."""

    @classmethod
    def of(cls, compensation: Compensation) -> Self:
        """What was paid."""
        return cls(
            id=compensation.id,
            source=compensation.source,
            amount=Money.of(compensation.amount_minor, compensation.currency),
            case_id=compensation.case_id,
            refund_id=compensation.refund_id,
            at=compensation.paid_at,
        )


class ChargeOut(Out):
    """What the buyer has paid to the merchant in a case, outside the payments of the order."""

    case_id: str
    """The case, as aftersale-svc shows it."""
    state: ChargeState
    """Whether the merchant keeps it (`paid`), owes it back, or has given it back."""
    amount: Money
    """What was paid."""
    paid_at: Time
    """When the merchant recorded the payment."""
    owed_back_at: Time | None = None
    """Since when it is owed back; null where it never was."""
    returned_at: Time | None = None
    """When it was recorded that the buyer has it back; null before."""

    @classmethod
    def of(cls, charge: Charge) -> Self:
        """What was paid."""
        return cls(
            case_id=charge.case_id,
            state=charge.state,
            amount=Money.of(charge.amount_minor, charge.currency),
            paid_at=charge.paid_at,
            owed_back_at=charge.owed_back_at,
            returned_at=charge.returned_at,
        )


class ClawBackOut(Out):
    """What the buyer owes because a verdict that had paid too much was replaced; it is paid back outside the payments of the order."""

    dispute_id: str
    """The dispute, as aftersale-svc shows it."""
    case_id: str
    """Its case."""
    owed: Money
    """What was paid too much."""
    repaid: Money
    """What of it the buyer has paid back."""
    written_off: Money
    """What of it the buyer need not pay back."""
    open: Money
    """What is still owed."""

    @classmethod
    def of(cls, claw_back: ClawBack) -> Self:
        """What is owed."""
        currency = claw_back.currency
        return cls(
            dispute_id=claw_back.dispute_id,
            case_id=claw_back.case_id,
            owed=Money.of(claw_back.owed_minor, currency),
            repaid=Money.of(claw_back.repaid_minor, currency),
            written_off=Money.of(claw_back.written_off_minor, currency),
            open=Money.of(claw_back.open_minor, currency),
        )


class LedgerOut(Out):
    """The ledger of an order: `paid` = `kept` + `refunded` + `in_flight`, and beside it `charged` = `charges_kept` +
    `charges_returned` + `charges_to_return`."""

    order_id: str
    """The order."""
    paid: Money
    """What its payments have brought."""
    kept: Money
    """What is left with the merchant if all refunds in flight succeed."""
    refunded: Money
    """What the buyer has got back."""
    refunded_outside: Money
    """What of `refunded` went back without the provider, which does not know of it."""
    in_flight: Money
    """What refunds without a result may still give back."""
    balanced: bool
    """Whether every payment states as refunded what its refunds add up to, and is not refunded beyond its amount."""
    entries: list[LedgerEntryOut]
    """All payments and refunds, oldest first."""
    compensations: list[CompensationOut]
    """What guarantees have paid to the buyer, beside the equation."""
    charged: Money
    """What the buyer has paid in cases, for repairs and for goods that cost more, whatever has become of it."""
    charges_kept: Money
    """What of it the merchant keeps."""
    charges_returned: Money
    """What of it the merchant has given back."""
    charges_to_return: Money
    """What of it the merchant has still to give back."""
    charges: list[ChargeOut]
    """Each of these payments, oldest first."""
    owed_by_buyer: Money
    """What of `refunded` the buyer has still to pay back, by verdicts that were replaced."""
    claw_backs: list[ClawBackOut]
    """Each of these, with what was paid back or written off."""
    charged_back: Money | None = None
    """What of `refunded` the payment provider has taken back for the buyer."""
    overdrawn: Money | None = None
    """What went back beyond what was paid, because the provider has taken back what was refunded as well: then `paid` and this are the
    sum of the three. Null where nothing did."""
    refund_owed: Money | None = None
    """What of `kept` the buyer is still owed, because refunds that no case has decided have failed."""
    charge_backs: list[ChargeBackOut] | None = None
    """What the provider has taken back, oldest first."""
    funding: list[FundingOut] | None = None
    """Who bears the discounts of the order, as far as the merchant has stated them, and parts of its refunds."""
    postings: list[PostingOut] | None = None
    """The double entries of all these movements, oldest first."""

    @classmethod
    def of(cls, ledger: OrderLedger) -> Self:
        """The ledger with its sums."""
        return cls(
            order_id=ledger.order_id,
            paid=Money.of(ledger.paid_minor, ledger.currency),
            kept=Money.of(ledger.kept_minor, ledger.currency),
            refunded=Money.of(ledger.refunded_minor, ledger.currency),
            refunded_outside=Money.of(ledger.refunded_outside_minor, ledger.currency),
            in_flight=Money.of(ledger.in_flight_minor, ledger.currency),
            balanced=ledger.is_balanced,
            entries=[LedgerEntryOut.of(entry) for entry in ledger.entries],
            compensations=[CompensationOut.of(each) for each in ledger.compensations],
            charged=Money.of(ledger.charged_minor, ledger.currency),
            charges_kept=Money.of(ledger.charges_kept_minor, ledger.currency),
            charges_returned=Money.of(ledger.charges_returned_minor, ledger.currency),
            charges_to_return=Money.of(ledger.charges_to_return_minor, ledger.currency),
            charges=[ChargeOut.of(each) for each in ledger.charges],
            owed_by_buyer=Money.of(ledger.owed_by_buyer_minor, ledger.currency),
            claw_backs=[ClawBackOut.of(each) for each in ledger.claw_backs],
            charged_back=Money.of(ledger.charged_back_minor, ledger.currency),
            overdrawn=Money.of(ledger.overdrawn_minor, ledger.currency) if ledger.overdrawn_minor else None,
            refund_owed=Money.of(ledger.owed_minor, ledger.currency),
            charge_backs=[ChargeBackOut.of(each) for each in ledger.charge_backs],
            funding=[FundingOut.of(each, ledger.currency) for each in funding_of(ledger.postings)],
            postings=[PostingOut.of(each) for each in ledger.postings],
        )
