"""The freight of a return that the buyer has paid, as it is stated, paid and shown."""

from aftercare_chassis.http.schemas import Id, In, Money, Name, Out, Time, example
from aftercare_events.waybills import CarrierInput, WaybillInput

from aftersale_svc.api.schemas.amounts import PositiveMoney
from aftersale_svc.api.schemas.cases.case_requests import Evidence, NoteIn, RequiredEvidence
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.return_freights.model import StatedFreight


class ReturnFreightIn(In):
    """What the buyer has paid to the courier, where the merchant bears the freight of the return."""

    amount: PositiveMoney
    """Above zero, and at most what the merchant has set (`return-freight-limits`)."""
    evidence: RequiredEvidence

    def stated(self) -> StatedFreight:
        """The freight as commands take it."""
        return StatedFreight(self.amount.amount, self.amount.currency, self.evidence)


class ShipIn(In):
    """The parcel that brings the goods back."""

    model_config = example(carrier="sf", waybill_no="SF1000000000001")

    carrier: CarrierInput
    waybill_no: WaybillInput
    drop_off_point: Id | None = None
    """The courier's code of the point where the buyer dropped the parcel off; left out where a courier was handed it."""
    return_freight: ReturnFreightIn | None = None
    """What the buyer has paid to the courier, where the merchant bears the freight; it is owed once the goods are accepted."""


class RecordReturnFreightIn(NoteIn):
    """The payment by which the buyer got the freight; it was made outside the suite."""

    model_config = example(amount={"amount": 1200, "currency": "CNY"}, reference="转账 20260315-03", evidence=[])

    amount: Money
    """Exactly what is owed."""
    reference: Name
    """By which both sides find the payment; both sides can read it."""
    evidence: Evidence


class EarlierFreightPaymentOut(Out):
    """What the merchant had paid of the freight before the insurance paid less than it was to."""

    amount: Money
    """What it was."""
    paid_at: Time
    """When the merchant recorded it."""
    reference: str
    """By what the merchant finds the payment again."""
    evidence: list[str]
    """Hashes of its proof: `sha256:…`."""


class ReturnFreightOut(Out):
    """What the buyer has paid for sending the goods back, and what of it the merchant pays."""

    stated: Money
    """What the buyer says to have paid."""
    evidence: list[str]
    """Hashes of what proves it: `sha256:…`."""
    insured: Money
    """What the insurance of the merchant's returns pays first, by a claim of the buyer; zero where there is none, or where it pays nothing."""
    accepted: Money | None = None
    """What the merchant accepts of it; null until the goods were inspected or refunded."""
    to_pay: Money
    """What the merchant has still to pay: what is accepted, less what the insurance pays, and what the merchant has paid."""
    owed_at: Time | None = None
    """Since when it is owed; null before."""
    paid_at: Time | None = None
    """When its payment was recorded; null before."""
    reference: str | None = None
    """What was said of the payment; null before."""
    payment_evidence: list[str]
    """Hashes of its proof: `sha256:…`."""
    earlier_payments: list[EarlierFreightPaymentOut]
    """What the merchant had paid before the insurance paid less than it was to; empty else."""

    @classmethod
    def of(cls, full: FullCase) -> "ReturnFreightOut | None":
        """The freight; None where the buyer has stated none."""
        freight, currency = full.return_freight, full.case.currency
        if freight is None:
            return None
        accepted = freight.accepted_minor
        return cls(
            stated=Money.of(freight.stated_minor, currency),
            evidence=freight.evidence,
            insured=Money.of(min(freight.insured_minor, freight.stated_minor), currency),
            accepted=None if accepted is None else Money.of(accepted, currency),
            to_pay=Money.of(freight.to_pay_minor, currency),
            owed_at=freight.owed_at,
            paid_at=freight.paid_at,
            reference=freight.reference,
            payment_evidence=freight.payment_evidence,
            earlier_payments=[
                EarlierFreightPaymentOut(
                    amount=Money.of(each["amount_minor"], currency),
                    paid_at=each["paid_at"],
                    reference=each["reference"],
                    evidence=each["evidence"],
                )
                for each in freight.earlier_payments or ()
            ],
        )
