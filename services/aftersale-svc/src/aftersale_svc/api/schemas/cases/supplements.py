"""Supplements as they are sent."""

from aftercare_chassis.http.schemas import In, Text, example

from aftersale_svc.api.schemas.cases.case_requests import Evidence


class SupplementRequestIn(In):
    """What is missing for the decision."""

    model_config = example(missing="请补充商品故障的视频。")

    missing: Text
    """What the buyer is asked for; for the timeline, which both sides can read."""


class SupplementIn(In):
    """What the buyer supplies: evidence, words, or both."""

    model_config = example(
        note="视频见附件。", evidence=["sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
    )

    evidence: Evidence
    note: Text | None = None
    """For the timeline; both sides can read it."""
