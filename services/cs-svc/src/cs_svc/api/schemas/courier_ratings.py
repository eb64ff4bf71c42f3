"""Bodies of ratings of couriers."""

from dataclasses import asdict
from typing import Annotated, Self

from aftercare_chassis.http.schemas import CreatedAt, EachOnce, Id, In, Out, Text, Version, example
from pydantic import Field

from cs_svc.api.schemas.ratings import Score
from cs_svc.domain.courier_ratings import FAULT_NAMES, CourierFault, CourierRating


class CourierRatingIn(In):
    """The rating of the courier of a parcel."""

    model_config = example(
        parcel_id="parcel_0196a3c85d1c70f4b8e2d4a6c8f0b2d4", score=1, faults=["late", "bad_attitude"], text="等了一周。"
    )

    parcel_id: Id
    """A parcel whose way has ended; its courier is rated once."""
    score: Score
    """From 1 to 5; 5 is best."""
    faults: Annotated[list[CourierFault], Field(default_factory=list, max_length=len(CourierFault)), EachOnce()]
    """What was wrong: at least one with a score of 1 or 2, none with a better one."""
    text: Text | None = None
    """A comment; may be left out."""


class CourierFaultOut(Out):
    """What was wrong with the service of a courier."""

    code: CourierFault
    """Never translated."""
    zh_cn: str
    """What it is called in Chinese (zh-CN)."""
    en: str
    """What it is called in English."""

    @classmethod
    def of(cls, fault: CourierFault) -> Self:
        """The fault with its names."""
        zh, en = FAULT_NAMES[fault]
        return cls(code=fault, zh_cn=zh, en=en)


class CourierRatingOut(Out):
    """The rating of the courier of a parcel."""

    id: str
    """Identifies the rating: `crat_…`."""
    version: Version
    parcel_id: str
    """The parcel whose courier is rated."""
    order_id: str
    """The order whose goods were in the parcel."""
    case_id: str | None
    """The case for which the parcel was sent; null where it was the order's own shipment."""
    buyer_id: str
    """Who rates."""
    merchant_id: str
    """The merchant of the order."""
    leg: str
    """Which way the parcel went: `outbound`, `return`, `exchange` or `refused_goods`."""
    carrier: str
    """The code of the courier, such as `sf`."""
    score: int
    """From 1 to 5; 5 is best."""
    faults: list[CourierFaultOut]
    """What was wrong; empty with a score of 3 or more."""
    text: str | None
    """The buyer's comment; null where there is none."""
    created_at: CreatedAt

    @classmethod
    def of(cls, rating: CourierRating) -> Self:
        """The rating as a response."""
        faults = [CourierFaultOut.of(CourierFault(each)) for each in rating.faults]
        return cls.model_validate({**asdict(rating), "faults": faults})
