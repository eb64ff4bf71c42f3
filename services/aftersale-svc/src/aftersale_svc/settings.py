"""The settings of this service; the only place that reads the environment."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated
from zoneinfo import available_timezones

from aftercare_chassis.currencies import EXPONENTS
from aftercare_chassis.settings import Hours, HttpUrl, ServiceSettings
from aftercare_files.media import MediaType, check_decodable
from pydantic import AfterValidator, Field

from aftersale_svc.domain.disputes.model import TakesEffect
from aftersale_svc.domain.evidence.picture_hashes import FARTHEST

Bytes = Annotated[int, Field(ge=1024, le=1024**3)]
Minutes = Annotated[float, Field(gt=0, le=24 * 60)]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"no time zone has the name {name!r}")
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]


def _known_currency(code: str) -> str:
    if code not in EXPONENTS:
        raise ValueError(f"no currency has the code {code!r}")
    return code


Currency = Annotated[str, AfterValidator(_known_currency)]


def _decodable(types: tuple[MediaType, ...]) -> tuple[MediaType, ...]:
    """Raises: ValueError where a type is taken that nothing here decodes."""
    check_decodable(types)
    return types


class Settings(ServiceSettings):
    """How many hours a case or a dispute may stay in a state before its timer acts; evidence files: store, limits, links.

    `evidence_rounds` is how often evidence may be asked for in one dispute, `supplement_rounds` how often the buyer may be asked for more in one case,
    `withdrawn_disputes` how many disputes about one case the buyer may withdraw before they can open no more. `review_claim_hours`: how long an agent has a case that
    they have taken, until it is in the queue again. With `automatic_assignment` reviews and disputes that nobody has are given to who on the roster has least to do.
    """

    review_hours: Hours = 48
    cancellation_review_hours: Hours = 24
    answer_hours: Hours = 48
    answered_hours: Hours = 72
    manual_review_hours: Hours = 24
    review_claim_hours: Hours = 4
    automatic_assignment: bool = False
    supplement_hours: Hours = 72
    supplement_rounds: Annotated[int, Field(ge=1, le=20)] = 3
    offer_hours: Hours = 48
    return_address_hours: Hours = 48
    buyer_ship_hours: Hours = 7 * 24
    pickup_margin_hours: Hours = 4
    return_transit_hours: Hours = 15 * 24
    inspection_hours: Hours = 10 * 24
    rejected_hours: Hours = 7 * 24
    repair_hours: Hours = 14 * 24
    quote_hours: Hours = 7 * 24
    remedy_hours: Hours = 7 * 24
    reship_hours: Hours = 48
    refund_offer_hours: Hours = 48
    charge_hours: Hours = 7 * 24
    payment_confirm_hours: Hours = 48
    hold_hours: Hours = 72
    reship_transit_hours: Hours = 15 * 24
    reship_receipt_hours: Hours = 7 * 24
    refund_hours: Hours = 24
    offline_refund_confirm_hours: Hours = 7 * 24
    merchant_answer_hours: Hours = 48
    platform_review_hours: Hours = 72
    evidence_hours: Hours = 72
    evidence_rounds: Annotated[int, Field(ge=1, le=20)] = 3
    withdrawn_disputes: Annotated[int, Field(ge=1, le=20)] = 3
    proposal_hours: Hours = 48
    sample_hours: Hours = 7 * 24
    sample_transit_hours: Hours = 7 * 24
    test_report_hours: Hours = 15 * 24
    courier_claim_filing_hours: Hours = 7 * 24
    courier_claim_acknowledgement_hours: Hours = 72
    courier_claim_decision_hours: Hours = 15 * 24
    courier_claim_payment_hours: Hours = 15 * 24
    courier_claim_refiling_hours: Hours = 7 * 24
    appeal_hours: Hours = 72
    verdict_takes_effect: TakesEffect = TakesEffect.AT_ONCE
    guarantee_answer_hours: Hours = 48
    guarantee_review_hours: Hours = 72
    guarantee_evidence_hours: Hours = 72
    guarantee_payment_hours: Hours = 72
    refused_goods_dispatch_hours: Hours = 7 * 24
    refused_goods_transit_hours: Hours = 15 * 24
    refused_goods_confirmation_hours: Hours = 7 * 24
    refused_goods_review_hours: Hours = 72
    refused_goods_payment_hours: Hours = 72
    dispute_window_hours: Hours = 7 * 24
    warranty_days: Annotated[int, Field(ge=0, le=36_500)] = 365
    """Of the warranty where neither the merchant nor the platform has set another; 0: there is none."""
    evidence_upload_hours: Hours = 1
    evidence_check_hours: Hours = 24
    # Timers that did not run for longer than the minutes: what ended meanwhile is extended, by the hours at most.
    standstill_minutes: Minutes = 10
    standstill_grace_hours: Hours = 24

    # Where files are kept: an S3-compatible store where its address is set, else a folder of this machine.
    evidence_folder: str = ".aftercare/evidence"
    evidence_public_url: HttpUrl = "http://127.0.0.1:8002"
    evidence_s3_url: HttpUrl | None = None
    evidence_s3_public_url: HttpUrl | None = None
    evidence_s3_bucket: str = "aftercare-evidence"
    evidence_s3_region: str = "us-east-1"
    evidence_s3_access_key: Annotated[str | None, Field(repr=False)] = None
    evidence_s3_secret_key: Annotated[str | None, Field(repr=False)] = None

    evidence_types: Annotated[
        tuple[MediaType, ...], Field(min_length=1, validate_default=True), AfterValidator(_decodable)
    ] = tuple(MediaType)
    """The types of files that are taken: `["image/jpeg", "image/png"]`."""
    evidence_image_bytes: Bytes = 20 * 1024**2
    evidence_video_bytes: Bytes = 100 * 1024**2
    evidence_document_bytes: Bytes = 20 * 1024**2
    evidence_upload_minutes: Minutes = 15
    evidence_link_minutes: Minutes = 5

    # Of the process that decodes a file.
    evidence_check_seconds: Annotated[float, Field(gt=0, le=600)] = 60
    evidence_check_memory_mb: Annotated[int, Field(ge=128, le=16_384)] = 768
    evidence_max_pixels: Annotated[int, Field(ge=1_000_000, le=200_000_000)] = 50_000_000
    evidence_clamd: Annotated[str, Field(pattern=r"^$|^[^:\s]+:\d{1,5}$")] = ""
    # Earlier releases permitted more, and had 8: what is above FARTHEST counts as that.
    evidence_reuse_distance: Annotated[int, Field(ge=0, le=64), AfterValidator(lambda bits: min(bits, FARTHEST))] = (
        FARTHEST
    )

    second_person_above: Mapping[Currency, Annotated[int, Field(ge=0)]] = {
        "CNY": 1_000_000,
        "EUR": 130_000,
        "HKD": 1_100_000,
        "JPY": 200_000,
        "USD": 140_000,
    }
    """Above how much, in minor units by currency, a decision of an agent by which money goes back, or a hold is decided, has to be confirmed by another agent."""
    second_person_above_units: Annotated[int, Field(ge=0)] = 1_000
    """The same for every other currency, in whole units of it."""

    calendar_countries: Mapping[Annotated[str, Field(pattern="^[A-Z]{2}$")], TimeZone] = {}
    """Countries whose calendars are loaded besides those that always are, with their time zones: `{"FR": "Europe/Paris"}`."""

    testing_bodies: Mapping[str, Annotated[str, Field(min_length=1, max_length=200)]] = {}
    """The names of the testing bodies that the platform works with, by their ids."""

    def second_person_limit(self, currency: str) -> int:
        """Above how much, in minor units of this currency, a second agent has to confirm a decision."""
        known = self.second_person_above.get(currency)
        return self.second_person_above_units * 10 ** EXPONENTS[currency] if known is None else known

    @property
    def standstill_least(self) -> timedelta:
        """For how long no timer has to run to be a standstill."""
        return timedelta(minutes=self.standstill_minutes)

    @property
    def standstill_grace(self) -> timedelta:
        """The longest grace after a standstill."""
        return timedelta(hours=self.standstill_grace_hours)
