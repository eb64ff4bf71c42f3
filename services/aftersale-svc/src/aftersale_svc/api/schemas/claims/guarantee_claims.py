"""What is sent to the routes of claims on a guarantee, and claims as they are shown."""

from collections.abc import Sequence
from typing import Annotated

from aftercare_chassis.http.schemas import In, Money, Name, Out, Text, Time, example
from aftercare_chassis.http.turns import TurnOf, effects_of
from aftercare_chassis.lifecycle import NOBODY, Context

from aftersale_svc.api.schemas.cases.case_requests import CitingIn, Evidence
from aftersale_svc.api.schemas.cases.merchant_settings import SettingUsedOut
from aftersale_svc.api.schemas.claims.claims import ClaimOut, ClaimPartsOut
from aftersale_svc.api.schemas.texts import BilingualOut
from aftersale_svc.domain.claims.model import ClaimStep
from aftersale_svc.domain.guarantee_claims.codes import (
    GuaranteeFailure,
    GuaranteeKind,
    GuaranteeOrigin,
    GuaranteeRefusal,
    GuaranteeState,
)
from aftersale_svc.domain.guarantee_claims.lifecycle import GUARANTEE, GUARANTEE_CLAIM
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim, GuaranteeRequest, GuaranteeTotal
from aftersale_svc.domain.wording.guarantee_claims import GUARANTEE_REFUSALS, GUARANTEE_WORDS

GuaranteeTurn = Annotated[str, TurnOf("GuaranteeTurn", GUARANTEE_CLAIM, others=[NOBODY])]
_PHOTO = "sha256:" + "9f" * 32


class GuaranteeClaimIn(In):
    """What is claimed, and from which guarantee."""

    model_config = example(
        kind="freight_insurance", amount={"amount": 1200, "currency": "CNY"}, evidence=[_PHOTO], note="退货运费凭证"
    )

    kind: GuaranteeKind
    """Who pays: the insurance of return freight, once the merchant has the goods, or the merchant's deposit, after a failed refund."""
    amount: Money | None = None
    """How much; the freight that was paid. May be left out for the deposit: then all of the failed refund."""
    evidence: Evidence
    note: Text | None = None
    """For the history of the claim; both sides can read it."""

    def request(self) -> GuaranteeRequest:
        """What is said, as commands take it."""
        amount = self.amount
        return GuaranteeRequest(
            kind=self.kind,
            amount_minor=amount.amount if amount else None,
            currency=amount.currency if amount else None,
            evidence=self.evidence,
            note=self.note,
        )


class GuaranteeAnswerIn(In):
    """What the merchant says to the claim."""

    model_config = example(note="已线下退款，请看转账凭证", evidence=[_PHOTO])

    evidence: Evidence
    note: Text | None = None
    """For the history of the claim; both sides can read it."""


class GuaranteeAgreementIn(CitingIn):
    """That the merchant agrees, and what that rests on."""

    model_config = example(note="同意由保证金赔付", evidence=[])

    evidence: Evidence


class GuaranteeEvidenceRequestIn(In):
    """What an agent misses."""

    model_config = example(missing="快递运费发票")

    missing: Text
    """What the buyer is to submit; both sides can read it."""


class GuaranteeApprovalIn(CitingIn):
    """How much the guarantee owes."""

    model_config = example(amount={"amount": 1000, "currency": "CNY"})

    amount: Money | None = None
    """At most what is claimed; if left out, all of it."""


class GuaranteeRefusalIn(CitingIn):
    """Why the guarantee owes nothing."""

    model_config = example(reason="not_covered", note="超过投保范围")

    reason: GuaranteeRefusal
    """The reason."""


class GuaranteePaymentIn(In):
    """What is owed was paid."""

    model_config = example(reference="BANK-2026-0002")

    reference: Name
    """The reference of the payment at the payer."""
    note: Text | None = None
    """For the history of the claim; both sides can read it."""


class GuaranteeFailureIn(In):
    """The payment failed."""

    model_config = example(cause="deposit_exhausted")

    cause: GuaranteeFailure
    """Why."""
    note: Text | None = None
    """For the history of the claim; both sides can read it."""


