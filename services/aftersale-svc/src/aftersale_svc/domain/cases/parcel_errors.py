"""Refusals of what a request states about the parcel that brings its goods back."""

from aftercare_chassis.refusals import Kind, Refusal


class ParcelUnclear(Refusal):
    """Several parcels of the order carry the units, and the request names none of them. `allowed` are their ids, newest first."""

    kind, code = Kind.INVALID, "parcel_unclear"
    zh = "有多个包裹包含所选商品，请指明拒收的是哪一个（parcel_id）：{allowed:or 无}。"
    en = "Several parcels carry these units; name the one that was refused as parcel_id: {allowed:or none}."


class ParcelUnused(Refusal):
    """A parcel is named of a case whose goods do not come back in the one in which they were sent."""

    kind, code = Kind.INVALID, "parcel_unused"
    zh, en = "只有拒收退款需要指明包裹。", "A parcel is named for a refused delivery only."
