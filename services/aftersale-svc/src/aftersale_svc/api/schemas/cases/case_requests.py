"""What is sent to the routes of cases."""

from typing import Annotated

from aftercare_chassis.http.schemas import Code, Id, In, Money, Name, Text, example
from aftercare_events.waybills import CarrierInput, WaybillInput
from pydantic import AfterValidator, Field

from aftersale_svc.domain.cases.codes import CaseType, HandlingReason, Reason, RejectReason
from aftersale_svc.domain.cases.exchanges.model import Price
from aftersale_svc.domain.cases.requests import Finding, Prices, Request, Wanted
from aftersale_svc.domain.policies.model import Citation

Sha256 = Annotated[
    str, Field(pattern="^sha256:[0-9a-f]{64}$", description="Hash of the content: `sha256:` and 64 hex digits.")
]
_CITED = "Content hashes, `sha256:…`. What a file proves counts once it was uploaded for the order and accepted by its check."


def _each_once(hashes: list[str]) -> list[str]:
    """A file that is named twice in one request counts once, as one that is named again in a later request."""
    return list(dict.fromkeys(hashes))


Evidence = Annotated[
    list[Sha256], Field(default_factory=list, max_length=20, description=_CITED), AfterValidator(_each_once)
]
RequiredEvidence = Annotated[
    list[Sha256],
    Field(
        min_length=1,
        max_length=20,
        description="Content hashes, `sha256:…`; at least one of a file that was uploaded for the order and accepted by its check.",
    ),
    AfterValidator(_each_once),
]
PaymentIds = Annotated[list[Id] | None, Field(min_length=1, max_length=20)]
Units = Annotated[int, Field(ge=1, le=1_000_000)]
_ADDRESS = {"name": "售后仓", "phone": "13900000000", "province": "浙江省", "city": "杭州市", "street": "仓前路 8 号"}
_LINE = "line_0196a3c85d1e7b2f9a4c6e8d0b1f2a37"


class WantedIn(In):
    """Units of one order line."""

    line_id: Id
    """The line of the order, as order-svc shows it."""
    quantity: Units
    """How many units of the line the case is about; they must be in no other open case."""
    reference_price: Money | None = None
    """What a unit had cost; with `price_adjust` only, where it is required."""
    checked_price: Money | None = None
    """What a unit is offered for now, or is worth; with `price_adjust` only, where it is required."""
    wanted_sku: Id | None = None
    """In an exchange, the article that the buyer wants for them; without it, the same one."""
    wanted_variant: Name | None = None
    """In an exchange, the size, colour or the like, in the buyer's own words."""

    def wanted(self) -> Wanted:
        """The units as commands take them."""
        reference, checked = self.reference_price, self.checked_price
        if reference is None or checked is None:
            lone = next(
                (name for name in ("reference_price", "checked_price") if getattr(self, name) is not None), None
            )
            return Wanted(self.line_id, self.quantity, None, self.wanted_sku, self.wanted_variant, lone)
        currencies = frozenset({reference.currency, checked.currency})
        prices = Prices(reference.amount, checked.amount, currencies)
        return Wanted(self.line_id, self.quantity, prices, self.wanted_sku, self.wanted_variant)


class CaseIn(In):
    """What is asked for, and why."""

    model_config = example(
        order_id="ord_0196a3c85d1c70f4b8e2d4a6c8f0b2d4",
        type="return_refund",
        reason="quality_defect",
        description="漏水",
        lines=[{"line_id": _LINE, "quantity": 2}],
        evidence=[],
    )

    order_id: Id
    """A paid order of the buyer."""
    type: CaseType
    """What is asked for: `return_refund` sends the goods back first, which is possible once something was shipped;
    `refund_only` does not; `cancel_unshipped` is about units that have not left, `consult` is a question;
    with `reship_parts` the merchant sends what is missing, with `exchange` other goods once these are back; with `repair` it repairs them, with `fast_exchange` it sends others before these are back; `price_adjust` gives a part of the price back for goods that stay with the buyer."""
    reason: Reason
    """Why help is asked for; it counts for who is liable, and so for whether freight is refunded. It has to suit the stage
    of the goods."""
    description: Text | None = None
    """In the applicant's own words; both sides can read it."""
    lines: Annotated[list[WantedIn], Field(min_length=1, max_length=100)]
    """The units that the case is about; each line of the order at most once."""
    evidence: Evidence
    parcel_id: Id | None = None
    """With `refused_delivery`, the parcel that was refused, as the `parcels` of the options name it; may be left out where only one could be meant
    (422 `parcel_unclear` else, which names them)."""

    def request(self) -> Request:
        """The request as commands take it."""
        wanted = [line.wanted() for line in self.lines]
        return Request(
            self.order_id, self.type, self.reason, self.description, wanted, self.evidence, parcel_id=self.parcel_id
        )


class NoteIn(In):
    """A note that both sides can read; may be left out."""

    model_config = example(note="已与买家沟通。")

    note: Text | None = None
    """For the timeline; both sides can read it."""


class HandlingIn(NoteIn):
    """Why the review is handed over, or the request cancelled. Where an agent or a merchant gives neither a reason nor a note, `unspecified` is recorded."""

    model_config = example(reason="facts_unclear", note="买卖双方说法不一致。")

    reason: HandlingReason | None = None
    """Why, as a code that `GET /v1/reasons` has; in the timeline for both sides."""


class ReturnAddressIn(In):
    """Where the goods are sent back to."""

    name: Name
    """Who receives the goods."""
    phone: Name
    """For the courier."""
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "CN"
    """ISO 3166-1 alpha-2 code, such as `CN`."""
    province: Name | None = None
    """Province or state; may be left out."""
    city: Name | None = None
    """May be left out."""
    district: Name | None = None
    """District or county; may be left out."""
    street: Name
    """Street and number, and what else the courier needs to find the door."""
    postal_code: Name | None = None
    """May be left out."""

    def stored(self) -> dict[str, str]:
        """The address as it is stored."""
        return self.model_dump(exclude_none=True)