class GuaranteeClaimOut(ClaimOut):
    """A claim on a guarantee (保障单): what is claimed, how far it is, and what the caller may do."""

    id: str
    """Identifies the claim: `grt_…`."""
    kind: GuaranteeKind
    """Who pays."""
    buyer_id: str
    """Whom it pays."""
    refund_id: str | None = None
    """The failed refund that the deposit covers: the case gets no other one meanwhile. Null for insured freight."""
    dispute_id: str | None = None
    """The dispute last opened about the case when the claim was; null where there was none."""
    origin: GuaranteeOrigin
    """Who opened it."""
    state: GuaranteeState
    """How far the claim is; `paid`, `nothing_owed`, `failed` and `cancelled` are its ends."""
    whose_turn: GuaranteeTurn
    """Who has to act next; `nobody` in a final state."""
    deadline_effect: Annotated[str | None, effects_of(GUARANTEE_CLAIM)] = None
    merchant_silent: bool
    """Whether the merchant let its time pass."""
    evidence: list[str]
    """Hashes of the files of both sides: `sha256:…`."""
    evidence_requests: int
    """How often the buyer was asked for evidence."""
    owed: Money | None = None
    """What the guarantee owes; null before that was decided."""
    refusal: GuaranteeRefusal | None = None
    """Why it owes nothing; null where it was not declined."""
    refusal_label: BilingualOut | None = None
    """The same as people read it."""
    failure: GuaranteeFailure | None = None
    """Why the payment failed; null where it did not."""
    paid_at: Time | None = None
    """When the payment was recorded; null before."""
    settings: list[SettingUsedOut] | None = None
    """The version of the freight insurance that it is paid by; null for a claim on the deposit."""

    @classmethod
    def of(cls, claim: GuaranteeClaim, reader: Context) -> "GuaranteeClaimOut":
        """The claim as this reader sees it."""
        owed = claim.owed_minor
        own = cls.fields_of(
            GUARANTEE,
            claim,
            reader,
            kind=claim.kind,
            buyer_id=claim.buyer_id,
            refund_id=claim.refund_id,
            dispute_id=claim.dispute_id,
            origin=claim.origin,
            merchant_silent=claim.merchant_silent,
            evidence_requests=claim.evidence_requests,
            owed=None if owed is None else Money.of(owed, claim.currency),
            refusal=claim.refusal,
            refusal_label=None if claim.refusal is None else BilingualOut.of(GUARANTEE_REFUSALS[claim.refusal]),
            failure=claim.failure,
            paid_at=claim.paid_at,
            settings=None if claim.settings is None else [SettingUsedOut(**each) for each in claim.settings],
        )
        return cls(**own)


class GuaranteeClaimDetailOut(GuaranteeClaimOut, ClaimPartsOut):
    """A claim with its history, and all of it in sentences."""

    @classmethod
    def with_steps(
        cls, claim: GuaranteeClaim, steps: Sequence[ClaimStep], reader: Context
    ) -> "GuaranteeClaimDetailOut":
        """The claim as this reader sees it, with what belongs to it."""
        # The fields of the parent are values already: they are not validated a second time.
        parts = cls.parts_of(GUARANTEE_WORDS, claim, steps, reader)
        return cls.model_construct(**dict(GuaranteeClaimOut.of(claim, reader)), **parts)


class GuaranteeTotalOut(Out):
    """What one guarantee has paid for a merchant in one currency."""

    merchant_id: str
    """The merchant."""
    kind: GuaranteeKind
    """Who pays."""
    paid_claims: int
    """How many claims it has paid."""
    paid: Money
    """What it has paid."""
    open_claims: int
    """How many claims have not ended."""
    open: Money
    """What is owed in these; what is claimed, where that was not decided."""

    @classmethod
    def of(cls, total: GuaranteeTotal) -> "GuaranteeTotalOut":
        return cls(
            merchant_id=total.merchant_id,
            kind=total.kind,
            paid_claims=total.paid,
            paid=Money.of(total.paid_minor, total.currency),
            open_claims=total.open,
            open=Money.of(total.open_minor, total.currency),
        )


class GuaranteeTotalsOut(Out):
    """What the guarantees have paid."""

    data: list[GuaranteeTotalOut]
    """By merchant, guarantee and currency; at most 500."""
