"""Intercepts in requests and responses."""

from typing import Annotated, Self

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    Code,
    CreatedAt,
    DeadlineAt,
    Id,
    In,
    Money,
    Out,
    Time,
    UpdatedAt,
    Version,
    example,
)
from aftercare_chassis.http.turns import TurnOf, effects_of
from aftercare_chassis.lifecycle import NOBODY, Actor

from order_svc.api.schemas.addresses import EXAMPLE_ADDRESS, AddressIn, AddressOut
from order_svc.api.schemas.order_lines import amount_of
from order_svc.domain.intercepts.lifecycle import INTERCEPT
from order_svc.domain.intercepts.model import FeePayer, Intercept, InterceptPurpose, InterceptState
from order_svc.domain.model import Amount
from order_svc.queries.intercepts import InterceptView

InterceptTurn = Annotated[str, TurnOf("InterceptTurn", INTERCEPT)]


class InterceptIn(In):
    """What the courier is to do with a parcel that is on its way to the buyer."""

    model_config = example(purpose="change_address", shipping_address=EXAMPLE_ADDRESS)

    purpose: InterceptPurpose
    """`return_to_sender`, or `change_address` with the new `shipping_address`."""
    shipping_address: AddressIn | None = None
    """Where the parcel is to go instead; only with `change_address`."""
    reason: Code | None = None
    """Why, in a code of the caller such as `changed_mind`; may be left out."""


class SubmissionIn(In):
    """The request is with the courier."""

    model_config = example(reference="IC2026030200017")

    reference: Id | None = None
    """The courier's own number of it; may be left out."""


class GrantIn(In):
    """The courier will do it."""

    model_config = example(reference="IC2026030200017", fee={"amount": 600, "currency": "CNY"}, fee_payer="merchant")

    reference: Id | None = None
    """The courier's own number of it; may be left out."""
    fee: Money | None = None
    """What the courier charges for it; may be left out."""
    fee_payer: FeePayer = FeePayer.MERCHANT
    """Who pays `fee`: it is stated here, and not collected."""

    def amount(self) -> Amount | None:
        """The fee as the command takes it."""
        return amount_of(self.fee) if self.fee else None


class RefusalIn(In):
    """The courier will not do it."""

    model_config = example(reason="out_for_delivery")

    reason: Code
    """Why, as a code such as `out_for_delivery`."""


class InterceptOut(Out):
    """An intercept, without the address."""

    id: str
    """Identifies the intercept: `icpt_…`."""
    version: Version
    order_id: str
    """The order whose goods are in the parcel."""
    parcel_id: str
    """The parcel."""
    buyer_id: str
    """The buyer of the order."""
    merchant_id: str
    """The merchant of the order."""
    carrier: str
    """The code of the courier, such as `sf`."""
    waybill_no: str
    """The courier's number of the parcel."""
    purpose: InterceptPurpose
    """Whether the parcel is to go back to its sender, or to another address."""
    state: InterceptState
    """`granted` and `refused` are the courier's answers; `failed`: the parcel ended first; `expired`: there was no answer."""
    requested_by: str
    """The role of who asked for it."""
    reason: str | None = None
    """Why it was asked for, in a code of who did; null where none was given."""
    whose_turn: InterceptTurn | None
    """Who has to act next; null at an end."""
    deadline_at: DeadlineAt
    deadline_effect: Annotated[str | None, effects_of(INTERCEPT)]
    reference: str | None
    """The courier's own number of it; null where none was stated."""
    refusal: str | None
    """Why the courier will not do it, as a code; while it is `requested`: why its interface has not taken it, so that a person asks the courier."""
    sent_at: Time | None
    """When it was sent to the courier through its interface; null where the courier has certainly not got it that way."""
    fee: Money | None
    """What the courier charges for it; null where none was stated."""
    fee_payer: FeePayer | None
    """Who pays `fee`; null where there is none."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt
    ended_at: Time | None
    """When it was answered, or ended without an answer; null before."""

    @classmethod
    def of(cls, row: Intercept, actor: Actor, **beside: object) -> Self:
        """The intercept as a response, with the actions that this reader may take."""
        turn = INTERCEPT.whose_turn(row)
        fee = None if row.fee_minor is None or row.currency is None else Money.of(row.fee_minor, row.currency)
        return cls.of_row(
            row,
            **beside,
            fee=fee,
            whose_turn=None if turn == NOBODY else turn,
            deadline_effect=INTERCEPT.deadline_effect(row),
            allowed_actions=AllowedOut.of(INTERCEPT.allowed(row, actor)),
        )


class InterceptDetailOut(InterceptOut):
    """An intercept with the address that the parcel is to go to instead."""

    shipping_address: AddressOut | None = None
    """Null for a return."""

    @classmethod
    def showing(cls, view: InterceptView, actor: Actor) -> Self:
        """The intercept as a response."""
        address = None if view.address is None else AddressOut.model_validate(view.address)
        return cls.of(view.intercept, actor, shipping_address=address)
