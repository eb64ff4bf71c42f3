"""Refusals of what people do with claims on couriers."""

from aftercare_chassis.refusals import Kind, Refusal


class ParcelUnknown(Refusal):
    """The case has no such parcel. `allowed` are the parcels to the buyer that carry units of it."""

    kind, code = Kind.INVALID, "parcel_unknown"
    zh, en = (
        "该售后单没有这个包裹，可选择：{allowed:or 无}。",
        "The case has no such parcel. Possible are: {allowed:or none}.",
    )


class ParcelUnclear(Refusal):
    """Several parcels carry units of the case, or none: the request has to name one of `allowed`."""

    kind, code = Kind.INVALID, "parcel_unclear"
    zh, en = (
        "必须指定包裹，可选择：{allowed:or 无}。",
        "Name the parcel that the claim is about. Possible are: {allowed:or none}.",
    )


class ClaimLive(Refusal):
    """A claim about this parcel and cause has not ended."""

    kind, code = Kind.CONFLICT, "courier_claim_live"
    zh, en = "该包裹已有同一原因的索赔（{claim_id}）。", "A claim about this parcel and cause is open: {claim_id}."


class ClaimExceedsValue(Refusal):
    """More is claimed than what was paid for the units in the parcel."""

    kind, code = Kind.INVALID, "claim_exceeds_value"
    zh, en = (
        "索赔金额超过包裹内商品的实付金额（{most_minor:money}）。",
        "More than what was paid for the units in the parcel ({most_minor:money}).",
    )


class ParcelClaimed(Refusal):
    """Claims about the same parcel that the courier has, or has paid, leave less of what was paid for its units, whatever their causes."""

    kind, code = Kind.CONFLICT, "parcel_claimed"
    zh = "该包裹的其他索赔已申报或已获赔，本次最多可索赔 {left_minor:money}。"
    en = "Other claims about this parcel are filed or paid; {left_minor:money} at most can be claimed."


class CaseClaimed(Refusal):
    """Claims about other parcels that may have had the units of the case claim all that they are worth, and no amount is named."""

    kind, code = Kind.CONFLICT, "case_claimed"
    zh, en = (
        "其他包裹的索赔已涵盖相关商品；如本包裹也有损失，请填写索赔金额。",
        "Claims about other parcels cover the units already. Where this parcel had others, name the amount.",
    )


class AcceptedExceedsClaim(Refusal):
    """More is accepted than what was claimed."""

    kind, code = Kind.INVALID, "accepted_exceeds_claim"
    zh, en = "认赔金额超过索赔金额（{most_minor:money}）。", "More than what was claimed ({most_minor:money})."


class NothingClaimed(Refusal):
    """An amount of nothing is claimed or accepted."""

    kind, code = Kind.INVALID, "nothing_claimed"
    zh, en = "金额必须大于零。", "The amount has to be above zero."


class FiledTooOften(Refusal):
    """The claim was filed as often as it may be."""

    kind, code = Kind.CONFLICT, "filed_too_often"
    zh, en = "索赔最多申报 {most} 次。", "A claim is filed at most {most} times."
