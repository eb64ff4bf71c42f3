"""The policies that decisions cite by default are among those that a new installation starts with, and state terms in known codes."""

from datetime import UTC, datetime, timedelta

import pytest
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.decisions.model import DecisionKind
from aftersale_svc.domain.policies.defaults import default_slug
from aftersale_svc.domain.policies.model import LANGUAGE, PolicyVersion
from aftersale_svc.domain.policies.terms import Hindrance, PolicyOutcome, outcome_of
from kb_svc.commands.seeds import Seed, seeds
from kb_svc.domain.clauses import clauses

RECEIVED = datetime(2026, 3, 2, 12, tzinfo=UTC)
SEEDS = {(seed.slug, seed.language.value): seed for seed in seeds()}


def decided(slug: str, type_: CaseType, reason: Reason, days: int) -> PolicyOutcome:
    """What a seed decides about a request for 10000 and the freight of 800, this many days after the receipt."""
    stated = [{"id": each.id, "hash": each.hash, **(each.terms or {})} for each in clauses(SEEDS[slug, LANGUAGE].body)]
    version = PolicyVersion(
        article_id="art_1",
        version=1,
        slug=slug,
        language=LANGUAGE,
        effective_at=RECEIVED,
        body_hash="sha256:1",
        clauses=stated,
    )
    opened_at = RECEIVED + timedelta(days=days)
    amounts = {"requested_minor": 10_000, "freight_minor": 800}
    facts = {"type": type_.value, "reason": reason.value, "opened_at": opened_at.isoformat(), **amounts}
    return outcome_of(version, facts, RECEIVED)


def test_what_decisions_cite_is_published_by_a_new_installation() -> None:
    published = {seed.slug for seed in seeds() if seed.language == LANGUAGE}
    cited = {default_slug(kind, type_, reason) for kind in DecisionKind for type_ in CaseType for reason in Reason}
    assert cited <= published


@pytest.mark.parametrize("seed", SEEDS.values(), ids=lambda seed: f"{seed.slug}-{seed.language}")
def test_the_terms_of_seeds_have_the_codes_of_cases(seed: Seed) -> None:
    """A code that aftersale-svc does not know matches no request."""
    stated = [clause.terms for clause in clauses(seed.body) if clause.terms is not None]
    assert {code for terms in stated for code in terms.get("reasons", ())} <= set(Reason)
    assert {code for terms in stated for code in terms.get("types", ())} <= set(CaseType)
    [other] = [each for (slug, language), each in SEEDS.items() if slug == seed.slug and language != seed.language]
    assert [clause.terms for clause in clauses(other.body)] == [clause.terms for clause in clauses(seed.body)]


def test_the_policy_of_returns_decides_about_requests_in_a_new_installation() -> None:
    in_time = decided("returns", CaseType.RETURN_REFUND, Reason.CHANGED_MIND, 3)
    assert (in_time.allowed, in_time.amount_minor, in_time.window_ends_at) == (
        True,
        10_800,
        RECEIVED + timedelta(days=7),
    )
    late = decided("returns", CaseType.RETURN_REFUND, Reason.CHANGED_MIND, 8)
    assert (late.allowed, late.hindrances, late.amount_minor) == (False, (Hindrance.WINDOW_PASSED,), 0)
    defect = decided("returns", CaseType.RETURN_REFUND, Reason.QUALITY_DEFECT, 8)
    assert (defect.allowed, defect.amount_minor) == (None, 10_800), "the words state no window for defects"


def test_a_policy_of_late_shipping_does_not_exchange_what_was_not_sent() -> None:
    assert decided("late-shipping", CaseType.CANCEL_UNSHIPPED, Reason.NOT_SHIPPED_IN_TIME, 0).allowed is True
    exchanged = decided("late-shipping", CaseType.EXCHANGE, Reason.NOT_SHIPPED_IN_TIME, 0)
    assert exchanged.hindrances == (Hindrance.TYPE_NOT_POSSIBLE,)