class PriceIn(In):
    """What one unit of the replacement for a line costs."""

    line_id: Id
    """A line of the case."""
    unit_price: Money
    """The price of one unit, in the order's currency."""

    def price(self) -> Price:
        """The price as commands take it."""
        return Price(self.line_id, self.unit_price.amount, self.unit_price.currency)


class CitationIn(In):
    """A policy that the decision cites."""

    article_id: Id
    """The policy, as kb-svc shows it."""
    clause_id: Id | None = None
    """One of its clauses: `0` is what stands before the first heading, then the sections from `1` in their order."""
    version: Annotated[int, Field(ge=1)] | None = None
    """The version; the one in force where it is left out."""

    def citation(self) -> Citation:
        """The citation as commands take it."""
        return Citation(self.article_id, self.clause_id, self.version)


class CitingIn(NoteIn):
    """A decision that may cite policies, with a note that both sides can read; all of it may be left out."""

    model_config = example(
        note="已与买家沟通。", policy=[{"article_id": "art_0196a3c85d1c70f4b8e2d4a6c8f0b2d4", "clause_id": "1"}]
    )

    policy: Annotated[list[CitationIn], Field(default_factory=list, max_length=10)]
    """What it rests on. Where nothing is cited, the policy in force for this kind of decision is recorded, if there is one."""

    def citations(self) -> list[Citation]:
        """The citations as commands take them."""
        return [each.citation() for each in self.policy]


class RefundIn(CitingIn):
    """An order to refund, with what it rests on; all of it may be left out."""

    model_config = example(note="渠道已恢复，重新退款。", payment_ids=["pay_0196a3c85d1c70f4b8e2d4a6c8f0b2d4"])

    payment_ids: PaymentIds = None
    """As in an approval, in place of those chosen before. Where it is left out, these stay."""


class CloseIn(CitingIn):
    """Why the case is closed. Both sides can read it."""

    model_config = example(note="渠道多次拒绝退款，已与买家约定线下处理。")

    note: Text
    """The reason, for the timeline."""


class ApproveIn(CitingIn):
    """An approval, with the address for the goods if they are sent back."""

    model_config = example(note="请用原包装寄回。", return_address=_ADDRESS)

    return_address: ReturnAddressIn | None = None
    """Shown to the buyer, who sends the goods there. The seller has to name it where goods are sent back
    (`return_refund`); an agent may leave it out, and one that is known already stays then."""
    payment_ids: PaymentIds = None
    """Of an order that was paid in several payments, those that the refund is made from first, in this order. Where it is left out: the
    newest first."""

    def address(self) -> dict[str, str] | None:
        """The address as it is stored."""
        return self.return_address.stored() if self.return_address else None


class SetReturnAddressIn(NoteIn):
    """Where the goods are to be sent back to, in place of an address given before."""

    model_config = example(return_address=_ADDRESS, note="仓库已搬迁，请寄往新地址。")

    return_address: ReturnAddressIn
    """Shown to the buyer, who sends the goods there."""


class RejectIn(CitingIn):
    """A rejection and its reason."""

    model_config = example(reason="used_or_affects_resale", note="商品有明显使用痕迹。")

    reason: RejectReason
    """Shown to the buyer."""
    evidence: Evidence
    """What shows the reason; the buyer sees it."""


class CorrectWaybillIn(In):
    """The parcel that brings the goods back, in place of the one named before."""

    model_config = example(carrier="sf", waybill_no="SF1000000000002")

    carrier: CarrierInput
    waybill_no: WaybillInput


class InspectedIn(In):
    """How many units of one line are accepted, and their condition."""

    line_id: Id
    """A line of the case."""
    accepted: Annotated[int, Field(ge=0, le=1_000_000)]
    """How many of the returned units are refunded; at most as many as the case has of the line."""
    received: Annotated[int | None, Field(ge=0, le=1_000_000)] = None
    """How many units were in the parcel, between `accepted` and what the case has of the line. If left out, all of these; where the
    reason is `empty_return`, as many as are accepted. Units that were not in it are neither refunded nor sent back."""
    grade: Code | None = None
    """The condition of the goods: a code of the `grades` of `GET /v1/reasons`, from `a` (new, in a closed package) to `e` (cannot be sold)."""
    refuse_reason: RejectReason | None = None
    """Why the other units are not accepted; refused where all of them are."""
    photos: Evidence


class InspectIn(CitingIn):
    """What was found of every line of the case. Accepting nothing at all is a rejection and needs a reason."""

    model_config = example(lines=[{"line_id": _LINE, "accepted": 2, "grade": "a"}], note="配件齐全。")

    lines: Annotated[list[InspectedIn], Field(min_length=1, max_length=100)]
    """Every line of the case once."""
    reason: RejectReason | None = None
    """Required if no unit at all is accepted and no line has a `refuse_reason`; not used otherwise."""
    return_freight: Money | None = None
    """What is accepted of the freight that the buyer has stated, at most all of it; if left out, all of it."""

    @property
    def freight(self) -> tuple[int, str] | None:
        """What is accepted of the freight, as commands take it."""
        return None if self.return_freight is None else (self.return_freight.amount, self.return_freight.currency)

    def findings(self) -> list[Finding]:
        """The findings as commands take them."""
        return [
            Finding(line.line_id, line.accepted, line.grade, line.refuse_reason, tuple(line.photos), line.received)
            for line in self.lines
        ]
